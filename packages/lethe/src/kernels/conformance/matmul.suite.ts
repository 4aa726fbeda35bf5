/** Conformance of the matrix product. */
import { describe, expect, it } from 'vitest';
import type { Matmul } from '../contract/arrays.ts';
import { engineCopy, expectClose, Numbers, OUTPUT, type Suite, unset } from './support.suite.ts';

/** [m, n, k]: ones, odd numbers, non-multiples of every vector width, a blocked k, and nothing at all. */
const SIZES = [
  [1, 1, 1],
  [1, 37, 5],
  [5, 1, 37],
  [3, 7, 1],
  [4, 16, 16],
  [5, 50, 65],
  [17, 33, 31],
  [37, 65, 50],
  [64, 48, 300],
  [130, 19, 517],
  [33, 400, 88],
  [3, 5, 0],
  [0, 5, 3],
  [3, 0, 5],
] as const;

/** The definition, one element at a time. */
function product(p: Matmul): Float64Array {
  const { m, n, k } = p;
  return Float64Array.from({ length: m * n }, (_, index) => {
    const i = Math.floor(index / n);
    const j = index % n;
    let sum = 0;
    for (let q = 0; q < k; q++) {
      const a = p.transposeA ? p.a[q * m + i] : p.a[i * k + q];
      const b = p.transposeB ? p.b[j * k + q] : p.b[q * n + j];
      sum += a * b;
    }
    return (p.alpha ?? 1) * sum + (p.accumulate ? p.c[index] : 0) + (p.bias ? p.bias[j] : 0);
  });
}

export function matmulSuite({ newKernels }: Suite): void {
  describe('the matrix product', () => {
    for (const [m, n, k] of SIZES) {
      it(`is right in every form at [m, n, k] = [${[m, n, k]}]`, () => {
        const kernels = newKernels();
        const numbers = new Numbers(m + n + k);
        for (const transposeA of [false, true]) {
          for (const transposeB of [false, true]) {
            for (const form of ['plain', 'accumulate', 'bias', 'alpha'] as const) {
              const p: Matmul = {
                m,
                n,
                k,
                a: numbers.normal(m * k),
                transposeA,
                b: numbers.normal(k * n),
                transposeB,
                c: form === 'accumulate' ? numbers.normal(m * n) : unset(m * n),
                accumulate: form === 'accumulate' || undefined,
                bias: form === 'bias' ? numbers.normal(n) : undefined,
                alpha: form === 'alpha' ? -0.5 : undefined,
              };
              const expected = product(p);
              const copy = engineCopy(p);
              kernels.matmul(copy.p);
              copy.expectGuards();
              expectClose(copy.p.c, expected, OUTPUT, `${form}, ${transposeA}, ${transposeB}`);
            }
          }
        }
      });
    }

    it('scales what it adds, not what is there, with alpha and accumulate', () => {
      const c = Float32Array.of(10);
      const one = { m: 1, n: 1, k: 1, a: Float32Array.of(2), b: Float32Array.of(3), c };
      newKernels().matmul({ ...one, alpha: 0.5, accumulate: true });
      expect(c[0]).toBe(13); // 10 + 0.5 * 2 * 3
    });

    it('gives a row the same bits whether few rows are asked for or many', () => {
      // Sums run over k in ascending order in either case, whatever reads the right operand.
      const [m, n, k] = [40, 101, 300];
      const numbers = new Numbers(9);
      const [a, b] = [numbers.normal(m * k), numbers.normal(k * n)].map((values) =>
        Float32Array.from(values),
      );
      const rows = (count: number) => {
        const c = new Float32Array(count * n);
        newKernels().matmul({ m: count, n, k, a: a.subarray(0, count * k), b, c });
        return c;
      };
      expect(rows(m).subarray(0, 3 * n)).toEqual(rows(3));
    });

    // Columns of many rows are gathered for several tiles at once; the second has its right operand in several blocks, and k too.
    for (const [n, k] of [
      [20, 70],
      [700, 1030],
    ] as const) {
      it(`gives a column of the left operand the same bits among many and among few, for [n, k] = [${[n, k]}]`, () => {
        const m = 1069;
        const numbers = new Numbers(n + k);
        const [a, b] = [numbers.uniform(m * k, -1, 1), numbers.uniform(k * n, -1, 1)].map((values) =>
          Float32Array.from(values),
        );
        const whole = new Float32Array(m * n);
        newKernels().matmul({ m, n, k, a, transposeA: true, b, c: whole });
        const [from, to] = [m - 30, m];
        const count = to - from;
        const own = new Float32Array(count * k);
        for (let q = 0; q < k; q++) own.set(a.subarray(q * m + from, q * m + to), q * count);
        const c = new Float32Array(count * n);
        newKernels().matmul({ m: count, n, k, a: own, transposeA: true, b, c });
        expect(whole.subarray(from * n, to * n)).toEqual(c);
        const rows = new Float32Array(count * k);
        for (let q = 0; q < k; q++) for (let i = 0; i < count; i++) rows[i * k + q] = own[q * count + i];
        newKernels().matmul({ m: count, n, k, a: rows, b, c });
        expect(whole.subarray(from * n, to * n)).toEqual(c);
      });
    }

    it('passes on what is not a number', () => {
      const c = new Float32Array(4);
      const a = Float32Array.of(0, Number.NaN, 1, 1);
      newKernels().matmul({ m: 2, n: 2, k: 2, a, b: Float32Array.of(1, 1, 1, 1), c });
      expect(Array.from(c)).toEqual([Number.NaN, Number.NaN, 2, 2]);
    });
  });
}
