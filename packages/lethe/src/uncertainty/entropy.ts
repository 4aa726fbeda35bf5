/**
 * How unsure a prediction is, from S samples of it: entropies in nats, in float64, 0 log 0 = 0.
 *
 *   predictive   H[mean of the samples], all there is to be unsure of
 *   expected     mean of H[sample], what stays unsure whatever the weights (aleatoric)
 *   information  their difference, what more data would settle (epistemic; BALD: Houlsby et al. 2011, for dropout
 *                Gal and Ghahramani 2016)
 */

import { checkArray, checkOneLength, isObject } from '../checks.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumbers } from '../options.ts';
import { logMean, logSigmoid, logSoftmax, surprise } from './log-space.ts';

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

/** A prediction of independent units by the logarithms of the probabilities of 1 and of 0. */
export interface LogBernoulli {
  logOne: Float64Array;
  logZero: Float64Array;
}

/**
 * The mean prediction of K independent units: log of the mean of logistic(z_s), and of its complement.
 * @param logits S draws, each K logits
 * @throws ConfigError for what are no arrays of numbers; ShapeError if they differ in length, or there are none
 */
export function bernoulliMeanOfLogits(logits: readonly ArrayLike<number>[]): LogBernoulli {
  checkSamples('bernoulliMeanOfLogits', logits);
  return {
    logOne: logMean(logits.map((z) => Float64Array.from(z, logSigmoid))),
    logZero: logMean(logits.map((z) => Float64Array.from(z, (one) => logSigmoid(-one)))),
  };
}

/**
 * The uncertainty of K independent units, summed over them, from S draws of their logits and the mean prediction of those.
 * @throws ConfigError for what are no arrays of numbers; ShapeError if they differ in length, or there are none
 */
export function bernoulliUncertaintyOfLogits(
  logits: readonly ArrayLike<number>[],
  mean: LogBernoulli = bernoulliMeanOfLogits(logits),
): Uncertainty {
  checkSamples('bernoulliUncertaintyOfLogits', logits);
  const expected = logits.reduce((sum, z) => {
    let own = 0;
    for (let k = 0; k < z.length; k++) own += surprise(logSigmoid(z[k])) + surprise(logSigmoid(-z[k]));
    return sum + own;
  }, 0);
  return difference(bernoulliLogEntropy(mean), expected / logits.length);
}

/**
 * The entropy of K independent units, summed over them, from the logarithms of their probabilities.
 * @throws ConfigError for what are no two arrays of numbers; ShapeError if they differ in length
 */
export function bernoulliLogEntropy(prediction: LogBernoulli): number {
  const { logOne, logZero } = (isObject(prediction) ? prediction : {}) as LogBernoulli;
  checkNumbers('bernoulliLogEntropy', 'logOne', logOne);
  checkNumbers('bernoulliLogEntropy', 'logZero', logZero);
  checkOneLength('bernoulliLogEntropy', 'logZero', logZero, logOne.length);
  let entropy = 0;
  for (let k = 0; k < logOne.length; k++) entropy += surprise(logOne[k]) + surprise(logZero[k]);
  return entropy;
}

/**
 * The entropy of one distribution over classes, from the logarithms of its probabilities.
 * @throws ConfigError for what is no array of numbers
 */
export function categoricalLogEntropy(logProbabilities: ArrayLike<number>): number {
  checkNumbers('categoricalLogEntropy', 'logProbabilities', logProbabilities);
  let entropy = 0;
  for (let k = 0; k < logProbabilities.length; k++) entropy += surprise(logProbabilities[k]);
  return entropy;
}

/**
 * The log mean prediction over K classes of S draws of their logits, and its uncertainty.
 * @throws ConfigError for what are no arrays of numbers; ShapeError if they differ in length, or there are none
 */
export function categoricalUncertaintyOfLogits(logits: readonly ArrayLike<number>[]): {
  mean: Float64Array;
  uncertainty: Uncertainty;
} {
  checkSamples('categoricalUncertaintyOfLogits', logits);
  const samples = logits.map(logSoftmax);
  const mean = logMean(samples);
  const expected = samples.reduce((sum, sample) => sum + categoricalLogEntropy(sample), 0);
  return { mean, uncertainty: difference(categoricalLogEntropy(mean), expected / samples.length) };
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
    checkOneLength(where, `samples[${s}]`, sample, samples[0].length);
  }
}

/** Concave entropy makes the difference positive; rounding may not. */
function difference(predictive: number, expected: number): Uncertainty {
  return { predictive, expected, information: Math.max(0, predictive - expected) };
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
  return difference(predictive, expected);
}
