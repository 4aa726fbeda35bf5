/** bf16: operands of products rounded, sums in float32; by whatever unit this processor has (LETHE_AMX=0 leaves AMX out). */
import { describe, expect, it } from 'vitest';
import {
  type DeepLayer,
  DT,
  deepBackward,
  deepLayer,
  deepMasks,
  deepOutputs,
  type Form,
} from './conformance/deep.suite.ts';
import { cells, gatedBackward, gatedLayer, gatedOutputs } from './conformance/gated.suite.ts';
import { FORMS, NOISE } from './conformance/moments.suite.ts';
import { momentsDeepBackward, momentsDeepLayer } from './conformance/moments-deep.suite.ts';
import {
  momentsGatedBackward,
  momentsGatedLayer,
  momentsGatedOutputs,
} from './conformance/moments-gated.suite.ts';
import { momentsBackwardOf, momentsLayer } from './conformance/moments-rnn.suite.ts';
import { allMasks, backwardOf, layer } from './conformance/rnn.suite.ts';
import { engineCopy, expectClose, isLeftToItsOwnRun, Numbers, unset } from './conformance/support.suite.ts';
import type { DeepRnnBackward, DeepRnnForward, MomentsDeepRnnBackward } from './contract/deep.ts';
import type { Engine } from './contract/engine.ts';
import type { GruBackward, GruForward, LstmBackward, LstmForward } from './contract/gated.ts';
import type {
  MomentsGruBackward,
  MomentsGruForward,
  MomentsLinear,
  MomentsLinearBackward,
  MomentsLstmBackward,
  MomentsLstmForward,
  MomentsRnnBackward,
} from './contract/moments.ts';
import type { RnnBackward } from './contract/recurrent.ts';
import { loadNative } from './native.ts';
import { portable } from './portable/index.ts';

it('is refused by the portable engine, which stays in its own precision', () => {
  expect(portable.hasBf16()).toBe(false);
  expect(portable.precision()).toBe('f32');
});

const native = isLeftToItsOwnRun('native') ? null : loadNative();
const isHere = native?.hasBf16() ?? false;
const unit = isHere ? native?.within({ bf16: true }, () => native.precision()) : undefined;
const why = isLeftToItsOwnRun('native') ? 'LETHE_ENGINE asks for another engine' : 'not on this processor';

describe.skipIf(!isHere)(`bf16 (${isHere ? unit : why})`, () => {
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

  describe.each(Object.keys(layers))('%s', (name) => {
    // Eight bits of a mantissa: an operand is off by 2^-9 at most, a gradient through several steps by some of these.
    it.each([[[4, 3, 5, 7]], [[5, 20, 33, 65]], [[3, 40, 20, 130]], [[2, 77, 20, 50]]])(
      'stays within 1.5 % of float32 in every result, [T, B, I, H] = %j',
      (sizes) => {
        const [whole, half] = [false, true].map((bf16) =>
          layers[name](inPrecision(native as Engine, bf16), sizes),
        );
        for (const [result, values] of Object.entries(half)) {
          expect(distance(values, whole[result]), result).toBeLessThan(0.015);
        }
        const [first] = Object.keys(half);
        expect(distance(half[first], whole[first])).toBeGreaterThan(0);
      },
    );

    it('has the same bits with one, two and three threads', () => {
      const before = kernels.threads();
      const results = [1, 2, 3].map((threads) => {
        kernels.setThreads(threads);
        return layers[name](kernels, [5, 70, 90, 200]);
      });
      kernels.setThreads(before);
      for (const other of results.slice(1)) expect(other).toEqual(results[0]);
    });
  });

  it('leaves nothing behind: float32 has its bits again', () => {
    const before = gated(native as Engine, cells[0], [3, 5, 4, 37]);
    gated(kernels, cells[0], [3, 5, 4, 37]);
    expect(gated(native as Engine, cells[0], [3, 5, 4, 37]).dwRec).toEqual(before.dwRec);
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

function gated(kernels: Engine, cell: (typeof cells)[number], sizes: readonly number[]): Results {
  const numbers = new Numbers(7);
  const p = gatedLayer(numbers, cell, sizes);
  const copy = prepared<LstmForward & LstmBackward & GruForward & GruBackward>({
    ...p,
    resetAfter: cell.resetAfter,
    ...gatedOutputs(p, cell.G),
    ...gatedBackward(numbers, p, cell.G),
  });
  if (cell.name === 'lstm') {
    kernels.lstmForward(copy);
    kernels.lstmBackward(copy);
  } else {
    kernels.gruForward(copy);
    kernels.gruBackward(copy);
  }
  return picked(copy, ['h', 'dwIn', 'dwRec', 'dbias', 'dx', 'dh0']);
}

function gatedMoments(kernels: Engine, cell: (typeof cells)[number], sizes: readonly number[]): Results {
  const numbers = new Numbers(7);
  const p = momentsGatedLayer(numbers, cell, sizes);
  const copy = prepared<MomentsGruForward & MomentsGruBackward & MomentsLstmForward & MomentsLstmBackward>({
    ...p,
    ...momentsGatedOutputs(p),
    ...momentsGatedBackward(numbers, p, cell.G),
  });
  if (cell.name === 'lstm') {
    kernels.momentsLstmForward(copy);
    kernels.momentsLstmBackward(copy);
  } else {
    kernels.momentsGruForward(copy);
    kernels.momentsGruBackward(copy);
  }
  return picked(copy, [...ofMoments, ...(cell.name === 'gru' ? ['dbiasRec'] : [])]);
}

/** Plain numbers, or zeros nine times out of ten, as in a piano-roll. */
const sparse = (x: ArrayLike<number>) => Float64Array.from(x, (v, i) => (i % 10 === 3 ? v : 0));

function plain(
  kernels: Engine,
  sizes: readonly number[],
  change: (p: ReturnType<typeof layer>) => object,
): Results {
  const numbers = new Numbers(7);
  const p = layer(numbers, sizes);
  const [T, B, , H] = sizes;
  const outputs = { n: unset(T * B * H), h: unset(T * B * H), y: unset(T * B * H) };
  const copy = prepared<RnnBackward & { y: Float64Array }>({
    ...backwardOf(numbers, { ...p, ...outputs, ...change(p) }),
    ...outputs,
  });
  kernels.rnnForward(copy);
  kernels.rnnBackward(copy);
  return picked(copy, ['h', 'y', 'dwIn', 'dwRec', 'dbias', 'dx', 'dh0']);
}

function plainMoments(
  kernels: Engine,
  sizes: readonly number[],
  change: (x: Float64Array) => object = () => ({}),
): Results {
  const numbers = new Numbers(7);
  const p = momentsLayer(numbers, sizes, FORMS[0]);
  const copy = prepared<MomentsRnnBackward>(
    momentsBackwardOf(numbers, { ...p, ...change(p.x as Float64Array) }),
  );
  kernels.momentsRnnForward(copy as never);
  kernels.momentsRnnBackward(copy);
  return picked(copy, ofMoments);
}

function linear(kernels: Engine, [T, B, I, O]: readonly number[]): Results {
  const numbers = new Numbers(7);
  const M = T * B;
  const copy = prepared<MomentsLinear & MomentsLinearBackward>({
    ...{ M, I, O, noise: NOISE[0], mean: numbers.normal(M * I), variance: numbers.uniform(M * I, 0, 2) },
    ...{ w: numbers.normal(I * O, 1 / Math.sqrt(I)), bias: numbers.normal(O), noisyVariance: unset(M * I) },
    ...{ outMean: unset(M * O), outVariance: unset(M * O), dOutMean: numbers.normal(M * O) },
    ...{ dOutVariance: numbers.normal(M * O), dMean: unset(M * I), dVariance: unset(M * I) },
    ...{ dw: unset(I * O), dbias: unset(O) },
  });
  kernels.momentsLinearForward(copy);
  kernels.momentsLinearBackward(copy);
  return picked(copy, ['outMean', 'outVariance', 'dMean', 'dVariance', 'dw', 'dbias']);
}

function deep(
  kernels: Engine,
  sizes: readonly number[],
  form: Form,
  change: (p: DeepLayer) => object = () => ({}),
): Results {
  const numbers = new Numbers(7);
  const made = deepLayer(numbers, sizes, form);
  const p = { ...made, ...change(made) };
  const copy = prepared<DeepRnnBackward & DeepRnnForward>({
    ...p,
    ...deepOutputs(p),
    ...deepBackward(numbers, p),
  });
  kernels.deepRnnForward(copy);
  kernels.deepRnnBackward(copy);
  return picked(copy, ['h', 'y', 'dwIn', 'dwRec', 'dbias', 'dx', 'dh0']);
}

function deepMoments(
  kernels: Engine,
  sizes: readonly number[],
  form: { N?: number; S?: number; x?: 'sparse' },
): Results {
  const numbers = new Numbers(7);
  const { x, ...options } = form;
  const p = momentsDeepLayer(numbers, sizes, options);
  const given = x ? { ...p, x: sparse(p.x as Float64Array), xVariance: undefined } : p;
  const copy = prepared<MomentsDeepRnnBackward>(momentsDeepBackward(numbers, given));
  kernels.momentsDeepRnnForward(copy as never);
  kernels.momentsDeepRnnBackward(copy);
  return picked(copy, ofMoments);
}

const ofMoments = [
  ...['hMean', 'hVariance', 'dwIn', 'dwRec', 'dbias', 'dx', 'dxVariance', 'dh0', 'dh0Variance'],
];

/** Every layer forward and backward, by what it is. */
const layers: Record<string, (kernels: Engine, sizes: readonly number[]) => Results> = {
  ...Object.fromEntries(
    cells.map((cell) => [
      `${cell.name}, resetAfter ${cell.resetAfter}`,
      (kernels: Engine, sizes: readonly number[]) => gated(kernels, cell, sizes),
    ]),
  ),
  ...Object.fromEntries(
    cells
      .filter(({ resetAfter }) => resetAfter !== false)
      .map((cell) => [
        `${cell.name} in moments`,
        (kernels: Engine, sizes: readonly number[]) => gatedMoments(kernels, cell, sizes),
      ]),
  ),
  'the plain cell': (kernels, sizes) => plain(kernels, sizes, () => ({})),
  'the plain cell, inputs mostly zeros': (kernels, sizes) =>
    plain(kernels, sizes, (p) => ({ x: sparse(p.x as Float64Array) })),
  'the plain cell with masks': (kernels, sizes) =>
    plain(kernels, sizes, (p) => allMasks(new Numbers(3), p, 'per step and example')),
  'the plain cell in moments': (kernels, sizes) => plainMoments(kernels, sizes),
  'the plain cell in moments, inputs mostly zeros': (kernels, sizes) =>
    plainMoments(kernels, sizes, (x) => ({ x: sparse(x), xVariance: undefined })),
  'a linear map in moments': linear,
  'a deep transition': (kernels, sizes) => deep(kernels, sizes, DT),
  'a deep transition, inputs mostly zeros': (kernels, sizes) =>
    deep(kernels, sizes, DT, (p) => ({ x: sparse(p.x as Float64Array) })),
  'two layers and a shortcut with masks': (kernels, sizes) =>
    deep(kernels, sizes, { ...DT, N: 2, S: 1 }, (p) => deepMasks(new Numbers(3), p, 'per step and example')),
  'lp units and a shortcut': (kernels, sizes) => deep(kernels, sizes, { ...DT, P: 2, inner: 'lp', S: 1 }),
  'a deep transition in moments': (kernels, sizes) => deepMoments(kernels, sizes, {}),
  'two layers and a shortcut in moments': (kernels, sizes) => deepMoments(kernels, sizes, { N: 2, S: 1 }),
  'a deep transition in moments, inputs mostly zeros': (kernels, sizes) =>
    deepMoments(kernels, sizes, { x: 'sparse' }),
};

type Results = Record<string, Float32Array>;

/** What a call takes, gradients at zero, so that the bits are those of the gradient alone. */
function prepared<P extends object>(given: object): P {
  const p = engineCopy(given).p as Record<string, unknown>;
  for (const [name, value] of Object.entries(p)) {
    const isGiven = /^d(y$|Out|[hc](Mean|Variance|Last))/.test(name);
    if (name.startsWith('d') && !isGiven && value instanceof Float32Array) value.fill(0);
  }
  return p as P;
}

function picked(p: object, names: readonly string[]): Results {
  return Object.fromEntries(names.map((name) => [name, (p as Results)[name]]).filter(([, value]) => value));
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
