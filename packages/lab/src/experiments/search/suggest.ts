/**
 * The parameters of a trial, as a pure function of the study's seed and the trial's number: the same in any
 * order, on any machine, with or without an interruption.
 */
import { NoiseStream } from 'lethe';
import { PHILOX_LANES, philox4x32 } from 'lethe/internal';
import { type Parameters, type Space, valueAt } from '../../studies/space.ts';

/** What trial `number` tries. Philox block `i` of the place `search` at step `number` draws parameter `i` of the space. */
export function suggest(space: Space, seed: number, number: number): Parameters {
  const { seedLow, seedHigh, step, site, pass } = new NoiseStream(seed, number).address({ site: 'search' });
  const words = new Uint32Array(PHILOX_LANES);
  const drawn = Object.entries(space).map(([name, distribution], i) => {
    philox4x32(seedLow, seedHigh, i, step, site, pass, words);
    // 53 bits, as many as a double holds in [0, 1)
    const u = ((words[0] >>> 5) * 2 ** 26 + (words[1] >>> 6)) * 2 ** -53;
    return [name, valueAt(distribution, u)] as const;
  });
  return Object.fromEntries(drawn);
}
