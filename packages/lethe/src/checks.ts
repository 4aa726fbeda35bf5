/**
 * Checks of arguments at the public boundary, in one vocabulary: each says where it was called, what it expected, what it
 * found and what to do. They cost a few comparisons; kernels and what lies between trust. Checks of options are in options.ts,
 * of shapes in tensor/tensor.ts, of regularizers in dropout/check-regularizer.ts.
 */
import { ConfigError, ShapeError } from './errors.ts';
import { found } from './found.ts';

export { found } from './found.ts';
export { checkNumbers } from './options.ts';

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
