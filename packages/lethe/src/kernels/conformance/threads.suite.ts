/** The bits do not depend on the number of threads. */
import { describe, expect, it } from 'vitest';
import type { Kernels } from '../contract/kernels.ts';
import { attentionOf } from './attention.suite.ts';
import { deepBackward, deepLayer, deepMasks, deepOutputs, FORMS } from './deep.suite.ts';
import { cells, gatedBackward, gatedLayer, gatedOutputs } from './gated.suite.ts';
import { momentsDeepBackward, momentsDeepLayer } from './moments-deep.suite.ts';
import { momentsGatedBackward, momentsGatedLayer, momentsGatedOutputs } from './moments-gated.suite.ts';
import { momentsBackwardOf, momentsLayer } from './moments-rnn.suite.ts';
import { nadeLayer } from './nade.suite.ts';
import { topOf } from './readout-top.suite.ts';
import { allMasks, backwardOf, layer } from './rnn.suite.ts';
import { engineCopy, Numbers, type Suite, unset } from './support.suite.ts';

const SIZES = [
  [3, 40, 88, 400],
  [5, 33, 50, 65],
  [4, 5, 88, 100],
  [3, 64, 17, 128],
];

/** Numbers that are made once and handed out again: making them takes longer than the kernels do. */
class Repeated extends Numbers {
  readonly #made: Float64Array[] = [];
  #at = 0;
  rewind(): this {
    this.#at = 0;
    return this;
  }
  override array(length: number, make: () => number): Float64Array {
    this.#made[this.#at] ??= super.array(length, make);
    return this.#made[this.#at++];
  }
}

/** Everything that reduces over rows, as one list of results. */
function compute(kernels: Kernels, sizes: readonly number[], numbers: Numbers): object[] {
  const [T, B, I, H] = sizes;
  const M = T * B;
  const plain = layer(numbers, sizes);
  const state = { n: unset(M * H), h: unset(M * H), y: unset(M * H) };
  const rnn = engineCopy({
    ...backwardOf(numbers, { ...plain, ...allMasks(numbers, plain, 'per sequence and example'), ...state }),
    ...state,
  }).p;
  kernels.rnnForward(rnn);
  kernels.rnnBackward(rnn);
  const deep = Object.values(FORMS).map((form) => {
    const p = deepLayer(numbers, sizes, form);
    const masks = deepMasks(numbers, p, 'per sequence and example');
    const copy = engineCopy({ ...p, ...masks, ...deepOutputs(p), ...deepBackward(numbers, p) }).p;
    kernels.deepRnnForward(copy);
    kernels.deepRnnBackward(copy);
    return copy;
  });
  const momentsDeep = engineCopy(
    momentsDeepBackward(numbers, momentsDeepLayer(numbers, sizes, { N: 2, S: 1 })),
  ).p;
  kernels.momentsDeepRnnForward(momentsDeep);
  kernels.momentsDeepRnnBackward(momentsDeep);
  const moments = engineCopy(momentsBackwardOf(numbers, momentsLayer(numbers, sizes))).p;
  kernels.momentsRnnForward(moments);
  kernels.momentsRnnBackward(moments);
  const linear = engineCopy({
    M,
    I: H,
    O: I,
    noise: { mean: 0.5, square: 0.25, variance: 0.5 },
    mean: numbers.normal(M * H),
    variance: numbers.uniform(M * H, 0, 1),
    w: numbers.normal(H * I),
    bias: numbers.normal(I),
    noisyVariance: unset(M * H),
    outMean: unset(M * I),
    outVariance: unset(M * I),
    dOutMean: numbers.normal(M * I),
    dOutVariance: numbers.normal(M * I),
    dMean: numbers.normal(M * H),
    dVariance: numbers.normal(M * H),
    dw: numbers.normal(H * I),
    dbias: numbers.normal(I),
  }).p;
  kernels.momentsLinearForward(linear);
  kernels.momentsLinearBackward(linear);
  const product = engineCopy({
    m: H,
    n: I,
    k: M,
    a: linear.mean,
    transposeA: true,
    b: linear.dOutMean,
    c: unset(H * I),
  }).p;
  kernels.matmul(product);
  const nade = engineCopy(nadeLayer(numbers, [T, B, I, H], 'everything')).p;
  kernels.nadeForward(nade);
  kernels.nadeBackward(nade);
  // As many steps, rows and positions, and by one row, which workers cannot share.
  const attended = [true, false].flatMap((additive) =>
    [B, 1].map((rows) => {
      const p = engineCopy(attentionOf([T, rows, I, H, I], additive)).p;
      kernels.attentionForward(p);
      kernels.attentionBackward(p);
      return p;
    }),
  );
  const factored = engineCopy({ ...attentionOf([5, B, I, H, I], true), factored: true }).p;
  kernels.attentionForward(factored);
  const readout = engineCopy({
    ...{ M, I: H, K: I, x: linear.mean, w: linear.w, smoothing: 0.1, scale: 0.5 },
    targets: Int32Array.from({ length: M }, (_, m) => (7 * m) % I),
    ...{ rowLoss: unset(M), rowNll: unset(M), dx: unset(M * H), dw: unset(H * I) },
  }).p;
  kernels.readoutNll(readout);
  // Several segments of classes, and rows of more than a panel.
  const top = { ...engineCopy(topOf([M, H, 700 + I, 9])).p, classes: new Int32Array(M * 9) };
  kernels.readoutTop(top);
  const arrays = [linear.w, linear.mean, product.c];
  const address = { seedLow: 1, seedHigh: 2, step: 3, site: 4, pass: 5 };
  const drawn = { mask: new Float32Array(M * H), normal: new Float32Array(M * H) };
  kernels.bernoulliMask({ ...address, rate: 0.5, scale: 2, out: drawn.mask });
  kernels.normal({ ...address, mean: 0, deviation: 1, out: drawn.normal });
  const gated = cells.flatMap((cell) => gatedResults(kernels, numbers, cell, sizes));
  return [
    rnn,
    ...deep,
    momentsDeep,
    ...gated,
    moments,
    linear,
    product,
    nade,
    ...attended,
    factored,
    readout,
    top,
    {
      sumSquares: Float64Array.of(kernels.sumSquares(arrays)),
      distance: Float64Array.of(
        kernels.squaredDistance({ n: M * H - 1, a: linear.mean.subarray(1), b: linear.mean }),
      ),
    },
    drawn,
  ];
}

/** A gated cell, plain and in moments. */
function gatedResults(
  kernels: Kernels,
  numbers: Numbers,
  cell: (typeof cells)[number],
  sizes: readonly number[],
): object[] {
  const p = gatedLayer(numbers, cell, sizes);
  const plain = engineCopy({ ...p, ...gatedOutputs(p, cell.G), ...gatedBackward(numbers, p, cell.G) }).p;
  const m = momentsGatedLayer(numbers, cell, sizes);
  const moments = engineCopy({
    ...m,
    ...momentsGatedOutputs(m),
    ...momentsGatedBackward(numbers, m, cell.G),
  }).p;
  const calls =
    cell.name === 'lstm'
      ? ([
          ['lstmForward', 'lstmBackward'],
          ['momentsLstmForward', 'momentsLstmBackward'],
        ] as const)
      : ([
          ['gruForward', 'gruBackward'],
          ['momentsGruForward', 'momentsGruBackward'],
        ] as const);
  for (const [names, call] of [
    [calls[0], plain],
    [calls[1], moments],
  ] as const) {
    for (const name of names) (kernels[name] as (p: unknown) => void)(call);
  }
  return [plain, moments];
}

/** Byte for byte: a deep comparison of millions of numbers would take half a minute. */
function expectSameBits(got: object[], expected: object[]): void {
  for (const [k, object] of got.entries()) {
    for (const [name, value] of Object.entries(object)) {
      if (!ArrayBuffer.isView(value)) continue;
      const other = (expected[k] as Record<string, ArrayBufferView>)[name];
      const bytes = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
      expect(bytes(value).equals(bytes(other)), `${name} of result ${k}`).toBe(true);
    }
  }
}

export function threadSuite({ newKernels }: Suite): void {
  describe('threads', () => {
    it('change no bit of any result', { timeout: 300_000 }, () => {
      const kernels = newKernels();
      const before = kernels.threads();
      try {
        // besides: few rows, so that workers share columns and meet at a barrier; many rows, which they share instead
        for (const sizes of [...SIZES, [6, 3, 20, 200], [4, 40, 90, 130]]) {
          kernels.setThreads(1);
          const numbers = new Repeated(77);
          const alone = compute(kernels, sizes, numbers);
          for (const count of [2, 3]) {
            kernels.setThreads(count);
            expectSameBits(compute(kernels, sizes, numbers.rewind()), alone);
          }
        }
      } finally {
        kernels.setThreads(before);
      }
    });

    it('number at least one', () => {
      expect(newKernels().threads()).toBeGreaterThanOrEqual(1);
    });
  });
}
