import { describe, expect, it } from 'vitest';
import { checkGradients } from '../../autograd/check.ts';
import { square } from '../../autograd/ops/elementwise.ts';
import { sum } from '../../autograd/ops/reduce.ts';
import { NoiseStream } from '../../random/stream.ts';
import { tensor } from '../../tensor/tensor.ts';
import { meanFieldLogits } from './mean-field-logits.ts';

describe('logits with moments', () => {
  it('become logits whose softmax is near the expectation of the softmax', () => {
    const [means, variances] = [
      [1.2, -0.4, 0.1],
      [0.8, 0.8, 0.8],
    ];
    const output = { mean: tensor([means]), variance: tensor([variances]) };
    const { data } = meanFieldLogits(output);
    const top = Array.from(data, Math.exp);
    const approximate = top.map((value) => value / top.reduce((a, b) => a + b));
    // The expectation by 200,000 draws, whose own error is some .001.
    const draws = 200_000;
    const normals = new NoiseStream(1).normals({ site: 'sample' }, 3 * draws);
    const expected = [0, 0, 0];
    for (let s = 0; s < draws; s++) {
      const e = means.map((mean, k) => Math.exp(mean + Math.sqrt(variances[k]) * normals[3 * s + k]));
      const all = e[0] + e[1] + e[2];
      for (const k of [0, 1, 2]) expected[k] += e[k] / all / draws;
    }
    const plainTop = means.map(Math.exp);
    const plain = plainTop.map((value) => value / plainTop.reduce((a, b) => a + b));
    const missed = (found: number[]): number =>
      Math.max(...found.map((value, k) => Math.abs(value - expected[k])));
    // An approximation: it misses by .023 here, and softmax without the variances by .06.
    expect(missed(approximate)).toBeLessThan(0.025);
    expect(missed(approximate)).toBeLessThan(0.5 * missed(plain));
  });

  it('stay as they are without variances, and have right gradients with some', () => {
    const plain = tensor([[1, 2]]);
    expect(meanFieldLogits(plain)).toBe(plain);
    const inputs = { mean: tensor([[0.5, -1]]), variance: tensor([[0.3, 2]]) };
    const loss = () => sum(square(meanFieldLogits(inputs)));
    expect(checkGradients(Object.values(inputs), loss).worst).toBeLessThan(1e-2);
  });
});
