/**
 * A linear map whose weights are independent Gaussians: the closed form of adaptive weight noise (Graves 2011,
 * "Practical variational inference for neural networks") in Bayer et al. 2013, equations 5 and 6.
 */
import { add } from '../autograd/ops/arithmetic.ts';
import { scale, square } from '../autograd/ops/elementwise.ts';
import { affine, matmul } from '../autograd/ops/matmul.ts';
import type { NoiseMoments } from '../kernels/contract/fields.ts';
import { checkOptionalTensor } from '../tensor/check.ts';
import { expectShape, type Tensor } from '../tensor/tensor.ts';
import { checkGaussian, checkTensorOrGaussian, type Gaussian, isGaussian, meanOf } from './gaussian.ts';

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
  const where = 'weightNoiseMoments';
  checkTensorOrGaussian(where, 'x', x);
  checkGaussian(where, 'w', w);
  checkOptionalTensor(where, 'bias', bias);
  return weightNoiseMap(w, bias)(x);
}

/** {@link weightNoiseMoments} for one W and many x: what depends on the weights alone is computed once. */
export function weightNoiseMap(w: Gaussian, bias?: Tensor): (x: Tensor | Gaussian) => Gaussian {
  expectShape('weightNoiseMoments', 'the variance of the weights', w.variance.shape, w.mean.shape);
  let second: Tensor | undefined;
  return (x) => {
    const xMean = isGaussian(x) ? x.mean : x;
    const mean = bias ? affine(xMean, w.mean, bias) : matmul(xMean, w.mean);
    const fromWeights = matmul(square(xMean), w.variance);
    if (!isGaussian(x)) return { mean, variance: fromWeights };
    second ??= add(square(w.mean), w.variance);
    return { mean, variance: add(fromWeights, matmul(x.variance, second)) };
  };
}

/** Moments of m ∘ x with independent multiplicative noise m, for a map that follows; without noise x as it is. */
export function noisyInput(x: Tensor | Gaussian, noise: NoiseMoments): Tensor | Gaussian {
  const { mean, square: own, variance: kept } = noise;
  if (mean === 1 && own === 0 && kept === 1) return x;
  const fromNoise = scale(square(meanOf(x)), own);
  return {
    mean: scale(meanOf(x), mean),
    variance: isGaussian(x) ? add(fromNoise, scale(x.variance, kept)) : fromNoise,
  };
}
