/** Checks of tensors and arrays of numbers at the public boundary, see checks.ts. */
import { checkArray, checkOneLength } from '../checks.ts';
import { ConfigError } from '../errors.ts';
import { found, otherCopyAdvice } from '../found.ts';
import { isReal, type Real, RealArray } from './dtype.ts';
import { Tensor } from './tensor.ts';

/** Throws ConfigError unless `value` is a tensor. */
export function checkTensor(where: string, name: string, value: unknown): asserts value is Tensor {
  if (value instanceof Tensor) return;
  throw new ConfigError(
    `${where}: expected ${name} to be a tensor, got ${found(value)}${tensorAdvice(value)}`,
  );
}

/** Throws ConfigError unless `value` is a tensor, or absent. */
export function checkOptionalTensor(
  where: string,
  name: string,
  value: unknown,
): asserts value is Tensor | undefined {
  if (value !== undefined) checkTensor(where, name, value);
}

/** Throws ConfigError unless `value` is an array of tensors. */
export function checkTensors(
  where: string,
  name: string,
  value: unknown,
): asserts value is readonly Tensor[] {
  checkArray(where, name, value, 'tensors');
  for (let i = 0; i < value.length; i++) checkTensor(where, `${name}[${i}]`, value[i]);
}

/**
 * Throws ConfigError unless `value` is an array of the process's number type, ShapeError unless it has `length` elements.
 * @param length absent: any
 */
export function checkReal(
  where: string,
  name: string,
  value: unknown,
  length?: number,
): asserts value is Real {
  if (!isReal(value)) {
    const advice = otherCopyAdvice(value, Tensor) || `; copy with ${RealArray.name}.from`;
    throw new ConfigError(
      `${where}: expected ${name} to be a ${RealArray.name}, got ${found(value)}${advice}`,
    );
  }
  if (length !== undefined) checkOneLength(where, name, value, length);
}

/** What to do about what is no tensor, for an error. */
export function tensorAdvice(value: unknown): string {
  if (Array.isArray(value) && value[0] instanceof Tensor)
    return '; put tensors together with stack or concat';
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return '; make one with tensor(…)';
  return otherCopyAdvice(value, Tensor);
}
