/** Checks of named arrays as files hold them. */
import { isObject } from '../checks.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import { found } from '../found.ts';
import { shapeText, sizeOf } from '../tensor/tensor.ts';

/** An array as it is stored. float32 and float64 keep their type. */
export interface StoredTensor {
  shape: readonly number[];
  data: Float32Array | Float64Array;
}

/**
 * Checks an object of arrays by name.
 * @param needed names that must be there
 * @param optional names that may; undefined: any
 * @throws ConfigError naming what is missing, unknown or no array with a shape
 */
export function checkStoredTensors(
  where: string,
  what: string,
  value: unknown,
  needed: readonly string[],
  optional: readonly string[] | undefined,
): void {
  if (!isObject(value)) {
    throw new ConfigError(
      `${where}: expected ${what} to be an object of arrays by name, got ${found(value)}`,
    );
  }
  const missing = needed.find((name) => value[name] === undefined);
  if (missing !== undefined) {
    throw new ConfigError(`${where}: expected ${what} with ${needed.join(', ')}, got ${found(value)}`);
  }
  for (const [name, array] of Object.entries(value)) {
    if (optional && !needed.includes(name) && !optional.includes(name)) {
      // Parameters of a layer have more than the arrays that are wanted of it.
      continue;
    }
    if (array !== undefined || needed.includes(name)) checkArrayWithShape(where, name, array);
  }
}

/**
 * Checks the shape of an array; a text stands for any length.
 * @throws ShapeError
 */
export function checkStored(
  where: string,
  name: string,
  { shape, data }: StoredTensor,
  expected: readonly (number | string)[],
): void {
  const fits =
    shape.length === expected.length &&
    expected.every((length, axis) => typeof length === 'string' || length === shape[axis]);
  if (fits && sizeOf(shape) === data.length) return;
  throw new ShapeError(
    `${where}: expected ${name} of shape ${shapeText(expected)}, got ${shapeText(shape)} with ${data.length} elements`,
  );
}

// --- internal ---

function checkArrayWithShape(where: string, name: string, value: unknown): void {
  const { shape, data } = (typeof value === 'object' && value !== null ? value : {}) as Partial<StoredTensor>;
  const isShape = Array.isArray(shape) && shape.every((length) => Number.isInteger(length) && length >= 0);
  const isData = data instanceof Float32Array || data instanceof Float64Array;
  if (isShape && isData && sizeOf(shape) === data.length) return;
  const shown = isShape && isData ? `shape ${shapeText(shape)} with ${data.length} elements` : found(value);
  throw new ConfigError(
    `${where}: expected '${name}' to be { shape, data }, a Float32Array or Float64Array of that shape, got ${shown}`,
  );
}
