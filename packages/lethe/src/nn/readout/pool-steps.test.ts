import { describe, expect, it } from 'vitest';
import { checkGradients } from '../../autograd/check.ts';
import { square } from '../../autograd/ops/elementwise.ts';
import { sum } from '../../autograd/ops/reduce.ts';
import { gradients } from '../../autograd/tape.ts';
import { meanOf } from '../../moments/gaussian.ts';
import { NoiseStream } from '../../random/stream.ts';
import { dtype } from '../../tensor/dtype.ts';
import { Tensor, tensor } from '../../tensor/tensor.ts';
import { poolSteps } from './pool-steps.ts';

// Three steps of two rows of two features; the first row ends after two steps.
const x = () => tensor([1, 2, 3, 4, 5, -6, 7, 8, 100, 100, 9, -10], [3, 2, 2]);
const lengths = Int32Array.of(2, 3);
const values = (pooling: 'last' | 'mean' | 'max', directions: 1 | 2 = 1) =>
  Array.from(meanOf(poolSteps(x(), { pooling, lengths, directions })).data);

describe('poolSteps', () => {
  it('takes the last step of each row, of features that run backwards the first', () => {
    expect(values('last')).toEqual([5, -6, 9, -10]);
    expect(values('last', 2)).toEqual([5, 2, 9, 4]);
  });

  it('takes the mean and the largest of the steps that count', () => {
    const third = Math.fround(19 / 3);
    expect(values('mean')).toEqual([3, -2, expect.closeTo(third, 5), expect.closeTo(2 / 3, 5)]);
    expect(values('max')).toEqual([5, 2, 9, 8]);
  });

  it('adds variances, and refuses the largest of Gaussians', () => {
    const gaussian = { mean: x(), variance: tensor(new Array(12).fill(6), [3, 2, 2]) };
    const pooled = poolSteps(gaussian, { pooling: 'mean', lengths });
    // 6 / 2 for two steps, 6 / 3 for three.
    expect(Array.from((pooled as typeof gaussian).variance.data)).toEqual([
      3,
      3,
      expect.closeTo(2, 6),
      expect.closeTo(2, 6),
    ]);
    expect(() => poolSteps(gaussian, { pooling: 'max' })).toThrow(/has no closed moments; use last or mean/);
  });

  it('is not influenced by what stands behind a row, even NaN', () => {
    for (const pooling of ['last', 'mean', 'max'] as const) {
      const padded = x();
      padded.data.fill(Number.NaN, 8, 10);
      const run = gradients([padded], () => sum(square(poolSteps(padded, { pooling, lengths }) as Tensor)));
      expect(Number.isFinite(run.loss)).toBe(true);
      expect(Array.from(run.gradients[0].data.subarray(8, 10))).toEqual([0, 0]);
    }
  });

  it('has the slopes of central differences', () => {
    const given = new Tensor([4, 3, 2], new NoiseStream(3).normals({ site: 'sample' }, 24));
    for (const pooling of ['last', 'mean', 'max'] as const) {
      const { worst } = checkGradients([given], () =>
        sum(square(poolSteps(given, { pooling, lengths: Int32Array.of(4, 1, 2), directions: 2 }) as Tensor)),
      );
      expect(worst, pooling).toBeLessThan(dtype === 'f64' ? 1e-7 : 2e-2);
    }
  });

  it('gives the gradient of the largest to the earliest of equal steps', () => {
    const equal = tensor([2, 7, 7, 7], [4, 1, 1]);
    const run = gradients([equal], () => sum(poolSteps(equal, { pooling: 'max' }) as Tensor));
    expect(Array.from(run.gradients[0].data)).toEqual([0, 1, 0, 0]);
  });

  it('hides no step that is not a number, wherever it stands', () => {
    for (const place of [0, 1, 2]) {
      const broken = tensor([1, 2, 3], [3, 1, 1]);
      broken.data[place] = Number.NaN;
      for (const pooling of ['mean', 'max'] as const)
        expect(Array.from(meanOf(poolSteps(broken, { pooling })).data), pooling).toEqual([Number.NaN]);
    }
  });

  it('refuses a row without a step', () => {
    expect(() => poolSteps(x(), { pooling: 'mean', lengths: Int32Array.of(0, 3) })).toThrow(/none in row 0/);
    expect(() => poolSteps(x(), { pooling: 'mean', lengths: Int32Array.of(4, 3) })).toThrow(/from 0 to 3/);
  });
});
