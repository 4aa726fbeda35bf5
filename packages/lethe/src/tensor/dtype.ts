/**
 * The number type of a whole process: float32, or float64 on the portable engine when `LETHE_DTYPE=f64`
 * is set (the oracle for gradient checks).
 */

import { environment } from '../environment.ts';
import { ConfigError, LetheError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumbers } from '../options.ts';

/** Flat storage of numbers, the one currency between tensors and kernels. */
export type Real = Float32Array | Float64Array;

/** The number type of this process: 'f32', or 'f64' with LETHE_DTYPE=f64. */
export const dtype: 'f32' | 'f64' = environment('LETHE_DTYPE') === 'f64' ? 'f64' : 'f32';

/** Where memory comes from. */
export interface MemorySource {
  /** large buffers that suit the engine better than an ArrayBuffer, which V8 aligns to 16 bytes, so that every 64-byte vector crosses a cache line */
  allocate?(bytes: number): ArrayBuffer;
  /** stretches of memory of the engine's own, for scratch */
  slab?(bytes: number): { buffer: ArrayBufferLike; offset: number };
}

/** Takes large buffers and scratch from `source` from now on, with arbitrary contents. */
export function takeMemoryFrom({ allocate, slab }: MemorySource): void {
  newBuffer = allocate ?? ((bytes) => new ArrayBuffer(bytes));
  newSlab = slab ?? ((bytes) => ({ buffer: newBuffer(bytes), offset: 0 }));
}

/** A stretch of memory with arbitrary contents that stays taken. */
export function scratchSlab(bytes: number): { buffer: ArrayBufferLike; offset: number } {
  return given(bytes, () => newSlab(bytes));
}

/**
 * Fresh storage of `length` zeros in the process's number type.
 * @throws ConfigError unless length is a whole number from 0 to 2^31 - 1; LetheError with code E_MEMORY where there is no room
 */
export function realZeros(length: number): Real {
  if (!Number.isInteger(length) || length < 0 || length > mostNumbers) {
    throw new ConfigError(
      `realZeros: expected length to be a whole number from 0 to ${mostNumbers}, got ${found(length)}`,
    );
  }
  const bytes = length * (dtype === 'f64' ? 8 : 4);
  // What is worth large pages; smaller arrays would waste them. Written in full, they do not fault in page by page later.
  if (bytes >= largeBytes) return view(largeBuffer(bytes)).fill(0);
  return given(bytes, () => (dtype === 'f64' ? new Float64Array(length) : new Float32Array(length)));
}

/** The kind of array that tensors are made of in this process. */
export const RealArray = dtype === 'f64' ? Float64Array : Float32Array;

/** Whether kernels can read a value: native ones read float32 alone; in float64 the portable ones, which read both, are in use. */
export function isReal(value: unknown): value is Real {
  return value instanceof RealArray || (dtype === 'f64' && value instanceof Float32Array);
}

/** The most numbers in one array: kernels count in 32 bits. */
export const mostNumbers = 2 ** 31 - 1;

/**
 * A copy of `values` in the process's number type.
 * @throws ConfigError for what is no array, or typed array, of numbers
 */
export function realFrom(values: ArrayLike<number>): Real {
  checkNumbers('realFrom', 'values', values);
  return dtype === 'f64' ? Float64Array.from(values) : Float32Array.from(values);
}

// --- internal ---

const largeBytes = 1 << 20;

let newBuffer = (bytes: number): ArrayBuffer => new ArrayBuffer(bytes);
let newSlab: NonNullable<MemorySource['slab']> = (bytes) => ({ buffer: newBuffer(bytes), offset: 0 });

/** A buffer with arbitrary contents, from the engine where it has such memory. */
function largeBuffer(bytes: number): ArrayBuffer {
  return given(bytes, () => newBuffer(bytes));
}

/** What `allocate` returns; where there is no such memory, an error that says so. */
function given<T>(bytes: number, allocate: () => T): T {
  try {
    return allocate();
  } catch (cause) {
    throw new LetheError(
      'E_MEMORY',
      `memory: expected room for ${bytes} bytes, got none; make the sizes smaller`,
      {
        cause,
      },
    );
  }
}

function view(buffer: ArrayBuffer): Real {
  return dtype === 'f64' ? new Float64Array(buffer) : new Float32Array(buffer);
}
