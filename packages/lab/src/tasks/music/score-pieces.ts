/** Pieces in groups and windows, and the figures of their NLL; evaluate.ts has the conventions. */
import { scoped } from 'lethe';
import type { Metrics, Slices } from '../../runs/task.ts';
import { type Batch, firstFrames, windowBatch } from './batches.ts';
import type { Piece } from './data/dataset.ts';

/** Metrics of the music task, in nats per time step. */
export interface MusicMetrics extends Metrics {
  nll_per_step: number;
  nll_per_sequence_mean: number;
  nll_per_step_with_first: number;
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
  /** what is scored of them: a row each, longest first */
  batch: Batch;
  /** steps of the pieces that stand before the batch */
  at: number;
  /** whether these are first frames, which nothing stands before */
  isFirst: boolean;
  /** of the NLL, one for each piece */
  sums: Float64Array;
  /** number of the first piece among all that are scored, the longest of which is number 0 */
  first: number;
}

/** What adds the NLL of the batch to the sums, row by row. */
export type ScoreGroup = (group: PieceGroup) => void;

/**
 * Goes through pieces in groups and windows. `begin` is called for each group and gives what scores it, window by window; the running
 * pieces are the first of the group. A second one scores the first frames of all, from the initial state.
 */
export function* scorePieces(
  pieces: readonly Piece[],
  { batch = 64, window = 100 }: PieceWindows,
  begin: () => ScoreGroup,
): Slices<MusicMetrics> {
  // Like lengths together, longest first: the rows still running are then the first ones.
  const sorted = pieces.filter((piece) => piece.frames.length > 0);
  sorted.sort((a, b) => b.frames.length - a.frames.length);
  const scored = sorted.map((piece) => piece.frames.length - 1);
  const sums: number[] = [];
  let firsts = 0;
  let done = 0;
  for (let from = 0; from < sorted.length; from += batch) {
    const group = sorted.slice(from, from + batch);
    const groupSums = new Float64Array(group.length);
    const firstSums = new Float64Array(group.length);
    scoped(() => begin()({ batch: firstFrames(group), at: 0, isFirst: true, sums: firstSums, first: from }));
    firsts += total(firstSums);
    const score = begin();
    for (let at = 0; at < group[0].frames.length - 1; at += window) {
      const running = group.filter((piece) => piece.frames.length - 1 > at);
      const place = { at, isFirst: false, sums: groupSums, first: from };
      scoped(() => score({ batch: windowBatch(running, at, window), ...place }));
      for (const piece of running) done += Math.min(window, piece.frames.length - 1 - at);
      yield { done, all: total(scored) };
    }
    for (const sum of groupSums) sums.push(sum);
  }
  // Those of one frame are the last.
  const several = scored.filter((count) => count > 0).length;
  return {
    nll_per_step: total(sums) / total(scored),
    nll_per_sequence_mean: total(sums.slice(0, several).map((sum, i) => sum / scored[i])) / several,
    nll_per_step_with_first: (total(sums) + firsts) / (total(scored) + sorted.length),
  };
}

// --- internal ---

const total = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0);
