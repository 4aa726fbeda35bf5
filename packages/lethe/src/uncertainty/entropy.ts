/**
 * How unsure a prediction is, from S samples of it: entropies in nats, in float64, 0 log 0 = 0.
 *
 *   predictive   H[mean of the samples], all there is to be unsure of
 *   expected     mean of H[sample], what stays unsure whatever the weights (aleatoric)
 *   information  their difference, what more data would settle (epistemic; BALD: Houlsby et al. 2011, for dropout
 *                Gal and Ghahramani 2016)
 */

/** Uncertainty of one prediction, in nats. */
export interface Uncertainty {
  predictive: number;
  expected: number;
  /** at least 0 */
  information: number;
}

/** Entropy of a coin that shows 1 with probability p. */
export function bernoulliEntropy(p: number): number {
  return -plogp(p) - plogp(1 - p);
}

/** Entropy of one distribution over classes. */
export function categoricalEntropy(probabilities: ArrayLike<number>): number {
  let entropy = 0;
  for (let k = 0; k < probabilities.length; k++) entropy -= plogp(probabilities[k]);
  return entropy;
}

/**
 * The uncertainty of K independent units (notes of a chord), summed over them.
 * @param samples S predictions, each the K probabilities of a 1
 */
export function bernoulliUncertainty(samples: readonly ArrayLike<number>[]): Uncertainty {
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
  return uncertaintyOf(samples, categoricalEntropy);
}

/** The mean of S predictions, element by element. */
export function meanPrediction(samples: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(samples[0]?.length ?? 0);
  for (const sample of samples) {
    for (let k = 0; k < mean.length; k++) mean[k] += sample[k] / samples.length;
  }
  return mean;
}

// --- internal ---

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
