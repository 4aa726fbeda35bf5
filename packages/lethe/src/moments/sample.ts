/** Draws from Gaussians on the tape. */
import { gradientOf, needsGradient, recordOperation } from '../autograd/tape.ts';
import { checkReal } from '../tensor/check.ts';
import type { Real } from '../tensor/dtype.ts';
import { allocate } from '../tensor/scratch.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Gaussian } from './gaussian.ts';
import { checkGaussian } from './gaussian.ts';

/**
 * mean + epsilon sqrt(variance), with gradients to both (Bayer et al. 2013, section 2.2.2, "Sampling"). Where
 * the variance is 0 its gradient is 0.
 * @param epsilon standard normal numbers, as many as `x` has elements
 * @throws ShapeError
 */
export function drawGaussian(x: Gaussian, epsilon: Real): Tensor {
  checkGaussian('drawGaussian', 'x', x);
  checkReal('drawGaussian', 'epsilon', epsilon, x.mean.size);
  const y = new Tensor(x.mean.shape, allocate(x.mean.size));
  const [means, variances, ys] = [x.mean.data, x.variance.data, y.data];
  for (let i = 0; i < ys.length; i++) ys[i] = means[i] + epsilon[i] * Math.sqrt(variances[i]);
  recordOperation(y, [x.mean, x.variance], () => {
    const dy = gradientOf(y);
    if (needsGradient(x.mean)) {
      const dMean = gradientOf(x.mean);
      for (let i = 0; i < dy.length; i++) dMean[i] += dy[i];
    }
    if (needsGradient(x.variance)) {
      const dVariance = gradientOf(x.variance);
      for (let i = 0; i < dy.length; i++) {
        if (variances[i] > 0) dVariance[i] += (dy[i] * epsilon[i]) / (2 * Math.sqrt(variances[i]));
      }
    }
  });
  return y;
}
