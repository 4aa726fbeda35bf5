/**
 * The NLL of pieces under a model, in nats per time step: the sum over 88 notes, natural log, the frames of a
 * piece from the second on, each predicted from those before it.
 *
 *   nll_per_step           mean over all scored frames of the split (pooled)
 *   nll_per_sequence_mean  mean over the frames of each piece, then over pieces
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
  scoped,
  type Tensor,
} from 'lethe';
import { isGaussian } from 'lethe/moments';
import type { Slices } from '../../runs/task.ts';
import { testDraws } from '../shared/draws.ts';
import { type Known, UncertaintySum } from '../shared/uncertainty-sum.ts';
import { averagedNll } from './averaged.ts';
import { windowBatch } from './batches.ts';
import type { Piece } from './data/dataset.ts';
import { keys } from './data/piano-roll.ts';
import { firstRows, type MusicModel, type MusicState } from './model.ts';
import { type MusicMetrics, type PieceGroup, type PieceWindows, scorePieces } from './score-pieces.ts';

/**
 * The metrics of `pieces`; progress counts frames. Pieces of one frame have nothing to
 * score and are left out. The result is NaN where there is nothing to score at all. A method whose test-time rule
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
    return (group, at, window) => {
      if (draws) {
        states = scoped(() => averagedNll(model, group, at, window, states, draws, look));
      } else {
        states = [scoped(() => scoreWindow(model, group, at, window, states[0], look))];
      }
    };
  });
  return { ...metrics, ...seen.metrics() };
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
  const rowLoss = model.readout.rowNll(result.output, targets, stepMask);
  for (let t = 0; t < steps; t++) for (let b = 0; b < rows; b++) sums[b] += rowLoss[t * rows + b];
  if (look && model.readout.independent) {
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
