/** Independent Gaussian variables as a pair of tensors: what flows through a network in the moments mode. */
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { Tensor } from '../tensor/tensor.ts';

/** Independent normal variables: a mean and a variance for each. */
export interface Gaussian {
  /** any shape */
  mean: Tensor;
  /** same shape as `mean`, at least 0 */
  variance: Tensor;
}

/** Whether a value is a {@link Gaussian}, and neither a plain tensor nor anything else. */
export function isGaussian(value: unknown): value is Gaussian {
  if (value instanceof Tensor || typeof value !== 'object' || value === null) return false;
  return (value as Gaussian).mean instanceof Tensor && (value as Gaussian).variance instanceof Tensor;
}

/**
 * The mean of a Gaussian, or a plain tensor as it is.
 * @throws ConfigError for what is neither
 */
export function meanOf(value: Tensor | Gaussian): Tensor {
  if (!(value instanceof Tensor) && !(value?.mean instanceof Tensor)) {
    throw new ConfigError(`meanOf: expected a tensor or a Gaussian, got ${found(value)}`);
  }
  return isGaussian(value) ? value.mean : value;
}
