/**
 * The NLL of pieces under a model, in nats per time step: the sum over 88 notes, natural log, the frames of a
 * piece from the second on, each predicted from those before it.
 *
 *   nll_per_step             mean over all scored frames of the split (pooled)
 *   nll_per_sequence_mean    mean over the frames of each piece, then over pieces
 *   nll_per_step_with_first  the first with the first frame of every piece, predicted from the initial state
 *
 * Pieces are not split: long ones run in windows through which the state is carried. Shorter ones in the same
 * minibatch stop early and are not counted from there on, so neither padding nor the size of the minibatch
 * changes the result. What predictions are unsure of is known where notes are independent; the entropy of a NADE has no closed form.
 */
import {
  bernoulliLogEntropy,
  bernoulliMeanOfLogits,
  bernoulliUncertaintyOfMoments,
  keepState,
  type Tensor,
} from 'lethe';
import { isGaussian } from 'lethe/moments';
import type { Slices } from '../../runs/task.ts';
import { testDraws } from '../shared/draws.ts';
import { type Known, UncertaintySum } from '../shared/uncertainty-sum.ts';
import { averagedNll } from './averaged.ts';
import type { Piece } from './data/dataset.ts';
import { keys } from './data/piano-roll.ts';
import { firstRows, type MusicModel, type MusicState } from './model.ts';
import { type MusicMetrics, type PieceGroup, type PieceWindows, scorePieces } from './score-pieces.ts';

/**
 * The metrics of `pieces`; progress counts frames from the second on. Pieces of one frame count with the first frame alone.
 * The result is NaN where there is nothing to score at all. A method whose test-time rule
 * draws (DropConnect's Gaussian inference) averages the probabilities of as many draws as it says, always the same.
 */
export function* evaluatePieces(
  model: MusicModel,
  pieces: readonly Piece[],
  options: PieceWindows = {},
): Slices<MusicMetrics> {
  const draws = testDraws(model.regularizer);
  const seen = new UncertaintySum();
  const look = options.uncertainty ? (one: Known) => seen.add(one) : undefined;
  const metrics = yield* scorePieces(pieces, options, () => {
    let states: MusicState[] = [];
    return (group) => {
      if (draws) states = averagedNll(model, group, states, draws, { seen: look, isTestRule: true });
      else states = [scoreWindow(model, group, states[0], look)];
    };
  });
  return { ...metrics, ...seen.metrics() };
}

// --- internal ---

/** Adds the NLL of one window to `sums` and returns the state after it, in memory of its own. */
function scoreWindow(
  model: MusicModel,
  { batch, sums, isFirst }: PieceGroup,
  state: MusicState | undefined,
  look?: (uncertainty: Known) => void,
): MusicState {
  const { x, targets, steps, rows, start, stop, stepMask } = batch;
  const result = model.forward(x, { state: state && firstRows(state, rows), start, stop });
  const rowLoss = model.readout.rowNll(result.output, targets, stepMask);
  for (let t = 0; t < steps; t++) for (let b = 0; b < rows; b++) sums[b] += rowLoss[t * rows + b];
  if (look && model.readout.independent && !isFirst) {
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
