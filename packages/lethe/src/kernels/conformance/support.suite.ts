/** Tools of the kernel suite: test data, engine-side copies with guards, comparisons, directional derivatives. */
import { expect } from 'vitest';
import type { Engine } from '../contract/engine.ts';
import type { Mask } from '../contract/fields.ts';

/** Tolerances relative to the largest magnitude of an array, as for the reference cases. */
export const OUTPUT = 1e-5;
export const GRADIENT = 1e-4;

/** What every part of the suite is given. */
export interface Suite {
  newKernels: () => Engine;
}

/** Whether LETHE_ENGINE asks for another engine, which a run of the tests is then about. */
export function isLeftToItsOwnRun(engine: Engine['engine']): boolean {
  const wanted = process.env.LETHE_ENGINE;
  return Boolean(wanted) && wanted !== engine;
}

/** Deterministic test data; every number is a float32, so that both precisions see the same inputs. */
export class Numbers {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  /** In (0, 1): a linear congruential generator, independent of the kernels under test. */
  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return (this.#state + 0.5) / 2 ** 32;
  }
  array(length: number, make: () => number): Float64Array {
    const result = new Float64Array(length);
    for (let i = 0; i < length; i++) result[i] = Math.fround(make());
    return result;
  }
  /** Roughly normal, standard deviation `deviation`: the sum of twelve of `next`, which are millions and stay in one loop. */
  normal(length: number, deviation = 1): Float64Array {
    return this.array(length, () => {
      let state = this.#state | 0;
      let sum = 0;
      for (let i = 0; i < 12; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        sum += ((state >>> 0) + 0.5) / 2 ** 32;
      }
      this.#state = state >>> 0;
      return (sum - 6) * deviation;
    });
  }
  uniform(length: number, low: number, high: number): Float64Array {
    return this.array(length, () => low + (high - low) * this.next());
  }
  /** 0 with probability `rate`, else 1 / (1 - rate). */
  drop(length: number, rate: number): Float64Array {
    return this.array(length, () => (this.next() < rate ? 0 : 1 / (1 - rate)));
  }
  bits(length: number, rate: number): Float64Array {
    return this.array(length, () => (this.next() < rate ? 1 : 0));
  }
}

/** Not-a-number everywhere: what a kernel overwrites must not depend on it. */
export function unset(length: number): Float64Array {
  return new Float64Array(length).fill(Number.NaN);
}

export const STRIDES = {
  'per step and example': (T: number, B: number, n: number) => ({ length: T * B * n, time: B * n, batch: n }),
  'per sequence and example': (_T: number, B: number, n: number) => ({ length: B * n, time: 0, batch: n }),
  'per step, shared by the batch': (T: number, _B: number, n: number) => ({
    length: T * n,
    time: n,
    batch: 0,
  }),
  'shared by all': (_T: number, _B: number, n: number) => ({ length: n, time: 0, batch: 0 }),
  'with gaps between rows': (T: number, B: number, n: number) => ({
    length: T * B * (n + 3),
    time: B * (n + 3),
    batch: n + 3,
  }),
} as const;
export type StrideName = keyof typeof STRIDES;

/** A mask of `n` columns in one of the stride patterns, filled by `make`. */
export function mask(
  strides: StrideName,
  T: number,
  B: number,
  n: number,
  make: (length: number) => Float64Array,
): Mask {
  const { length, time, batch } = STRIDES[strides](T, B, n);
  return { data: make(length), gate: 0, time, batch };
}

const GUARD = 17;
const GUARD_VALUE = 12345;
const GUARDS = Array<number>(GUARD).fill(GUARD_VALUE);
/** Of a quadrature, which stays in float64. */
const DOUBLE_KEYS = new Set(['nodes', 'weights']);

/** A float32 copy of float64 parameters whose arrays lie, unaligned, between guards. */
export interface EngineCopy<P> {
  p: P;
  /** fails if a kernel wrote outside an array */
  expectGuards: () => void;
}

/** Copies parameters for an engine: float64 arrays become float32; one array used twice stays one array. */
export function engineCopy<P extends object>(parameters: P): EngineCopy<P> {
  const seen = new Map<object, unknown>();
  const guarded: Float32Array[] = [];
  const isQuadrature = 'nodes' in parameters;
  const copy = (value: unknown, key: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (ArrayBuffer.isView(value) && !(value instanceof Float64Array)) return value;
    if (isQuadrature && DOUBLE_KEYS.has(key)) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;
    let result: unknown;
    if (value instanceof Float64Array) {
      const store = new Float32Array(value.length + 2 * GUARD).fill(GUARD_VALUE);
      guarded.push(store);
      const view = store.subarray(GUARD, GUARD + value.length);
      view.set(value);
      result = view;
    } else if (Array.isArray(value)) result = value.map((item) => copy(item, ''));
    else result = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, copy(item, name)]));
    seen.set(value, result);
    return result;
  };
  const p = copy(parameters, '') as P;
  return {
    p,
    expectGuards() {
      for (const store of guarded) {
        expect([...store.subarray(0, GUARD)], 'the guard in front of an array').toEqual(GUARDS);
        expect([...store.subarray(-GUARD)], 'the guard behind an array').toEqual(GUARDS);
      }
    },
  };
}

/** max |got - expected| <= tolerance * max |expected|; not finite fails. */
export function expectClose(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  expect(got.length, `${what}: length`).toBe(expected.length);
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(got[i] - expected[i]);
    if (!Number.isFinite(error)) expect.fail(`${what}[${i}]: got ${got[i]}, expected ${expected[i]}`);
    largest = Math.max(largest, Math.abs(expected[i]));
    worst = Math.max(worst, error);
  }
  expect(worst, `${what}: largest error, largest value ${largest}`).toBeLessThanOrEqual(
    tolerance * Math.max(largest, 1e-6),
  );
}

/** Compares the named arrays of two parameter objects. */
export function expectFields<P extends object>(
  got: P,
  expected: P,
  names: readonly (keyof P & string)[],
  tolerance: number,
): void {
  for (const name of names) {
    if (expected[name] === undefined) continue;
    expectClose(got[name] as ArrayLike<number>, expected[name] as ArrayLike<number>, tolerance, name);
  }
}

/** An input of a loss, its gradient as an engine left it, and what the gradient array held before. */
export interface Differentiated {
  value: Float64Array;
  gradient: Float64Array;
  before: Float64Array;
}

/** Along random directions: gradient · direction against the central difference of the loss. */
export function expectDirectional(inputs: readonly Differentiated[], loss: () => number, seed = 5): void {
  const numbers = new Numbers(seed);
  const epsilon = 1e-5;
  for (let round = 0; round < 3; round++) {
    const directions = inputs.map(({ value }) => numbers.normal(value.length));
    let analytic = 0;
    let size = 0;
    for (const [k, { gradient, before }] of inputs.entries()) {
      for (let i = 0; i < gradient.length; i++) {
        analytic += (gradient[i] - before[i]) * directions[k][i];
        size += Math.abs((gradient[i] - before[i]) * directions[k][i]);
      }
    }
    const saved = inputs.map(({ value }) => value.slice());
    const at = (sign: number) => {
      for (const [k, { value }] of inputs.entries()) {
        for (let i = 0; i < value.length; i++) value[i] = saved[k][i] + sign * epsilon * directions[k][i];
      }
      return loss();
    };
    const numeric = (at(1) - at(-1)) / (2 * epsilon);
    for (const [k, { value }] of inputs.entries()) value.set(saved[k]);
    expect(Math.abs(analytic - numeric), `direction ${round}: ${analytic} and ${numeric}`).toBeLessThan(
      1e-6 * Math.max(1, size),
    );
  }
}

/** Sum of a[i] b[i]. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
