/** Independent Gaussian variables as a pair of tensors: what flows through a network in the moments mode. */
import { Tensor } from '../tensor/tensor.ts';

export interface Gaussian {
  /** any shape */
  mean: Tensor;
  /** same shape as `mean`, at least 0 */
  variance: Tensor;
}

/** Whether a value is a {@link Gaussian} and not a plain tensor. */
export function isGaussian(value: Tensor | Gaussian): value is Gaussian {
  return !(value instanceof Tensor);
}

/** The mean of a Gaussian, or a plain tensor as it is. */
export function meanOf(value: Tensor | Gaussian): Tensor {
  return isGaussian(value) ? value.mean : value;
}
