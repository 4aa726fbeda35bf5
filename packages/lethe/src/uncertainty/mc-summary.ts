/** What S draws of an output say together, row by row. */
import type { RecurrentState } from '../nn/cells/cell.ts';
import {
  bernoulliMeanOfLogits,
  bernoulliUncertaintyOfLogits,
  categoricalUncertaintyOfLogits,
  type Uncertainty,
} from './entropy.ts';
import type { McDropoutOptions } from './mc-checks.ts';

/** One draw: of every row its K logits or values, and their variances where the output is Gaussian. */
export interface Sampled {
  values: readonly Float64Array[];
  variances?: readonly Float64Array[];
}

/** What the samples say. Rows are steps of examples, m = t * batch + b; examples, where the model gives one answer for each. */
export interface McPrediction {
  /** mean probabilities, [rows, K] */
  probabilities: Float64Array;
  /** their logarithms, computed without rounding a probability to 0 or 1 */
  logProbabilities: Float64Array;
  /** of Bernoulli units the logarithms of the mean probabilities of a 0 */
  logComplements?: Float64Array;
  /** of every row, in nats; of Bernoulli units their sum */
  uncertainty: Uncertainty[];
  /** after the last step, to go on from: of every run, or of the one run of all copies */
  states: readonly (readonly RecurrentState[])[];
}

/** What draws of a regression say. Rows are steps of examples, m = t * batch + b; all arrays are [time * batch, K]. */
export interface McRegression {
  mean: Float64Array;
  /** variance of the means over the draws, mean (f_s - mean)²: what more data would settle */
  epistemic: Float64Array;
  /** mean of the variances that the model itself gives; 0 where it gives plain numbers */
  aleatoric: Float64Array;
  /** after the last step, to go on from */
  states: readonly (readonly RecurrentState[])[];
}

type Summary = Omit<McPrediction, 'states'> | Omit<McRegression, 'states'>;

/**
 * Means over the draws.
 * @param counts whether row m is to be looked at; the others are NaN
 */
export function summary(
  drawn: readonly Sampled[],
  distribution: McDropoutOptions['distribution'],
  counts: (m: number) => boolean,
): Summary {
  if (distribution === 'gaussian') return regression(drawn, counts);
  const rows = drawn[0].values.length;
  const K = drawn[0].values[0].length;
  const empty = () => new Float64Array(rows * K).fill(Number.NaN);
  const logProbabilities = empty();
  const logComplements = distribution === 'bernoulli' ? empty() : undefined;
  const uncertainty = Array.from({ length: rows }, (_, m): Uncertainty => {
    if (!counts(m)) return { predictive: Number.NaN, expected: Number.NaN, information: Number.NaN };
    const logits = drawn.map(({ values }) => values[m]);
    if (!logComplements) {
      const { mean, uncertainty: own } = categoricalUncertaintyOfLogits(logits);
      logProbabilities.set(mean, m * K);
      return own;
    }
    const mean = bernoulliMeanOfLogits(logits);
    logProbabilities.set(mean.logOne, m * K);
    logComplements.set(mean.logZero, m * K);
    return bernoulliUncertaintyOfLogits(logits, mean);
  });
  return { probabilities: logProbabilities.map(Math.exp), logProbabilities, logComplements, uncertainty };
}

// --- internal ---

function regression(drawn: readonly Sampled[], counts: (m: number) => boolean): Omit<McRegression, 'states'> {
  const rows = drawn[0].values.length;
  const K = drawn[0].values[0].length;
  const S = drawn.length;
  const [mean, epistemic, aleatoric] = [0, 1, 2].map(() => new Float64Array(rows * K).fill(Number.NaN));
  for (let m = 0; m < rows; m++) {
    if (!counts(m)) continue;
    for (let k = 0; k < K; k++) {
      const own = drawn.map(({ values }) => values[m][k]);
      const middle = own.reduce((sum, value) => sum + value, 0) / S;
      mean[m * K + k] = middle;
      epistemic[m * K + k] = own.reduce((sum, value) => sum + (value - middle) ** 2, 0) / S;
      aleatoric[m * K + k] = drawn.reduce((sum, { variances }) => sum + (variances?.[m][k] ?? 0), 0) / S;
    }
  }
  return { mean, epistemic, aleatoric };
}
