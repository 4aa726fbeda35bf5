/** Gaussians as kernels take them: a plain tensor has no variance. */

import { add } from '../../autograd/ops/arithmetic.ts';
import { slice } from '../../autograd/ops/shape.ts';
import { gradientOf, hasGradient } from '../../autograd/tape.ts';
import type { MomentsRnnForward } from '../../kernels/contract/moments.ts';
import { type Gaussian, isGaussian } from '../../moments/gaussian.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocateZeros } from '../../tensor/scratch.ts';
import { Tensor } from '../../tensor/tensor.ts';

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

/** The states that each step of a moments run started from, [T, B, H]: the initial one, then all but the last. */
export function statesBefore({
  h0,
  h0Variance,
  hMean,
  hVariance,
}: Pick<MomentsRnnForward, 'h0' | 'h0Variance' | 'hMean' | 'hVariance'>): { mean: Real; variance: Real } {
  const before = (first: Real | undefined, sequence: Real): Real => {
    const states = allocateZeros(sequence.length);
    if (first) states.set(first);
    states.set(sequence.subarray(0, sequence.length - h0.length), h0.length);
    return states;
  };
  return { mean: before(h0, hMean), variance: before(h0Variance, hVariance) };
}

/** Gradients of mean and variance of a sequence and its last step, as the backward kernels take them. */
export function gaussianGradient(output: Gaussian, state: Gaussian): { dhMean: Real; dhVariance?: Real } {
  const hasVariance = hasGradient(output.variance) || hasGradient(state.variance);
  return {
    dhMean: withLastStep(output.mean, state.mean),
    dhVariance: hasVariance ? withLastStep(output.variance, state.variance) : undefined,
  };
}

/** The sum of independent values. */
export function sumOf(a: Gaussian, b: Gaussian): Gaussian {
  return { mean: add(a.mean, b.mean), variance: add(a.variance, b.variance) };
}

/** Gate g of G gates side by side. */
export function block({ mean, variance }: Gaussian, g: number, gates: number): Gaussian {
  const H = mean.shape[1] / gates;
  return { mean: slice(mean, -1, g * H, (g + 1) * H), variance: slice(variance, -1, g * H, (g + 1) * H) };
}
