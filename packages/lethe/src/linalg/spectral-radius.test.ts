import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumericsError, ShapeError } from '../errors.ts';
import { eigenvalues } from './eigenvalues.ts';
import { spectralRadius } from './spectral-radius.ts';

/** Eigenvalues as [real, imaginary], sorted, so that two sets can be compared. */
function sorted(matrix: ArrayLike<number>, n: number): [number, number][] {
  const { real, imaginary } = eigenvalues(matrix, n);
  const pairs = Array.from(real, (value, i): [number, number] => [value, imaginary[i]]);
  return pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

/** A small generator of numbers in (-1, 1) that the tests alone use. */
function numbers(seed: number, length: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Applies 1 - 2 v v' / v'v from both sides: a similarity that moves every element. */
function reflected(a: Float64Array, n: number, v: Float64Array): Float64Array {
  const factor = 2 / v.reduce((sum, value) => sum + value * value, 0);
  const q = Float64Array.from(a, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return (i === j ? 1 : 0) - factor * v[i] * v[j];
  });
  return product(product(q, a, n), q, n);
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) for (let j = 0; j < n; j++) c[i * n + j] += a[i * n + k] * b[k * n + j];
  return c;
}

describe('eigenvalues', () => {
  it('are the element itself, or none, for the smallest matrices', () => {
    expect(sorted([], 0)).toEqual([]);
    expect(sorted([-3], 1)).toEqual([[-3, 0]]);
    expect(sorted([0, 0, 0, 0], 2)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('of a rotation by an angle are its cosine and plus or minus its sine', () => {
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
    const [low, high] = sorted([2 * c, -2 * s, 2 * s, 2 * c], 2);
    expect(low[0]).toBeCloseTo(2 * c, 12);
    expect(low[1]).toBeCloseTo(-2 * s, 12);
    expect(high[1]).toBeCloseTo(2 * s, 12);
  });

  it('of a triangular matrix are its diagonal', () => {
    const found = sorted([1, 5, 7, 0, -2, 9, 0, 0, 4], 3);
    for (const [i, value] of [-2, 1, 4].entries()) expect(found[i][0]).toBeCloseTo(value, 12);
  });

  it('of the cyclic shift, which ordinary shifts leave as it is, are the roots of unity', () => {
    const n = 7;
    const shift = new Float64Array(n * n);
    for (let i = 0; i < n; i++) shift[i * n + ((i + 1) % n)] = 1;
    const { real, imaginary } = eigenvalues(shift, n);
    const angles = Array.from(real, (value, i) => Math.atan2(imaginary[i], value)).sort((a, b) => a - b);
    for (const [i, angle] of angles.entries()) expect(angle).toBeCloseTo(((i - 3) * 2 * Math.PI) / n, 10);
    expect(spectralRadius(shift, n)).toBeCloseTo(1, 12);
  });

  it('of a companion matrix are the roots of its polynomial', () => {
    // (x - 1)(x - 2)(x - 3)(x^2 + 4) = x^5 - 6x^4 + 15x^3 - 30x^2 + 44x - 24, multiplied out by hand
    const companion = new Float64Array(25);
    for (let i = 1; i < 5; i++) companion[i * 5 + i - 1] = 1;
    for (const [i, c] of [-24, 44, -30, 15, -6].entries()) companion[i * 5 + 4] = -c;
    const found = sorted(companion, 5);
    const expected = [
      [0, -2],
      [0, 2],
      [1, 0],
      [2, 0],
      [3, 0],
    ];
    const byReal = found
      .map(([re, im]) => [Math.abs(re) < 1e-9 ? 0 : re, im])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [i, [re, im]] of expected.entries()) {
      expect(byReal[i][0]).toBeCloseTo(re, 9);
      expect(byReal[i][1]).toBeCloseTo(im, 9);
    }
  });

  it('survive a similarity: a hidden block-diagonal matrix gives its blocks back', () => {
    const n = 24;
    const blocks = new Float64Array(n * n);
    // Rotations scaled by 0.1 k, at the angles k / 5: moduli 0.1 .. 1.2.
    for (let k = 0; k < n / 2; k++) {
      const [c, s] = [Math.cos((k + 1) / 5), Math.sin((k + 1) / 5)].map((value) => 0.1 * (k + 1) * value);
      blocks.set([c, -s], 2 * k * (n + 1));
      blocks.set([s, c], 2 * k * (n + 1) + n);
    }
    const hidden = reflected(reflected(blocks, n, numbers(1, n)), n, numbers(2, n));
    const { real, imaginary } = eigenvalues(hidden, n);
    const moduli = Array.from(real, (value, i) => Math.hypot(value, imaginary[i])).sort((a, b) => a - b);
    for (const [i, modulus] of moduli.entries())
      expect(modulus).toBeCloseTo(0.1 * (Math.floor(i / 2) + 1), 10);
  });

  it('of a sparse matrix whose graph has no cycle are all zero', () => {
    const n = 6;
    const strict = new Float64Array(n * n);
    for (let i = 1; i < n; i++) strict[(i - 1) * n + i] = i;
    expect(spectralRadius(strict, n)).toBe(0);
  });

  it.each([
    ['random matrices', fc.double({ min: -10, max: 10, noNaN: true })],
    // Reducible and nearly nilpotent ones: what stalls an iteration on the whole matrix.
    [
      'sparse matrices of very unequal elements',
      fc.oneof(
        { weight: 6, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.constantFrom(-10, 10) },
        { weight: 1, arbitrary: fc.integer({ min: -18, max: 0 }).map((power) => 10 ** power) },
      ),
    ],
  ])('add up to the trace, and their squares to the trace of the square, for %s', (_, element) => {
    const matrices = fc.integer({ min: 1, max: 20 }).chain((n) =>
      fc.record({
        n: fc.constant(n),
        data: fc.array(element, { minLength: n * n, maxLength: n * n }),
      }),
    );
    fc.assert(
      fc.property(matrices, ({ n, data }) => {
        const { real, imaginary } = eigenvalues(data, n);
        let [trace, traceOfSquare, sum, sumOfSquares] = [0, 0, 0, 0];
        for (let i = 0; i < n; i++) {
          trace += data[i * n + i];
          for (let j = 0; j < n; j++) traceOfSquare += data[i * n + j] * data[j * n + i];
          sum += real[i];
          sumOfSquares += real[i] ** 2 - imaginary[i] ** 2;
        }
        const scale = Math.max(1e-300, ...data.map(Math.abs)) * n;
        expect(Math.abs(sum - trace)).toBeLessThanOrEqual(1e-12 * scale);
        expect(Math.abs(sumOfSquares - traceOfSquare)).toBeLessThanOrEqual(1e-11 * scale * scale);
      }),
    );
  });

  it('scale with the matrix, from the smallest numbers to the largest', () => {
    const matrix = numbers(3, 25);
    const radius = spectralRadius(matrix, 5);
    for (const scale of [1e-200, 1e200]) {
      const scaled = matrix.map((value) => value * scale);
      expect(spectralRadius(scaled, 5) / scale).toBeCloseTo(radius, 10);
    }
  });

  it('of 600 random numbers a side obey the circular law and come in time', () => {
    const n = 600;
    const start = process.cpuUsage();
    // Uniform on (-1, 1) has variance 1/3; the eigenvalues fill a disc of radius sqrt(n / 3) (Girko 1985).
    expect(Math.abs(spectralRadius(numbers(4, n * n), n) / Math.sqrt(n / 3) - 1)).toBeLessThan(0.05);
    // About one second of a core; ten says that something is wrong.
    expect(process.cpuUsage(start).user).toBeLessThan(10_000_000);
  });

  it('are refused for a matrix that is not square or not finite', () => {
    expect(() => eigenvalues([1, 2, 3], 2)).toThrow(ShapeError);
    expect(() => spectralRadius([1, Number.NaN, 0, 1], 2)).toThrow(NumericsError);
  });
});
