/**
 * A linear map whose weights are independent Gaussians: the closed form of adaptive weight noise (Graves 2011,
 * "Practical variational inference for neural networks") in Bayer et al. 2013, equations 5 and 6.
 */
import { add } from '../autograd/ops/arithmetic.ts';
import { square } from '../autograd/ops/elementwise.ts';
import { matmul } from '../autograd/ops/matmul.ts';
import { expectShape, type Tensor } from '../tensor/tensor.ts';
import { type Gaussian, isGaussian } from './gaussian.ts';

/**
 * Moments of x W (+ b), x and W independent:
 * mean = E[x] E[W] + b, variance = E[x]² Var[W] + Var[x] (E[W]² + Var[W]).
 * @param x [.., I]; a plain tensor has variance 0
 * @param w [I, O]
 * @param bias [O]
 * @returns [.., O]
 * @throws ShapeError
 */
export function weightNoiseMoments(x: Tensor | Gaussian, w: Gaussian, bias?: Tensor): Gaussian {
  expectShape('weightNoiseMoments', 'the variance of the weights', w.variance.shape, w.mean.shape);
  const xMean = isGaussian(x) ? x.mean : x;
  const product = matmul(xMean, w.mean);
  const mean = bias ? add(product, bias) : product;
  const fromWeights = matmul(square(xMean), w.variance);
  if (!isGaussian(x)) return { mean, variance: fromWeights };
  const fromInputs = matmul(x.variance, add(square(w.mean), w.variance));
  return { mean, variance: add(fromWeights, fromInputs) };
}
