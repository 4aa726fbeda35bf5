/** Logits with moments as logits without: what a softmax over Gaussian logits expects of every class, nearly. */
import { div } from '../../autograd/ops/arithmetic.ts';
import { addScalar, scale, sqrt } from '../../autograd/ops/elementwise.ts';
import { checkTensorOrGaussian, type Gaussian, isGaussian } from '../../moments/gaussian.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/**
 * z_k = mean_k / sqrt(1 + π/8 variance_k), so that softmax(z) approximates the expectation of softmax over independent Gaussian logits: for two
 * classes of one variance the approximation of MacKay (1992, "The evidence framework applied to classification networks", equation 12),
 * for more its mean-field form (Lu, Ie, Sha 2020, "Mean-field approximation to Gaussian-softmax integral"). Plain logits stay as they are.
 * @param output logits [.., K]
 * @throws ConfigError for what is no output
 */
export function meanFieldLogits(output: Tensor | Gaussian): Tensor {
  checkTensorOrGaussian('meanFieldLogits', 'output', output);
  if (!isGaussian(output)) return output;
  return div(output.mean, sqrt(addScalar(scale(output.variance, Math.PI / 8), 1)));
}
