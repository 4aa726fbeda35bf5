/** Independent Gaussian variables as a pair of tensors: what flows through a network in the moments mode. */
import { isObject } from '../checks.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import { found } from '../found.ts';
import { tensorAdvice } from '../tensor/check.ts';
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
    throw new ConfigError(
      `meanOf: expected a tensor or a Gaussian, got ${found(value)}${tensorAdvice(value)}`,
    );
  }
  return isGaussian(value) ? value.mean : value;
}

/** Throws ConfigError unless `value` is a pair of tensors, mean and variance; ShapeError if their shapes differ. */
export function checkGaussian(where: string, name: string, value: unknown): asserts value is Gaussian {
  if (!isGaussian(value)) {
    const { mean, variance } = (isObject(value) ? value : {}) as { mean?: unknown; variance?: unknown };
    const advice = tensorAdvice(mean) || tensorAdvice(variance);
    throw new ConfigError(
      `${where}: expected ${name} to be a Gaussian { mean, variance } of two tensors, got ${found(value)}${advice}`,
    );
  }
  const { mean, variance } = value;
  if (!haveOneShape(mean, variance)) {
    throw new ShapeError(
      `${where}: expected the variance of ${name} of shape [${mean.shape.join(', ')}] as its mean, got [${variance.shape.join(', ')}]`,
    );
  }
}

/** Throws ConfigError unless `value` is a tensor or a Gaussian. */
export function checkTensorOrGaussian(
  where: string,
  name: string,
  value: unknown,
): asserts value is Tensor | Gaussian {
  if (value instanceof Tensor) return;
  if (isObject(value) && ('mean' in value || 'variance' in value)) return checkGaussian(where, name, value);
  throw new ConfigError(
    `${where}: expected ${name} to be a tensor or a Gaussian, got ${found(value)}${tensorAdvice(value)}`,
  );
}

// --- internal ---

function haveOneShape(a: Tensor, b: Tensor): boolean {
  return a.shape.length === b.shape.length && a.shape.every((length, axis) => length === b.shape[axis]);
}
