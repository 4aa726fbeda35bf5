/** Arrays of numbers as NumPy stores them. */

/** Numbers in row-major order. */
export class NdArray {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;

  constructor(shape: readonly number[], values: ArrayLike<number>) {
    this.shape = shape;
    this.values = values;
  }
}

/** Types of elements by NumPy's letter and size: bytes an element, and how one is read. */
const types: Record<string, [number, (view: DataView, at: number, little: boolean) => number]> = {
  b1: [1, (view, at) => view.getUint8(at)],
  u1: [1, (view, at) => view.getUint8(at)],
  i1: [1, (view, at) => view.getInt8(at)],
  u2: [2, (view, at, little) => view.getUint16(at, little)],
  i2: [2, (view, at, little) => view.getInt16(at, little)],
  u4: [4, (view, at, little) => view.getUint32(at, little)],
  i4: [4, (view, at, little) => view.getInt32(at, little)],
  u8: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
  i8: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  f2: [2, (view, at, little) => halfOf(view.getUint16(at, little))],
  f4: [4, (view, at, little) => view.getFloat32(at, little)],
  f8: [8, (view, at, little) => view.getFloat64(at, little)],
};

/** Whether arrays of this type can be read. */
export const isElementType = (type: string): boolean => Object.hasOwn(types, type);

/**
 * The array in `bytes`; undefined when shape and bytes do not fit each other, or the type cannot be read.
 * @param type letter and size, such as `f8`
 * @param columnMajor of the bytes
 */
export function decodeArray(
  bytes: Uint8Array,
  type: string,
  shape: readonly number[],
  { littleEndian = true, columnMajor = false }: { littleEndian?: boolean; columnMajor?: boolean } = {},
): NdArray | undefined {
  const count = elements(shape);
  if (!isElementType(type) || count === undefined) return undefined;
  const [size, read] = types[type];
  if (count * size !== bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = size === 1 && type !== 'i1' ? bytes : new Float64Array(count);
  if (values instanceof Float64Array) {
    for (let i = 0; i < count; i++) values[i] = read(view, i * size, littleEndian);
  }
  return new NdArray(shape, columnMajor ? rowMajor(values, shape) : values);
}

/** Number of elements, undefined for a shape that is none. */
export function elements(shape: readonly number[]): number | undefined {
  if (shape.length > 32 || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) return undefined;
  const count = shape.reduce((product, n) => product * n, 1);
  return Number.isSafeInteger(count) ? count : undefined;
}

/** Values in row-major order, from column-major order. */
export function rowMajor(values: ArrayLike<number>, shape: readonly number[]): ArrayLike<number> {
  if (shape.filter((n) => n > 1).length < 2) return values;
  const out = new Float64Array(values.length);
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1));
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = values[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

// --- internal ---

/** A number of IEEE 754 binary16. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
