/**
 * The uncertainty that fast dropout knows without a draw: the logit of a unit is N(mu, nu), so its probability is a random number whose
 * mean and mean entropy are integrals over one normal variable, by Gauss-Hermite quadrature.
 *
 *   p = E[logistic(X)],  predictive H(p),  expected E[H(logistic(X))],  X ~ N(mu, nu)
 */

import { checkOneLength } from '../checks.ts';
import { gaussHermite } from '../moments/quadrature.ts';
import { checkNumbers } from '../options.ts';
import { bernoulliLogEntropy, type Uncertainty } from './entropy.ts';
import { logSigmoid, logSumExp, surprise } from './log-space.ts';

/** With 32 nodes E[logistic] is exact to 2e-5 for deviations up to 3, and to .008 up to 8. */
const nodes = 32;

/**
 * The uncertainty of K independent units with Gaussian logits, summed over them.
 * @throws ConfigError for what are no arrays of numbers; ShapeError if they differ in length
 */
export function bernoulliUncertaintyOfMoments(
  mean: ArrayLike<number>,
  variance: ArrayLike<number>,
): Uncertainty {
  checkNumbers('bernoulliUncertaintyOfMoments', 'mean', mean);
  checkNumbers('bernoulliUncertaintyOfMoments', 'variance', variance);
  checkOneLength('bernoulliUncertaintyOfMoments', 'variance', variance, mean.length);
  const { nodes: x, weights } = gaussHermite(nodes);
  const K = mean.length;
  const logOne = new Float64Array(K);
  const logZero = new Float64Array(K);
  const one = new Float64Array(x.length);
  const zero = new Float64Array(x.length);
  let expected = 0;
  for (let k = 0; k < K; k++) {
    const deviation = Math.sqrt(variance[k]);
    for (let i = 0; i < x.length; i++) {
      const z = mean[k] + deviation * x[i];
      const [log, other] = [logSigmoid(z), logSigmoid(-z)];
      expected += weights[i] * (surprise(log) + surprise(other));
      one[i] = Math.log(weights[i]) + log;
      zero[i] = Math.log(weights[i]) + other;
    }
    logOne[k] = logSumExp(one);
    logZero[k] = logSumExp(zero);
  }
  const predictive = bernoulliLogEntropy({ logOne, logZero });
  return { predictive, expected, information: Math.max(0, predictive - expected) };
}
