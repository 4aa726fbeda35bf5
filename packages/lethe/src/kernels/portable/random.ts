/** Draws from Philox streams: masks, normal and uniform numbers, raw words. */

import type { StreamAddress } from '../contract/fields.ts';
import type { BernoulliMask, BitsDraw, NormalDraw, UniformDraw } from '../contract/random.ts';
import { PHILOX_LANES, philox4x32 } from './philox.ts';

const WORD = 2 ** -32;
/** Words drawn at a time; a multiple of the words in a block. */
const CHUNK = 1024;
const words = new Uint32Array(CHUNK);

/** Raw words. */
export function bits({ out, ...address }: BitsDraw): void {
  for (let from = 0; from < out.length; from += CHUNK) {
    out.set(words.subarray(0, drawChunk(address, from, out.length)), from);
  }
}

/** `scale` where the word is at least floor(rate 2^32), else `dropped`. */
export function bernoulliMask({ out, rate, scale, dropped = 0, ...address }: BernoulliMask): void {
  const threshold = Math.floor(rate * 2 ** 32);
  for (let from = 0; from < out.length; from += CHUNK) {
    const count = drawChunk(address, from, out.length);
    for (let i = 0; i < count; i++) out[from + i] = words[i] >= threshold ? scale : dropped;
  }
}

/** low + (high - low) (word + 1/2) 2^-32 */
export function uniform({ out, low, high, ...address }: UniformDraw): void {
  for (let from = 0; from < out.length; from += CHUNK) {
    const count = drawChunk(address, from, out.length);
    for (let i = 0; i < count; i++) out[from + i] = low + (high - low) * ((words[i] + 0.5) * WORD);
  }
}

/** Normal numbers by Box-Muller on pairs of words (G. Box, M. Muller, 1958). */
export function normal({ out, mean, deviation, ...address }: NormalDraw): void {
  for (let from = 0; from < out.length; from += CHUNK) {
    const count = drawChunk(address, from, out.length);
    for (let i = 0; i < count; i += 2) {
      const radius = Math.sqrt(-2 * Math.log((words[i] + 0.5) * WORD));
      const angle = 2 * Math.PI * ((words[i + 1] + 0.5) * WORD);
      out[from + i] = mean + deviation * (radius * Math.cos(angle));
      if (i + 1 < count) out[from + i + 1] = mean + deviation * (radius * Math.sin(angle));
    }
  }
}

// --- internal ---

/** Draws the blocks of elements `from` on into `words`; returns how many elements of `length` they cover. */
function drawChunk(p: StreamAddress, from: number, length: number): number {
  const count = Math.min(CHUNK, length - from);
  for (let i = 0; i < count; i += PHILOX_LANES) {
    philox4x32(p.seedLow, p.seedHigh, (from + i) / PHILOX_LANES, p.step, p.site, p.pass, words, i);
  }
  return count;
}
