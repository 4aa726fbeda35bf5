/** bf16: operands of products rounded, sums in float32; by whatever unit this processor has (LETHE_AMX=0 leaves AMX out). */
import { describe, expect, it } from 'vitest';
import { cells, gatedBackward, gatedLayer, gatedOutputs } from './conformance/gated.suite.ts';
import { engineCopy, expectClose, Numbers, unset } from './conformance/support.suite.ts';
import type { Engine } from './contract/engine.ts';
import type { GruBackward, GruForward, LstmBackward, LstmForward } from './contract/gated.ts';
import { loadNative } from './native.ts';
import { portable } from './portable/index.ts';

it('is refused by the portable engine, which stays in its own precision', () => {
  expect(portable.hasBf16()).toBe(false);
  expect(portable.precision()).toBe('f32');
});

const native = loadNative();
const isHere = native?.hasBf16() ?? false;
const unit = isHere ? native?.within({ bf16: true }, () => native.precision()) : undefined;

describe.skipIf(!isHere)(`bf16 (${isHere ? unit : 'not on this processor'})`, () => {
  const kernels = inPrecision(native as Engine, true);

  it.each([
    [5, 1, 1],
    [5, 7, 3],
    [20, 50, 70],
    [37, 130, 33],
    [64, 97, 2100],
    [33, 17, 64],
    [300, 40, 2100],
    [70, 200, 4500],
  ])(
    'rounds the operands of a product to nearest even and nothing else, [m, n, k] = [%i, %i, %i]',
    (m, n, k) => {
      for (const [transposeA, transposeB] of [
        [false, false],
        [true, false],
        [false, true],
      ]) {
        const numbers = new Numbers(3);
        const { p } = engineCopy({
          m,
          n,
          k,
          a: numbers.normal(m * k),
          b: numbers.normal(k * n),
          c: unset(m * n),
        });
        kernels.matmul({ ...p, transposeA, transposeB });
        const [a, b] = [p.a, p.b].map((values) => Float64Array.from(values, rounded));
        const expected = Float64Array.from({ length: m * n }, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          let sum = 0;
          for (let q = 0; q < k; q++) {
            sum += a[transposeA ? q * m + i : i * k + q] * b[transposeB ? j * k + q : q * n + j];
          }
          return sum;
        });
        expectClose(p.c, expected, 2e-6, 'c');
      }
    },
  );

  it.each([
    [70, 130, 33],
    [64, 48, 2100],
    [300, 40, 2100],
  ])('adds a product to what is there, or to a bias, [m, n, k] = [%i, %i, %i]', (m, n, k) => {
    const numbers = new Numbers(5);
    const [bias, before] = [numbers.normal(n), numbers.normal(m * n)];
    const { p } = engineCopy({
      m,
      n,
      k,
      a: numbers.normal(m * k),
      b: numbers.normal(k * n),
      c: unset(m * n),
    });
    kernels.matmul(p);
    const product = p.c.slice();
    const { p: other } = engineCopy({ bias, c: before });
    kernels.matmul({ ...p, ...other, bias: undefined, accumulate: true });
    expectClose(
      other.c,
      Float64Array.from(product, (v, at) => v + before[at]!),
      2e-6,
      'added',
    );
    kernels.matmul({ ...p, bias: other.bias });
    expectClose(
      p.c,
      Float64Array.from(product, (v, at) => v + bias[at % n]!),
      2e-6,
      'with bias',
    );
    other.c.set(before);
    kernels.matmul({ ...p, ...other, accumulate: true });
    expectClose(
      other.c,
      Float64Array.from(product, (v, at) => v + before[at]! + bias[at % n]!),
      2e-6,
      'both',
    );
  });

  it.each([
    [70, 130, 33],
    [300, 40, 2100],
    [40, 650, 4500],
  ])('gives products the same bits with one, two and three threads, [m, n, k] = [%i, %i, %i]', (m, n, k) => {
    const numbers = new Numbers(6);
    const { p } = engineCopy({
      m,
      n,
      k,
      a: numbers.normal(m * k),
      b: numbers.normal(k * n),
      c: unset(m * n),
    });
    const results = [1, 2, 3].map((threads) => {
      kernels.setThreads(threads);
      p.c.fill(Number.NaN);
      kernels.matmul({ ...p, transposeB: true });
      return p.c.slice();
    });
    kernels.setThreads(2);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it.each([
    [1, 70, 33],
    [3, 17, 130],
    [4, 4100, 9],
  ])('reads a kept right operand rounded when there are few rows, [m, n, k] = [%i, %i, %i]', (m, n, k) => {
    const numbers = new Numbers(5);
    // The operand is a part of what is kept, as the blocks of a gated cell are.
    const kept = Float32Array.from(numbers.normal(k * n + 3));
    const a = Float32Array.from(numbers.normal(m * k));
    const call = (transposeB: boolean): Float32Array => {
      const c = new Float32Array(m * n);
      kernels.matmul({ m, n, k, a, b: kept.subarray(3), transposeB, c });
      return c;
    };
    const expected = (transposeB: boolean, of: (x: number) => number): Float64Array =>
      Float64Array.from({ length: m * n }, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        let sum = 0;
        for (let q = 0; q < k; q++) sum += a[i * k + q] * of(kept[3 + (transposeB ? j * k + q : q * n + j)]);
        return sum;
      });
    for (const transposeB of [false, true]) {
      const keeping = (native as Engine).fixed([new Float32Array(2), kept]);
      expectClose(
        (native as Engine).within({ bf16: true }, () => keeping(() => call(transposeB))),
        expected(transposeB, rounded),
        2e-6,
        'kept',
      );
      expectClose(
        call(transposeB),
        expected(transposeB, (x) => x),
        2e-6,
        'not kept',
      );
    }
  });

  describe.each(cells)('$name, resetAfter $resetAfter', (cell) => {
    // Eight bits of a mantissa: an operand is off by 2^-9 at most, a gradient through several steps by some of these.
    it.each([[[4, 3, 5, 7]], [[5, 20, 33, 65]], [[3, 40, 20, 130]], [[2, 77, 20, 50]]])(
      'stays within 1.5 % of float32 in every result, [T, B, I, H] = %j',
      (sizes) => {
        const results = [false, true].map((half) => {
          return run(inPrecision(native as Engine, half), cell, sizes);
        });
        for (const name of ['h', 'dwIn', 'dwRec', 'dbias', 'dx', 'dh0'] as const) {
          expect(distance(results[1][name], results[0][name]), name).toBeLessThan(0.015);
        }
        expect(distance(results[1].h, results[0].h)).toBeGreaterThan(0);
      },
    );

    it('has the same bits with one, two and three threads', () => {
      const before = kernels.threads();
      const results = [1, 2, 3].map((threads) => {
        kernels.setThreads(threads);
        return run(kernels, cell, [5, 40, 90, 200]);
      });
      kernels.setThreads(before);
      for (const other of results.slice(1)) expect(other.dwRec).toEqual(results[0].dwRec);
      for (const other of results.slice(1)) expect(other.dx).toEqual(results[0].dx);
    });
  });

  it('leaves nothing behind: float32 has its bits again', () => {
    const before = run(native as Engine, cells[0], [3, 5, 4, 37]);
    run(kernels, cells[0], [3, 5, 4, 37]);
    expect(run(native as Engine, cells[0], [3, 5, 4, 37]).dwRec).toEqual(before.dwRec);
  });
});

// --- internal ---

/** The engine, where there is one, with every call in one precision. */
function inPrecision(engine: Engine, bf16: boolean): Engine {
  const calls = Object.entries(engine ?? {}).map(([name, value]) => [
    name,
    typeof value === 'function'
      ? (...given: unknown[]) => engine.within({ bf16 }, () => value(...given))
      : value,
  ]);
  return Object.fromEntries(calls) as Engine;
}

function rounded(x: number): number {
  const value = Float32Array.of(x);
  const word = new Uint32Array(value.buffer);
  word[0] = ((word[0] + 0x7fff + ((word[0] >>> 16) & 1)) >>> 16) << 16;
  return value[0];
}

function run(kernels: Engine, cell: (typeof cells)[number], sizes: readonly number[]) {
  const numbers = new Numbers(7);
  const p = gatedLayer(numbers, cell, sizes);
  const copy = engineCopy({
    ...p,
    resetAfter: cell.resetAfter,
    ...gatedOutputs(p, cell.G),
    ...gatedBackward(numbers, p, cell.G),
  }).p as unknown as LstmForward & LstmBackward & GruForward & GruBackward;
  // Gradients are added: from zero the bits are those of the gradient alone.
  for (const name of ['dwIn', 'dwRec', 'dbias', 'dx', 'dh0'] as const) copy[name]?.fill(0);
  if (cell.name === 'lstm') {
    kernels.lstmForward(copy);
    kernels.lstmBackward(copy);
  } else {
    kernels.gruForward(copy);
    kernels.gruBackward(copy);
  }
  const { h, dwIn, dwRec, dbias, dx, dh0 } = copy;
  return { h, dwIn, dwRec, dbias, dx: dx!, dh0: dh0! };
}

/** Euclidean, relative. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [off, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    off += (a[i] - b[i]) ** 2;
    size += b[i] ** 2;
  }
  return Math.sqrt(off / size);
}
