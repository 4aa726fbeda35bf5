/** Gaussians as kernels take them: a plain tensor has no variance. */
import { gradientOf, hasGradient } from '../autograd/tape.ts';
import { type Gaussian, isGaussian } from '../moments/gaussian.ts';
import type { Real } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';

export function parts(value: Tensor | Gaussian): { mean: Tensor; variance?: Tensor } {
  return isGaussian(value) ? value : { mean: value };
}

/** The last step of a sequence [T, B, H] as a state [B, H]. */
export function lastStep({ mean, variance }: Gaussian): Gaussian {
  const [T, B, H] = mean.shape;
  const last = (sequence: Tensor) => new Tensor([B, H], sequence.data.subarray((T - 1) * B * H) as Real);
  return { mean: last(mean), variance: last(variance) };
}

/**
 * The gradient of a sequence with that of its last step, seen as the state, added. Nobody reads the gradient of
 * the sequence after this.
 */
export function withLastStep(sequence: Tensor, state: Tensor): Real {
  const gradient = gradientOf(sequence);
  if (!hasGradient(state)) return gradient;
  const ofState = gradientOf(state);
  const from = gradient.length - ofState.length;
  for (let i = 0; i < ofState.length; i++) gradient[from + i] += ofState[i];
  return gradient;
}

/** Gradients of mean and variance of a sequence and its last step, as the backward kernels take them. */
export function gaussianGradient(output: Gaussian, state: Gaussian): { dhMean: Real; dhVariance?: Real } {
  const hasVariance = hasGradient(output.variance) || hasGradient(state.variance);
  return {
    dhMean: withLastStep(output.mean, state.mean),
    dhVariance: hasVariance ? withLastStep(output.variance, state.variance) : undefined,
  };
}
