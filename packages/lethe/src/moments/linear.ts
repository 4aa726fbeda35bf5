/** A linear map of independent noisy inputs: exact moments, on the tape. */
import { finiteRows, idleRows } from '../autograd/ops/rows.ts';
import {
  freshGradients,
  gradientIfUsed,
  gradientOf,
  gradientsOf,
  recordOperation,
} from '../autograd/tape.ts';
import { ShapeError } from '../errors.ts';
import type { NoiseMoments } from '../kernels/contract/fields.ts';
import { kernels } from '../kernels/engine.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import { checkTensor } from '../tensor/check.ts';
import { allocate, allocateZeros } from '../tensor/scratch.ts';
import { expectShape, shapeText, Tensor } from '../tensor/tensor.ts';
import { collectLayer } from './decomposition.ts';
import { checkTensorOrGaussian, type Gaussian, isGaussian } from './gaussian.ts';

/** No noise: moments pass as they are. */
export const noNoise: NoiseMoments = { mean: 1, square: 0, variance: 1 };

/**
 * Moments of (m ∘ x) W + b with independent multiplicative noise m (Bayer et al. 2013, equations 1 and 2):
 * mean = noise.mean E[x] W + b, variance = (noise.square E[x]² + noise.variance Var[x]) (W ∘ W).
 * @param x [.., I]; a plain tensor has variance 0
 * @param w [I, O]
 * @param bias [O]
 * @returns [.., O]
 * @throws ShapeError
 */
export function linearMoments(
  x: Tensor | Gaussian,
  w: Tensor,
  bias: Tensor,
  noise: NoiseMoments = noNoise,
): Gaussian {
  checkTensorOrGaussian('linearMoments', 'x', x);
  checkTensor('linearMoments', 'w', w);
  checkTensor('linearMoments', 'bias', bias);
  checkOptionNames('linearMoments: noise', noise, ['mean', 'square', 'variance']);
  for (const part of ['mean', 'square', 'variance'] as const) {
    checkNumber('linearMoments: noise', part, noise[part]);
  }
  const xMean = isGaussian(x) ? x.mean : x;
  const xVariance = isGaussian(x) ? x.variance : undefined;
  const width = xMean.shape[xMean.shape.length - 1];
  if (w.shape.length !== 2 || w.shape[0] !== width || width === 0) {
    throw new ShapeError(
      `linearMoments: expected shapes [.., I] and [I, O], got ${shapeText(xMean.shape)} and ${shapeText(w.shape)}`,
    );
  }
  const [I, O] = w.shape;
  expectShape('linearMoments', 'bias', bias.shape, [O]);
  const M = xMean.size / I;
  const shape = [...xMean.shape.slice(0, -1), O];
  const mean = new Tensor(shape, allocate(M * O));
  const variance = new Tensor(shape, allocate(M * O));
  const call = {
    M,
    I,
    O,
    mean: xMean.data,
    variance: xVariance?.data,
    w: w.data,
    bias: bias.data,
    noise,
    noisyVariance: allocate(M * I),
  };
  kernels().momentsLinearForward({ ...call, outMean: mean.data, outVariance: variance.data });
  recordOperation([mean, variance], xVariance ? [xMean, xVariance, w, bias] : [xMean, w, bias], () => {
    const {
      gradients: [dMean, dVariance],
      fresh,
    } = freshGradients([xMean, xVariance]);
    const [dw, dbias] = gradientsOf([w, bias]);
    const dOutMean = gradientOf(mean);
    const dOutVariance = gradientIfUsed(variance) ?? allocateZeros(M * O);
    const idle = idleRows([dOutMean, dOutVariance], O);
    const moments = {
      mean: finiteRows(call.mean, I, idle),
      variance: call.variance && finiteRows(call.variance, I, idle),
    };
    kernels().momentsLinearBackward({
      ...call,
      ...moments,
      noisyVariance: finiteRows(call.noisyVariance, I, idle),
      ...{ dOutMean, dOutVariance, dMean, dVariance, fresh, dw, dbias },
    });
    collectLayer({ rows: M, dMean: dOutMean, dVariance: dOutVariance }, () => [
      { weight: w, noise, ...moments },
    ]);
  });
  return { mean, variance };
}
