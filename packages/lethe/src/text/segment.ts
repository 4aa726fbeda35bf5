/** A word in pieces by merges that were learned, all of them or with some left out (BPE-dropout). */
import { kernels } from '../kernels/engine.ts';
import type { NoiseStream } from '../random/stream.ts';
import { type Merge, wordEnd } from './byte-pairs.ts';

/** Whether a merge is left out, asked once for each that is possible. */
export type Dropped = () => boolean;

/** Ranks of merges by their two symbols. */
export type Ranks = ReadonlyMap<string, ReadonlyMap<string, number>>;

export function ranksOf(merges: readonly Merge[]): Ranks {
  const ranks = new Map<string, Map<string, number>>();
  for (const [rank, [left, right]] of merges.entries()) {
    const own = ranks.get(left) ?? new Map<string, number>();
    if (!own.has(right)) own.set(right, rank);
    ranks.set(left, own);
  }
  return ranks;
}

/**
 * The pieces of a word, the last with the space that ends it. As long as a merge is possible the one learned first is done wherever it
 * is possible; with `dropped` each possible one is left out of a round by chance (Provilkov, Emelianenko, Voita 2020, algorithm 1).
 */
export function segmentWord(word: string, ranks: Ranks, dropped?: Dropped): string[] {
  const characters = [...word, wordEnd];
  if (characters.length <= longest) return merged(characters, ranks, dropped);
  const pieces: string[] = [];
  for (let from = 0; from < characters.length; from += longest)
    pieces.push(...merged(characters.slice(from, from + longest), ranks, dropped));
  return pieces;
}

/** Draws for the merges of one sentence, the same for the same stream and number. */
export function droppedMerges(rate: number, stream: NoiseStream, sentence: number): Dropped {
  const threshold = Math.floor(rate * 2 ** 32);
  const address = stream.address({ site: 'subword' }, [sentence]);
  let bits = new Uint32Array(0);
  let at = 0;
  return () => {
    if (at === bits.length) {
      // A longer draw begins with the shorter one.
      bits = new Uint32Array(Math.max(256, 2 * bits.length));
      kernels().bits({ ...address, out: bits });
    }
    return bits[at++] < threshold;
  };
}

// --- internal ---

/** Characters that are merged with each other: a word of a million letters costs no more than a thousand of a thousand. */
const longest = 1000;

function merged(characters: readonly string[], ranks: Ranks, dropped: Dropped | undefined): string[] {
  let symbols = characters;
  while (symbols.length > 1) {
    let best = Number.POSITIVE_INFINITY;
    let places: number[] = [];
    for (let i = 0; i + 1 < symbols.length; i++) {
      const rank = ranks.get(symbols[i])?.get(symbols[i + 1]);
      if (rank === undefined || dropped?.()) continue;
      if (rank < best) {
        best = rank;
        places = [i];
      } else if (rank === best) places.push(i);
    }
    if (places.length === 0) break;
    const next: string[] = [];
    let from = 0;
    for (const i of places) {
      // The pair overlaps with the one before it.
      if (i < from) continue;
      next.push(...symbols.slice(from, i), symbols[i] + symbols[i + 1]);
      from = i + 2;
    }
    next.push(...symbols.slice(from));
    symbols = next;
  }
  return [...symbols];
}
