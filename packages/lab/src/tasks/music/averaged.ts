/**
 * Predictions averaged over draws of the noise: probabilities first, the logarithm afterwards. For methods that test
 * by drawing, and for MC dropout.
 */
import {
  bernoulliUncertainty,
  isGaussian,
  keepState,
  meanPrediction,
  NoiseStream,
  type RunMode,
  type Uncertainty,
} from 'lethe';
import type { Piece } from '../../data/music/dataset.ts';
import { keys } from '../../data/music/piano-roll.ts';
import { windowBatch } from './batches.ts';
import { type EvaluateOptions, type MusicMetrics, scorePieces } from './evaluate.ts';
import { firstRows, type MusicModel, type MusicState } from './model.ts';

/** What is drawn. */
export interface Draws {
  samples: number;
  /** default: as in training */
  mode?: RunMode;
  /** default 1 */
  seed?: number;
}

/** Metrics of MC dropout: the NLL of averaged probabilities, and means over scored frames in nats. */
export interface McMetrics extends MusicMetrics {
  /** entropy of the averaged prediction, summed over notes */
  predictive_entropy: number;
  /** mean entropy of a single draw's prediction */
  expected_entropy: number;
  /** their difference */
  mutual_information: number;
}

/**
 * MC dropout over whole pieces: masks held over the sequence live for the whole pass of a piece, those of single
 * steps are drawn at every step. Undefined when `signal` stopped the work.
 */
export async function evaluateMonteCarlo(
  model: MusicModel,
  pieces: readonly Piece[],
  draws: Draws,
  options: EvaluateOptions = {},
): Promise<McMetrics | undefined> {
  const sums = { predictive: 0, expected: 0, information: 0 };
  let frames = 0;
  const metrics = await scorePieces(pieces, options, () => {
    let states: MusicState[] = [];
    return (group, at, window) => {
      states = averagedNll(model, group.pieces, at, window, states, group.sums, draws, (uncertainty) => {
        for (const name of Object.keys(sums) as (keyof Uncertainty)[]) sums[name] += uncertainty[name];
        frames++;
      });
    };
  });
  return (
    metrics && {
      ...metrics,
      predictive_entropy: sums.predictive / frames,
      expected_entropy: sums.expected / frames,
      mutual_information: sums.information / frames,
    }
  );
}

/**
 * Adds the NLL of one window under the averaged probabilities to `sums`; returns the states of all draws after it.
 * @param seen is shown the uncertainty of every scored frame
 */
export function averagedNll(
  model: MusicModel,
  pieces: readonly Piece[],
  at: number,
  window: number,
  states: readonly MusicState[],
  sums: Float64Array,
  { samples, mode, seed = 1 }: Draws,
  seen?: (uncertainty: Uncertainty) => void,
): MusicState[] {
  const { x, targets, steps, rows, stop, stepMask } = windowBatch(pieces, at, window);
  const holds = model.regularizer.noise.every(({ interval }) => interval === 'sequence');
  const stream = new NoiseStream(seed);
  const after: MusicState[] = [];
  const probabilities: Float64Array[] = [];
  for (let s = 0; s < samples; s++) {
    const state = states[s] && firstRows(states[s], rows);
    // Even passes: the two of a pair may share masks.
    const noise = stream.at(holds ? 0 : at, 2 * s);
    const result = model.forward(x, { state, noise, mode, stop });
    const logits = isGaussian(result.output) ? result.output.mean : result.output;
    probabilities.push(Float64Array.from(logits.data, (z) => 1 / (1 + Math.exp(-z))));
    after.push(result.state.map(keepState));
  }
  for (let m = 0; m < steps * rows; m++) {
    if (stepMask.data[m] === 0) continue;
    const draws = probabilities.map((sample) => sample.subarray(m * keys, (m + 1) * keys));
    sums[m % rows] += nllOf(meanPrediction(draws), targets.data.subarray(m * keys, (m + 1) * keys));
    seen?.(bernoulliUncertainty(draws));
  }
  return after;
}

// --- internal ---

function nllOf(probabilities: Float64Array, targets: ArrayLike<number>): number {
  let nll = 0;
  for (let k = 0; k < probabilities.length; k++) {
    nll -= targets[k] === 1 ? Math.log(probabilities[k]) : Math.log1p(-probabilities[k]);
  }
  return nll;
}
