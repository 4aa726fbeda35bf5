/** Numbers of classes reach kernels that trust them: one that is not there would read and write beside the logits. */
import { afterAll, describe, expect, it } from 'vitest';
import { gradients } from '../../autograd/tape.ts';
import { DataError } from '../../errors.ts';
import { kernels, useEngine } from '../../kernels/engine.ts';
import { loadNative } from '../../kernels/native.ts';
import { dtype, realFrom } from '../../tensor/dtype.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { readoutNll } from '../readout/readout.ts';
import { softmaxNll } from './softmax-nll.ts';

const { engine: before } = kernels();
afterAll(() => void useEngine(before));

const [M, I, K] = [3, 2, 4];
const x = new Tensor([M, I], realFrom([0.5, -1, 2, 0.25, -0.5, 1]));
/** [K, I] and [K], as torch.nn.Linear has them. */
const weight = new Tensor([K, I], realFrom(Array.from({ length: K * I }, (_, i) => Math.cos(i))));
const bias = new Tensor([K], realFrom([0.1, 0.2, -0.3, 0]));
const rows = new Tensor([M, K], realFrom(Array.from({ length: M * K }, (_, i) => Math.sin(i))));

const losses = {
  softmaxNll: (targets: Int32Array, stepMask?: Float32Array) => softmaxNll(rows, targets, stepMask),
  readoutNll: (targets: Int32Array, stepMask?: Float32Array) =>
    readoutNll(x, { weight, bias }, targets, { stepMask }),
};
const engines = loadNative() && dtype === 'f32' ? (['portable', 'native'] as const) : (['portable'] as const);

describe.each(engines)('on the %s engine', (engine) => {
  describe.each(['softmaxNll', 'readoutNll'] as const)('%s', (name) => {
    const loss = losses[name];

    it.each([-1, K, -(2 ** 31), 2 ** 31 - 1])(
      'refuses class %d on a step that counts, and says where',
      (wrong) => {
        useEngine(engine);
        for (const place of [0, 1, 2]) {
          const targets = Int32Array.of(0, 0, 0).fill(wrong, place, place + 1);
          const call = () => loss(targets, Float32Array.of(1, 1, 1));
          expect(call).toThrow(DataError);
          expect(call).toThrow(`${name}: expected targets from 0 to 3, got ${wrong} at row ${place}`);
          expect(() => loss(targets)).toThrow(DataError);
        }
      },
    );

    it('takes the first class and the last', () => {
      useEngine(engine);
      const sums = Array.from({ length: K }, (_, k) => loss(Int32Array.of(k, k, k)).sum);
      // Of each row the probabilities of all classes sum to 1; -log p averages at least log K.
      for (const sum of sums) expect(sum).toBeGreaterThan(0);
      expect(sums.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(M * K * Math.log(K));
    });

    it('does not look at the class of a step that does not count', () => {
      useEngine(engine);
      const mask = Float32Array.of(1, 0, 1);
      const run = (between: number) => {
        const targets = Int32Array.of(1, between, 3);
        const { loss: value, gradients: slopes } = gradients([rows, x], () => loss(targets, mask).loss);
        return [value, ...slopes.map((slope) => slope.toArray())];
      };
      const expected = run(0);
      for (const garbage of [-1, K, 2 ** 31 - 1]) expect(run(garbage)).toEqual(expected);
    });
  });
});

describe.skipIf(!loadNative())('the native kernels', () => {
  it.each([-1, K])('refuse class %d themselves', (wrong) => {
    const native = loadNative()!;
    const logits = new Float32Array(M * K);
    const targets = Int32Array.of(0, wrong, 0);
    const shared = { M, K, logits, targets };
    expect(() => native.softmaxNllForward({ ...shared, rowLoss: new Float32Array(M) })).toThrow(/targets/);
    const dLogits = new Float32Array(M * K);
    expect(() => native.softmaxNllBackward({ ...shared, scale: 1, dLogits })).toThrow(/targets/);
    expect([...dLogits]).toEqual(Array(M * K).fill(0));
  });
});
