/** A regression that says how sure it is: the noise of the observations, learned beside the network. */
import { add } from '../../autograd/ops/arithmetic.ts';
import { exp, scale } from '../../autograd/ops/elementwise.ts';
import { broadcastRows, reshape } from '../../autograd/ops/shape.ts';
import { checkTensorOrGaussian, type Gaussian, isGaussian, meanOf } from '../../moments/gaussian.ts';
import { checkTensor } from '../../tensor/check.ts';
import { expectShape, type Tensor } from '../../tensor/tensor.ts';

/**
 * The distribution of an observation: N(mean, variance + s²) for an output with moments, N(output, s²) for plain numbers (J. Bayer et al. 2013,
 * "Training neural networks with implicit variance": with fast dropout the variance of the output unit is part of the prediction).
 * `gaussianNll(mean, variance, targets)` of the result is the loss.
 * @param output [.., K]
 * @param logDeviation [K], log s, a parameter
 * @throws ConfigError or ShapeError for what does not fit
 */
export function withObservationNoise(output: Tensor | Gaussian, logDeviation: Tensor): Gaussian {
  checkTensorOrGaussian('withObservationNoise', 'output', output);
  checkTensor('withObservationNoise', 'logDeviation', logDeviation);
  const mean = meanOf(output);
  const K = mean.shape[mean.shape.length - 1] ?? 1;
  expectShape('withObservationNoise', 'logDeviation', logDeviation.shape, [K]);
  const squares = exp(scale(logDeviation, 2));
  const noise = reshape(broadcastRows(squares, mean.size / K), mean.shape);
  return { mean, variance: isGaussian(output) ? add(output.variance, noise) : noise };
}
