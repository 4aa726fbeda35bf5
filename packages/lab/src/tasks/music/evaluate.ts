/**
 * The NLL of pieces under a model, in nats per time step: the sum over 88 notes, natural log, the frames of a
 * piece from the second on, each predicted from those before it.
 *
 *   nll_per_step           mean over all scored frames of the split (pooled)
 *   nll_per_sequence_mean  mean over the frames of each piece, then over pieces
 *
 * Pieces are not split: long ones run in windows through which the state is carried. Shorter ones in the same
 * minibatch stop early and are not counted from there on, so neither padding nor the size of the minibatch
 * changes the result.
 */
import {
  bernoulliLogEntropy,
  bernoulliMeanOfLogits,
  bernoulliUncertaintyOfMoments,
  keepState,
  type Real,
  scoped,
  type Tensor,
  zeros,
} from 'lethe';
import { kernels } from 'lethe/engine';
import { isGaussian } from 'lethe/moments';
import type { Piece } from '../../data/music/dataset.ts';
import { keys } from '../../data/music/piano-roll.ts';
import { testDraws } from '../draws.ts';
import type { Metrics } from '../task.ts';
import { type Known, UncertaintySum } from '../uncertainty-sum.ts';
import { averagedNll } from './averaged.ts';
import { windowBatch } from './batches.ts';
import { firstRows, type MusicModel, type MusicState } from './model.ts';

/** Metrics of the music task, in nats per time step. */
export interface MusicMetrics extends Metrics {
  nll_per_step: number;
  nll_per_sequence_mean: number;
}

/** How the pieces are gone through; none of it changes the result beyond rounding. */
export interface EvaluateOptions {
  /** pieces at a time; default 64 */
  batch?: number;
  /** frames at a time; default 100 */
  window?: number;
  /** stops between two windows; the result is then undefined */
  signal?: AbortSignal;
  /** is told how many of all frames are scored */
  onProgress?: (done: number, all: number) => void;
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
 * The metrics of `pieces`, or undefined when `signal` stopped the work. Pieces of one frame have nothing to
 * score and are left out. The result is NaN where there is nothing to score at all. A method whose test-time rule
 * draws (DropConnect's Gaussian inference) averages the probabilities of as many draws as it says, always the same.
 */
export async function evaluatePieces(
  model: MusicModel,
  pieces: readonly Piece[],
  options: EvaluateOptions = {},
): Promise<MusicMetrics | undefined> {
  const draws = testDraws(model.regularizer);
  const seen = new UncertaintySum();
  const look = options.uncertainty ? (one: Known) => seen.add(one) : undefined;
  const metrics = await scorePieces(pieces, options, () => {
    let states: MusicState[] = [];
    return (group, at, window) => {
      if (draws) {
        states = scoped(() => averagedNll(model, group, at, window, states, draws, look));
      } else {
        states = [scoped(() => scoreWindow(model, group, at, window, states[0], look))];
      }
    };
  });
  return metrics && { ...metrics, ...seen.metrics() };
}

/**
 * Goes through pieces in groups and windows. `begin` is called for each group and gives what scores a window of
 * it: it adds the NLL of frames `at` to `at + window` to the sums. The running pieces are the first of the group.
 */
export async function scorePieces(
  pieces: readonly Piece[],
  { batch = 64, window = 100, signal, onProgress }: EvaluateOptions,
  begin: () => (group: PieceGroup, at: number, window: number) => void,
): Promise<MusicMetrics | undefined> {
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
      if (signal?.aborted) return undefined;
      const running = group.filter((piece) => piece.frames.length - 1 > at);
      score({ pieces: running, sums: groupSums, first: from }, at, window);
      for (const piece of running) done += Math.min(window, piece.frames.length - 1 - at);
      onProgress?.(done, total(scored));
      await pause();
    }
    for (const sum of groupSums) sums.push(sum);
  }
  return {
    nll_per_step: total(sums) / total(scored),
    nll_per_sequence_mean: total(sums.map((sum, i) => sum / scored[i])) / sums.length,
  };
}

// --- internal ---

/** Adds the NLL of one window to `sums` and returns the state after it, in memory of its own. */
function scoreWindow(
  model: MusicModel,
  { pieces, sums }: PieceGroup,
  at: number,
  window: number,
  state: MusicState | undefined,
  look?: (uncertainty: Known) => void,
): MusicState {
  const { x, targets, steps, rows, stop, stepMask } = windowBatch(pieces, at, window);
  const result = model.forward(x, { state: state && firstRows(state, rows), stop });
  const rowLoss = stepNll(result.output, targets, stepMask);
  for (let t = 0; t < steps; t++) for (let b = 0; b < rows; b++) sums[b] += rowLoss[t * rows + b];
  if (look) {
    for (let m = 0; m < steps * rows; m++) if (stepMask.data[m] === 1) look(uncertaintyAt(result.output, m));
  }
  return result.state.map(keepState);
}

/** What the prediction of row m is unsure of: of Gaussian logits in parts, of plain ones as a whole. */
function uncertaintyAt(output: ReturnType<MusicModel['forward']>['output'], m: number): Known {
  const row = ({ data }: Tensor) => data.subarray(m * keys, (m + 1) * keys);
  if (isGaussian(output)) return bernoulliUncertaintyOfMoments(row(output.mean), row(output.variance));
  return { predictive: bernoulliLogEntropy(bernoulliMeanOfLogits([row(output)])) };
}

/** The NLL of each step, [time * batch]; 0 where `stepMask` is 0. */
function stepNll(
  output: ReturnType<MusicModel['forward']>['output'],
  targets: Tensor,
  stepMask: Tensor,
): Real {
  const mean = isGaussian(output) ? output.mean : output;
  const M = stepMask.size;
  const rowLoss = zeros([M]).data;
  kernels().bernoulliNllForward({
    M,
    K: keys,
    logits: mean.data,
    variance: isGaussian(output) ? output.variance.data : undefined,
    targets: targets.data,
    stepMask: stepMask.data,
    rowLoss,
  });
  return rowLoss;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Lets signals have their turn. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
