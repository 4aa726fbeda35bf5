/**
 * Checks of arguments at the public boundary, in one vocabulary: each says where it was called, what it expected, what it
 * found and what to do. They cost a few comparisons; kernels and what lies between trust. Checks of options are in options.ts,
 * of shapes in tensor/tensor.ts, of regularizers in dropout/check-regularizer.ts.
 */
import { ConfigError, ShapeError } from './errors.ts';
import { found } from './found.ts';
import type { Gaussian } from './moments/gaussian.ts';
import { NoiseStream } from './random/stream.ts';
import { isReal, type Real, RealArray } from './tensor/dtype.ts';
import { Tensor } from './tensor/tensor.ts';

export { found } from './found.ts';
export { checkNumbers } from './options.ts';

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

/** Throws ConfigError unless `value` is an array, of `what`. */
export function checkArray(
  where: string,
  name: string,
  value: unknown,
  what: string,
): asserts value is readonly unknown[] {
  if (Array.isArray(value)) return;
  const advice = what === 'tensors' && isObject(value) ? '; give Object.values of an object' : '';
  throw new ConfigError(`${where}: expected ${name} to be an array of ${what}, got ${found(value)}${advice}`);
}

/** Throws ConfigError unless `value` is a pair of tensors, mean and variance; ShapeError if their shapes differ. */
export function checkGaussian(where: string, name: string, value: unknown): asserts value is Gaussian {
  const { mean, variance } = (isObject(value) ? value : {}) as { mean?: unknown; variance?: unknown };
  if (!(mean instanceof Tensor) || !(variance instanceof Tensor)) {
    throw new ConfigError(
      `${where}: expected ${name} to be a Gaussian { mean, variance } of two tensors, got ${found(value)}`,
    );
  }
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

/** Throws ConfigError unless `value` is a noise stream. */
export function checkStream(where: string, value: unknown): asserts value is NoiseStream {
  if (value instanceof NoiseStream) return;
  throw new ConfigError(
    `${where}: expected a noise stream, got ${found(value)}; give one by new NoiseStream(seed)`,
  );
}

/** Throws ConfigError unless `value` is a noise stream, or absent. */
export function checkOptionalStream(where: string, value: unknown): asserts value is NoiseStream | undefined {
  if (value === undefined || value instanceof NoiseStream) return;
  throw new ConfigError(
    `${where}: expected noise to be a noise stream or to be left out, got ${found(value)}; give stream.at(step)`,
  );
}

/** Throws ConfigError unless `value` is a function. */
export function checkFunction(where: string, name: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new ConfigError(`${where}: expected ${name} to be a function, got ${found(value)}`);
}

/** Throws ConfigError unless `value` is true, false or absent. */
export function checkFlag(where: string, name: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw new ConfigError(`${where}: expected ${name} to be true or false, got ${found(value)}`);
}

/** Throws ConfigError unless `value` is a text. */
export function checkText(where: string, name: string, value: unknown): asserts value is string {
  if (typeof value === 'string') return;
  throw new ConfigError(`${where}: expected ${name} to be a text, got ${found(value)}`);
}

/** Throws ConfigError unless `value` is a whole number from `from` to `to`. */
export function checkWhole(
  where: string,
  name: string,
  value: unknown,
  from = 0,
  to = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= from && (value as number) <= to) return;
  const range = to === Number.MAX_SAFE_INTEGER ? `of at least ${from}` : `from ${from} to ${to}`;
  throw new ConfigError(`${where}: expected ${name} to be a whole number ${range}, got ${found(value)}`);
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
    throw new ConfigError(
      `${where}: expected ${name} to be a ${RealArray.name}, got ${found(value)}; copy with ${RealArray.name}.from`,
    );
  }
  if (length !== undefined) checkOneLength(where, name, value, length);
}

/** Throws ConfigError unless `value` is an Int32Array. */
export function checkIntegers(where: string, name: string, value: unknown): asserts value is Int32Array {
  if (value instanceof Int32Array) return;
  throw new ConfigError(
    `${where}: expected ${name} to be an Int32Array, got ${found(value)}; copy with Int32Array.from`,
  );
}

/** Throws ShapeError unless `value` has `length` elements, as another of the call has. */
export function checkOneLength(where: string, name: string, value: ArrayLike<unknown>, length: number): void {
  if (value.length === length) return;
  throw new ShapeError(`${where}: expected ${name} to have ${length} elements, got ${value.length}`);
}

/** Whether `value` is an object with names: no array, nothing of a class that is built in. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

// --- internal ---

function haveOneShape(a: Tensor, b: Tensor): boolean {
  return a.shape.length === b.shape.length && a.shape.every((length, axis) => length === b.shape[axis]);
}

/** How to make a tensor of what looks like one. */
function tensorAdvice(value: unknown): string {
  if (Array.isArray(value) && value[0] instanceof Tensor)
    return '; put tensors together with stack or concat';
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return '; make one with tensor(…)';
  return '';
}
