/**
 * Predictions averaged over draws of the noise, in the space of logarithms: the NLL of a note is -log of the mean of its
 * likelihoods, and where notes depend on each other that of a frame is. For methods that test by drawing, and for MC dropout.
 */
import {
  bernoulliMeanOfLogits,
  bernoulliUncertaintyOfLogits,
  keepState,
  type LogBernoulli,
  logMeanExp,
  NoiseStream,
  streamOfDraw,
  type Uncertainty,
} from 'lethe';
import { isGaussian } from 'lethe/moments';
import type { Draws, Slices } from '../../runs/task.ts';
import { UncertaintySum } from '../shared/uncertainty-sum.ts';
import type { Piece } from './data/dataset.ts';
import { keys } from './data/piano-roll.ts';
import { firstRows, type MusicModel, type MusicState } from './model.ts';
import { type MusicMetrics, type PieceGroup, type PieceWindows, scorePieces } from './score-pieces.ts';

/**
 * MC dropout over whole pieces: masks held over the sequence live for the whole pass of a piece, those of single
 * steps are drawn for their step of the piece, and every piece has draws of its own, so that neither windows nor
 * minibatches change the figures beyond rounding. The metrics are the NLL of averaged probabilities and, where notes are independent, means
 * over scored frames in nats: `predictive_entropy` of the averaged prediction, summed over notes, `expected_entropy`, the mean of that of a
 * single draw's, and `mutual_information`, their difference.
 */
export function* evaluateMonteCarlo(
  model: MusicModel,
  pieces: readonly Piece[],
  draws: Draws,
  options: PieceWindows = {},
): Slices<MusicMetrics> {
  const seen = new UncertaintySum();
  const metrics = yield* scorePieces(pieces, options, () => {
    let states: MusicState[] = [];
    return (group) => {
      states = averagedNll(model, group, states, draws, { seen: (one) => seen.add(one) });
    };
  });
  const none = {
    predictive_entropy: Number.NaN,
    expected_entropy: Number.NaN,
    mutual_information: Number.NaN,
  };
  return { ...metrics, ...(model.readout.independent && none), ...seen.metrics() };
}

/** How draws of a window are read. */
export interface WindowDraws {
  /** is shown the uncertainty of every scored frame from the second of its piece on */
  seen?: (uncertainty: Uncertainty) => void;
  /** draws of the method's test-time rule: what is dropped in training alone, hidden units of a NADE, stays. @defaultValue false */
  isTestRule?: boolean;
}

/** Adds the NLL of one window under the averaged probabilities to `sums`; returns the states of all draws after it. */
export function averagedNll(
  model: MusicModel,
  { batch, at, sums, first, isFirst }: PieceGroup,
  states: readonly MusicState[],
  { samples, mode, seed = 1, trained = Number.POSITIVE_INFINITY }: Draws,
  { seen, isTestRule = false }: WindowDraws = {},
): MusicState[] {
  const { x, targets, steps, rows, start, stop, stepMask } = batch;
  const stream = new NoiseStream(seed).trained(trained).from(at, first);
  const after: MusicState[] = [];
  const { readout } = model;
  /** of independent notes the logits of every draw, else the log-likelihoods of its frames */
  const drawn: Float64Array[] = [];
  for (let s = 0; s < samples; s++) {
    const state = states[s] && firstRows(states[s], rows);
    const noise = streamOfDraw(stream, s);
    const result = model.forward(x, { state, noise, mode, start, stop });
    after.push(result.state.map(keepState));
    if (!readout.independent) {
      const rowNll = readout.rowNll(result.output, targets, stepMask, isTestRule ? undefined : noise);
      drawn.push(Float64Array.from(rowNll, (nll) => -nll));
      continue;
    }
    const logits = isGaussian(result.output) ? result.output.mean : result.output;
    drawn.push(Float64Array.from(logits.data));
  }
  if (!readout.independent) {
    for (let m = 0; m < steps * rows; m++) {
      if (stepMask.data[m] !== 0) sums[m % rows] -= logMeanExp(drawn.map((sample) => sample[m]));
    }
    return after;
  }
  for (let m = 0; m < steps * rows; m++) {
    if (stepMask.data[m] === 0) continue;
    const logits = drawn.map((sample) => sample.subarray(m * keys, (m + 1) * keys));
    const mean = bernoulliMeanOfLogits(logits);
    sums[m % rows] += nllOf(mean, targets.data.subarray(m * keys, (m + 1) * keys));
    if (!isFirst) seen?.(bernoulliUncertaintyOfLogits(logits, mean));
  }
  return after;
}

// --- internal ---

function nllOf({ logOne, logZero }: LogBernoulli, targets: ArrayLike<number>): number {
  let nll = 0;
  for (let k = 0; k < logOne.length; k++) nll -= targets[k] === 1 ? logOne[k] : logZero[k];
  return nll;
}
