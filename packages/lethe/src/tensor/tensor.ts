/**
 * A tensor: a shape over flat, contiguous, row-major numbers. It carries no gradient and no history; the
 * tape (autograd/tape.ts) keeps both. Its memory is its own, or scratch that ends with its scope.
 */
import { ConfigError, DataError, LetheError, ShapeError } from '../errors.ts';
import { found, ofLethe, shown } from '../found.ts';
import { isReal, mostNumbers, type Real, RealArray, realZeros } from './dtype.ts';
import { printed } from './print.ts';
import { allocate, allocateZeros, isAlive, originOf, type ScratchOrigin } from './scratch.ts';

/** The name under which Node's console asks an object what to show. */
const inspectCustom: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** Numbers in nested arrays, all of one depth and length per depth. */
export type NestedNumbers = ArrayLike<number> | readonly NestedNumbers[];

/** Which draws a tensor was made from (autograd/draws-met.ts): in the tensor, for a weak map costs some microseconds an operation. */
export let drawsOf: (tensor: Tensor) => ReadonlyMap<string, object> | undefined;
/** Sets {@link drawsOf}. */
export let setDraws: (tensor: Tensor, draws: ReadonlyMap<string, object> | undefined) => void;

/** A shape over flat numbers, immutable in shape and size; `console.log` shows its numbers. */
export class Tensor {
  /** Lengths of the axes, outermost first. */
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly size: number;
  readonly #data: Real;
  readonly #origin: ScratchOrigin;
  #draws: ReadonlyMap<string, object> | undefined = undefined;

  static {
    drawsOf = (tensor) => tensor.#draws;
    setDraws = (tensor, draws) => {
      tensor.#draws = draws;
    };
  }

  /** @internal */
  get [ofLethe](): string {
    return 'tensor';
  }

  /**
   * Wraps `data` without a copy.
   * @param data a Float32Array (with LETHE_DTYPE=f64 a Float64Array)
   * @throws ShapeError if `shape` does not count the elements of `data`; ConfigError for another kind of array
   */
  constructor(shape: readonly number[], data: Real, origin: ScratchOrigin = originOf(data)) {
    if (!isReal(data)) {
      throw new ConfigError(
        `tensor: expected data to be a ${RealArray.name}, got ${found(data)}; tensor(values, shape) copies other numbers`,
      );
    }
    this.size = checkShape('tensor', shape);
    // The caller's array may become the shape of something else.
    this.shape = shape.slice();
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
    const copy = realZeros(this.size);
    copy.set(this.data);
    return new Tensor(this.shape, copy, null);
  }

  /**
   * Another shape over the same memory, for the same lifetime. No gradient flows through it: see `reshape`.
   * @throws ShapeError if the numbers of elements differ
   */
  view(shape: readonly number[], from = 0): Tensor {
    const size = checkShape('view', shape);
    if (!Number.isInteger(from) || from < 0) {
      throw new ShapeError(`view: expected from to be a whole number of at least 0, got ${found(from)}`);
    }
    return new Tensor(shape, this.data.subarray(from, from + size) as Real, this.#origin);
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

  /** Shape and numbers, of long axes the first and last. */
  toString(): string {
    return isAlive(this.#origin)
      ? printed(this.shape, this.#data)
      : `Tensor ${shapeText(this.shape)} (its memory was handed back)`;
  }

  /** Shape and all numbers, as JSON has them; NaN and infinities, which it does not have, as texts. */
  toJSON(): { shape: number[]; data: (number | string)[] } {
    const data = Array.from(this.data, (value) => (Number.isFinite(value) ? value : `${value}`));
    return { shape: [...this.shape], data };
  }

  /** What `console.log` shows in Node. */
  [inspectCustom](): string {
    return this.toString();
  }
}

/**
 * A tensor with a copy of `values`: flat numbers with a `shape` (default: one axis), or nested arrays whose
 * shape is their nesting.
 * @throws ShapeError if nested arrays are ragged or `shape` does not fit; DataError for what is no number
 */
export function tensor(values: NestedNumbers | number, shape?: readonly number[]): Tensor {
  if (shape !== undefined) checkShape('tensor', shape);
  if (typeof values === 'number') return tensor([values], shape ?? []);
  const nested = shapeOfNested(values);
  const size = checkShape('tensor', nested);
  const data = allocate(size);
  if (fill(data, values, 0) !== size) {
    throw new ShapeError(`tensor: expected rows of equal length, got ragged nested arrays`);
  }
  return new Tensor(shape ?? nested, data);
}

/**
 * A tensor of zeros.
 * @throws ShapeError for what is no shape
 */
export function zeros(shape: readonly number[]): Tensor {
  return new Tensor(shape, allocateZeros(checkShape('zeros', shape)));
}

/**
 * The number of elements of a shape.
 * @throws ShapeError unless it is an array of whole numbers of at least 0, for no more elements than kernels count
 */
export function checkShape(where: string, shape: unknown): number {
  if (!Array.isArray(shape)) {
    throw new ShapeError(
      `${where}: expected a shape, an array of whole numbers such as [2, 3], got ${found(shape)}`,
    );
  }
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis];
    if (!Number.isInteger(length) || length < 0) {
      throw new ShapeError(
        `${where}: expected every length of a shape to be a whole number of at least 0, got ${shown(length)} at axis ${axis}`,
      );
    }
    size *= length;
  }
  if (size <= mostNumbers) return size;
  throw new ShapeError(
    `${where}: expected at most ${mostNumbers} numbers in one array, got shape ${shapeText(shape)}; make the sizes smaller`,
  );
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

/** Deeper nesting than anybody means: an array that holds itself. */
const mostAxes = 32;

function shapeOfNested(values: NestedNumbers): number[] {
  const shape: number[] = [];
  let level: NestedNumbers | number = values;
  while (typeof level !== 'number') {
    checkRow(level);
    shape.push(level.length);
    if (level.length === 0) break;
    if (shape.length > mostAxes) {
      throw new ShapeError(`tensor: expected at most ${mostAxes} axes, got arrays nested deeper`);
    }
    level = level[0] as NestedNumbers | number;
  }
  return shape;
}

/** Throws DataError unless a value is an array, or typed array, of what can be numbers. */
function checkRow(row: unknown): asserts row is ArrayLike<number> {
  const isNumbers = ArrayBuffer.isView(row) && !(row instanceof DataView) && !isBigInts(row);
  if (Array.isArray(row) || isNumbers) return;
  const advice =
    row instanceof Tensor
      ? '; put tensors together with stack or concat'
      : typeof row === 'string'
        ? '; convert texts with Number'
        : typeof row === 'boolean'
          ? '; write 1 and 0'
          : '';
  throw new DataError(`tensor: expected numbers, or arrays of numbers, got ${found(row)}${advice}`);
}

function isBigInts(row: ArrayBufferView): boolean {
  return row instanceof BigInt64Array || row instanceof BigUint64Array;
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
      checkRow(value);
      if (typeof first === 'number' || value.length !== (first as NestedNumbers).length) return Number.NaN;
      at = fill(data, value, at);
    }
  }
  return at;
}
