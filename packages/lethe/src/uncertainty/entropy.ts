/**
 * How unsure a prediction is, from S samples of it: entropies in nats, in float64, 0 log 0 = 0.
 *
 *   predictive   H[mean of the samples], all there is to be unsure of
 *   expected     mean of H[sample], what stays unsure whatever the weights (aleatoric)
 *   information  their difference, what more data would settle (epistemic; BALD: Houlsby et al. 2011, for dropout
 *                Gal and Ghahramani 2016)
 */

import { checkArray, checkNumbers, found } from '../checks.ts';
import { ConfigError, ShapeError } from '../errors.ts';

/** Uncertainty of one prediction, in nats. */
export interface Uncertainty {
  predictive: number;
  expected: number;
  /** at least 0 */
  information: number;
}

/**
 * Entropy of a coin that shows 1 with probability p.
 * @throws ConfigError unless p is a number from 0 to 1
 */
export function bernoulliEntropy(p: number): number {
  checkProbability('bernoulliEntropy', p);
  return -plogp(p) - plogp(1 - p);
}

/**
 * Entropy of one distribution over classes.
 * @throws ConfigError for what are no probabilities
 */
export function categoricalEntropy(probabilities: ArrayLike<number>): number {
  checkNumbers('categoricalEntropy', 'probabilities', probabilities);
  for (let k = 0; k < probabilities.length; k++) checkProbability('categoricalEntropy', probabilities[k]);
  let entropy = 0;
  for (let k = 0; k < probabilities.length; k++) entropy -= plogp(probabilities[k]);
  return entropy;
}

/**
 * The uncertainty of K independent units (notes of a chord), summed over them.
 * @param samples S predictions, each the K probabilities of a 1
 */
export function bernoulliUncertainty(samples: readonly ArrayLike<number>[]): Uncertainty {
  checkSamples('bernoulliUncertainty', samples);
  const entropy = (sample: ArrayLike<number>) => {
    let sum = 0;
    for (let k = 0; k < sample.length; k++) sum += bernoulliEntropy(sample[k]);
    return sum;
  };
  return uncertaintyOf(samples, entropy);
}

/**
 * The uncertainty over K classes.
 * @param samples S predictions, each a distribution over the classes
 */
export function categoricalUncertainty(samples: readonly ArrayLike<number>[]): Uncertainty {
  checkSamples('categoricalUncertainty', samples);
  return uncertaintyOf(samples, categoricalEntropy);
}

/**
 * The mean of S predictions, element by element.
 * @throws ConfigError for what are no arrays of numbers; ShapeError if they differ in length, or there are none
 */
export function meanPrediction(samples: readonly ArrayLike<number>[]): Float64Array {
  checkSamples('meanPrediction', samples);
  const mean = new Float64Array(samples[0].length);
  for (const sample of samples) {
    for (let k = 0; k < mean.length; k++) mean[k] += sample[k] / samples.length;
  }
  return mean;
}

// --- internal ---

/** Rounding of sums of float32 may leave a probability this far outside. */
const slack = 1e-6;

function checkProbability(where: string, p: unknown): void {
  if (typeof p === 'number' && p >= -slack && p <= 1 + slack) return;
  throw new ConfigError(`${where}: expected a probability, from 0 to 1, got ${found(p)}`);
}

function checkSamples(where: string, samples: readonly ArrayLike<number>[]): void {
  checkArray(where, 'samples', samples, 'predictions, each an array of numbers');
  if (samples.length === 0) throw new ShapeError(`${where}: expected at least one sample, got none`);
  for (const [s, sample] of samples.entries()) {
    checkNumbers(where, `samples[${s}]`, sample);
    if (sample.length === samples[0].length) continue;
    throw new ShapeError(
      `${where}: expected samples of one length, ${samples[0].length}, got ${sample.length} at sample ${s}`,
    );
  }
}

function plogp(p: number): number {
  return p > 0 ? p * Math.log(p) : 0;
}

function uncertaintyOf(
  samples: readonly ArrayLike<number>[],
  entropy: (sample: ArrayLike<number>) => number,
): Uncertainty {
  const predictive = entropy(meanPrediction(samples));
  const expected = samples.reduce((sum, sample) => sum + entropy(sample), 0) / samples.length;
  // Concave entropy makes the difference positive; rounding may not.
  return { predictive, expected, information: Math.max(0, predictive - expected) };
}
