/**
 * A tensor: a shape over flat, contiguous, row-major numbers. It carries no gradient and no history; the
 * tape (autograd/tape.ts) keeps both. Its memory is its own, or scratch that ends with its scope.
 */
import { LetheError, ShapeError } from '../errors.ts';
import type { Real } from './dtype.ts';
import { zeros } from './dtype.ts';
import { allocate, allocateZeros, isAlive, originOf, type ScratchOrigin } from './scratch.ts';

/** Numbers in nested arrays, all of one depth and length per depth. */
export type NestedNumbers = ArrayLike<number> | readonly NestedNumbers[];

export class Tensor {
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly size: number;
  readonly #data: Real;
  readonly #origin: ScratchOrigin;

  /**
   * Wraps `data` without a copy.
   * @throws ShapeError if `shape` does not count the elements of `data`
   */
  constructor(shape: readonly number[], data: Real, origin: ScratchOrigin = originOf(data)) {
    this.shape = shape;
    this.size = sizeOf(shape);
    if (data.length !== this.size) {
      throw new ShapeError(
        `tensor: expected ${this.size} numbers for shape ${shapeText(shape)}, got ${data.length}`,
      );
    }
    this.#data = data;
    this.#origin = origin;
  }

  /**
   * The numbers themselves, row-major.
   * @throws LetheError with code E_SCRATCH if the scope this tensor was made in has ended
   */
  get data(): Real {
    if (!isAlive(this.#origin)) {
      throw new LetheError(
        'E_SCRATCH',
        `tensor ${shapeText(this.shape)}: expected the scope it was made in to be open, but its memory was handed back; ` +
          'call keep() inside the scope to carry it out',
      );
    }
    return this.#data;
  }

  /** A copy in memory of its own, valid after the scope ends. */
  keep(): Tensor {
    const copy = zeros(this.size);
    copy.set(this.data);
    return new Tensor(this.shape, copy, null);
  }

  /**
   * Another shape over the same memory, for the same lifetime. No gradient flows through it: see `reshape`.
   * @throws ShapeError if the numbers of elements differ
   */
  view(shape: readonly number[], from = 0): Tensor {
    return new Tensor(shape, this.data.subarray(from, from + sizeOf(shape)) as Real, this.#origin);
  }

  /**
   * The one number of a tensor of one element.
   * @throws ShapeError if there are more
   */
  item(): number {
    if (this.size !== 1) {
      throw new ShapeError(`item: expected a tensor of one element, got shape ${shapeText(this.shape)}`);
    }
    return this.data[0];
  }

  /** The numbers as a flat array, row-major. */
  toArray(): number[] {
    return Array.from(this.data);
  }
}

/**
 * A tensor with a copy of `values`: flat numbers with a `shape` (default: one axis), or nested arrays whose
 * shape is their nesting.
 * @throws ShapeError if nested arrays are ragged or `shape` does not fit
 */
export function tensor(values: NestedNumbers | number, shape?: readonly number[]): Tensor {
  if (typeof values === 'number') return tensor([values], shape ?? []);
  const nested = shapeOfNested(values);
  const size = sizeOf(nested);
  const data = allocate(size);
  if (fill(data, values, 0) !== size) {
    throw new ShapeError(`tensor: expected rows of equal length, got ragged nested arrays`);
  }
  return new Tensor(shape ?? nested, data);
}

/** A tensor of zeros. */
export function zerosTensor(shape: readonly number[]): Tensor {
  return new Tensor(shape, allocateZeros(sizeOf(shape)));
}

/** Product of the lengths of all axes. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** `[99, 32, 88]`, as error messages print shapes. */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`;
}

/**
 * Checks a shape; a string in `expected` stands for any length.
 * @throws ShapeError naming `where`
 */
export function expectShape(
  where: string,
  what: string,
  got: readonly number[],
  expected: readonly (number | string)[],
): void {
  const fits =
    got.length === expected.length &&
    expected.every((length, axis) => typeof length === 'string' || length === got[axis]);
  if (!fits) {
    throw new ShapeError(`${where}: expected ${what} of shape ${shapeText(expected)}, got ${shapeText(got)}`);
  }
}

// --- internal ---

function shapeOfNested(values: NestedNumbers): number[] {
  const shape: number[] = [];
  let level: NestedNumbers | number = values;
  while (typeof level !== 'number') {
    shape.push(level.length);
    if (level.length === 0) break;
    level = level[0] as NestedNumbers | number;
  }
  return shape;
}

/** Writes the numbers of `values` from `at` on; returns where it ended, or NaN where the nesting is uneven. */
function fill(data: Real, values: NestedNumbers, at: number): number {
  const first = values[0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as NestedNumbers | number;
    if (typeof value === 'number') {
      if (typeof first !== 'number') return Number.NaN;
      data[at++] = value;
    } else {
      if (typeof first === 'number' || value.length !== (first as NestedNumbers).length) return Number.NaN;
      at = fill(data, value, at);
    }
  }
  return at;
}
