/** Pieces in groups and windows, and the figures of their NLL; evaluate.ts has the conventions. */
import type { Metrics, Slices } from '../../runs/task.ts';
import type { Piece } from './data/dataset.ts';

/** Metrics of the music task, in nats per time step. */
export interface MusicMetrics extends Metrics {
  nll_per_step: number;
  nll_per_sequence_mean: number;
}

/** How the pieces are gone through; none of it changes the result beyond rounding. */
export interface PieceWindows {
  /** pieces at a time; default 64 */
  batch?: number;
  /** frames at a time; default 100 */
  window?: number;
  /** entropies of the predictions as metrics, too, in nats and summed over notes; default: false */
  uncertainty?: boolean;
}

/** Pieces that are scored together, window by window. */
export interface PieceGroup {
  /** longest first */
  pieces: readonly Piece[];
  /** of the NLL, one for each piece */
  sums: Float64Array;
  /** number of the first piece among all that are scored, the longest of which is number 0 */
  first: number;
}

/**
 * Goes through pieces in groups and windows. `begin` is called for each group and gives what scores a window of
 * it: it adds the NLL of frames `at` to `at + window` to the sums. The running pieces are the first of the group.
 */
export function* scorePieces(
  pieces: readonly Piece[],
  { batch = 64, window = 100 }: PieceWindows,
  begin: () => (group: PieceGroup, at: number, window: number) => void,
): Slices<MusicMetrics> {
  // Like lengths together, longest first: the rows still running are then the first ones.
  const sorted = pieces.filter((piece) => piece.frames.length > 1);
  sorted.sort((a, b) => b.frames.length - a.frames.length);
  const scored = sorted.map((piece) => piece.frames.length - 1);
  const sums: number[] = [];
  let done = 0;
  for (let from = 0; from < sorted.length; from += batch) {
    const group = sorted.slice(from, from + batch);
    const groupSums = new Float64Array(group.length);
    const score = begin();
    for (let at = 0; at < group[0].frames.length - 1; at += window) {
      const running = group.filter((piece) => piece.frames.length - 1 > at);
      score({ pieces: running, sums: groupSums, first: from }, at, window);
      for (const piece of running) done += Math.min(window, piece.frames.length - 1 - at);
      yield { done, all: total(scored) };
    }
    for (const sum of groupSums) sums.push(sum);
  }
  return {
    nll_per_step: total(sums) / total(scored),
    nll_per_sequence_mean: total(sums.map((sum, i) => sum / scored[i])) / sums.length,
  };
}

// --- internal ---

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
