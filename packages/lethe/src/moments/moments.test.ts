import { describe, expect, it } from 'vitest';
import type { Activation } from '../kernels/contract/fields.ts';
import { NoiseStream } from '../random/stream.ts';
import { dtype } from '../tensor/dtype.ts';
import { Tensor, tensor, zeros } from '../tensor/tensor.ts';
import { activationMoments, momentForms, momentFunction } from './activation.ts';
import { linearMoments } from './linear.ts';
import { gaussHermite } from './quadrature.ts';
import { drawGaussian } from './sample.ts';
import { weightNoiseMoments } from './weight-noise.ts';

/**
 * Inputs (mean, variance) and outputs (mean, variance), from numerical integration in float64 on a dense grid by
 * an independent program; `wm` is the Wang-Manning form evaluated by it, `exact` the true moments.
 */
const golden = [
  {
    x: [0, 1],
    sigmoid: { wm: [0.5, 0.05314746], exact: [0.5, 0.04337904] },
    tanh: { wm: [0, 0.43458679], exact: [0, 0.39429449] },
    relu: [0.39894228, 0.34084506],
  },
  {
    x: [1, 0.5],
    sigmoid: { wm: [0.71387163, 0.02118534], exact: [0.71157317, 0.01811536] },
    tanh: { wm: [0.63419208, 0.18070993], exact: [0.63212056, 0.13186427] },
    relu: [1.02512727, 0.43491655],
  },
  {
    x: [-1, 2],
    sigmoid: { wm: [0.32117053, 0.07498357], exact: [0.3249433, 0.0568835] },
    tanh: { wm: [-0.45530999, 0.4543372], exact: [-0.45212439, 0.39621535] },
    relu: [0.19964123, 0.24000227],
  },
  {
    x: [2, 4],
    sigmoid: { wm: [0.77684469, 0.07300606], exact: [0.77520025, 0.06186495] },
    tanh: { wm: [0.62980158, 0.40191373], exact: [0.63895179, 0.35211177] },
    relu: [2.16663094, 3.00435123],
  },
  {
    x: [-3, 1],
    sigmoid: { wm: [0.07295902, 0.01962967], exact: [0.06932386, 0.0046962] },
    tanh: { wm: [-0.95369001, 0.04017825], exact: [-0.97160342, 0.00742834] },
    relu: [0.00038215, 0.00020329],
  },
  {
    x: [0.5, 0.01],
    sigmoid: { wm: [0.62222927, 0.00323634], exact: [0.62217285, 0.00055018] },
    tanh: { wm: [0.45905923, 0.00843497], exact: [0.4585315, 0.00616513] },
    relu: [0.50000001, 0.00999999],
  },
] as const;
const input = {
  mean: tensor(golden.map(({ x }) => x[0])),
  variance: tensor(golden.map(({ x }) => x[1])),
};

function moments(activation: Activation, form: (typeof momentForms)[number], points?: number): number[][] {
  const { mean, variance } = activationMoments(input, activation, { form, points });
  return golden.map((_, i) => [mean.data[i], variance.data[i]]);
}

function expectNear(
  got: number[][],
  expected: (readonly number[])[],
  tolerance: [mean: number, variance: number],
): void {
  for (const [i, pair] of expected.entries()) {
    for (const k of [0, 1]) expect(Math.abs(got[i][k] - pair[k]), `case ${i}`).toBeLessThan(tolerance[k]);
  }
}

describe('moments of activations', () => {
  it('are those of the golden table in the Wang-Manning form', () => {
    expectNear(
      moments('sigmoid', 'wang-manning'),
      golden.map((row) => row.sigmoid.wm),
      [1e-6, 1e-6],
    );
    expectNear(
      moments('tanh', 'wang-manning'),
      golden.map((row) => row.tanh.wm),
      [1e-6, 1e-6],
    );
  });

  it('are exact for relu in every form', () => {
    for (const form of momentForms)
      expectNear(
        moments('relu', form),
        golden.map((row) => row.relu),
        [1e-6, 1e-6],
      );
  });

  it('through relu keep a variance that is tiny beside the mean, and a unit that is never on has none', () => {
    // Ten million deviations above 0 relu changes nothing.
    const mean = tensor([10, 100, 1, -10]);
    const variance = tensor([1e-12, 1e-10, 1e-14, 1e-12]);
    for (const form of momentForms) {
      const found = activationMoments({ mean, variance }, 'relu', { form });
      for (const i of [0, 1, 2]) expect(found.variance.data[i] / variance.data[i], form).toBeCloseTo(1, 5);
      for (const value of [found.mean.data[3], found.variance.data[3]]) expect(value).toBeCloseTo(0, 20);
    }
  });

  it('are the true ones by quadrature with 64 points', () => {
    expectNear(
      moments('sigmoid', 'gauss-hermite', 64),
      golden.map((row) => row.sigmoid.exact),
      [1e-6, 1e-6],
    );
    // 5e-5 at (2, 4): a tanh that steep is beyond 64 points.
    expectNear(
      moments('tanh', 'gauss-hermite', 64),
      golden.map((row) => row.tanh.exact),
      [1e-4, 1e-4],
    );
  });

  it('err in the probit form by no more than its bounds for deviations up to 2: mean 0.0132, variance 0.0071', () => {
    expectNear(
      moments('sigmoid', 'probit'),
      golden.map((row) => row.sigmoid.exact),
      [0.0132, 0.0071],
    );
    // tanh(x) = 2 s(2x) - 1 doubles the error of the mean and quadruples that of the variance (deviations up to 4).
    expectNear(
      moments('tanh', 'probit'),
      golden.map((row) => row.tanh.exact),
      [2 * 0.0157, 4 * 0.0071],
    );
  });

  it('pass through the identity', () => {
    for (const form of momentForms)
      expectNear(
        moments('identity', form),
        golden.map((row) => row.x),
        [1e-6, 1e-6],
      );
  });

  it('are those of the plain function without variance, but for the Wang-Manning variance', () => {
    const mean = tensor([-2, -0.5, 0, 0.5, 2]);
    const certain = { mean, variance: zeros([5]) };
    for (const form of momentForms) {
      const y = activationMoments(certain, 'tanh', { form });
      for (let i = 0; i < 5; i++) expect(y.mean.data[i]).toBeCloseTo(Math.tanh(mean.data[i]), 6);
      if (form !== 'wang-manning') expect(Math.max(...y.variance.data)).toBeLessThan(1e-6);
    }
    // 4 times the sigmoid's 0.0126 at 0, the known flaw of the form.
    expect(activationMoments(certain, 'tanh', { form: 'wang-manning' }).variance.data[2]).toBeCloseTo(
      0.0503,
      3,
    );
  });

  it('refuse a form they do not know', () => {
    expect(() => momentFunction('tanh', { form: 'probits' as 'probit' })).toThrow('did you mean "probit"?');
  });
});

describe('Gauss-Hermite quadrature', () => {
  it('has the nodes and weights of the tables for 3 points: 0 and ±sqrt(3), 2/3 and 1/6', () => {
    const { nodes, weights } = gaussHermite(3);
    expect(nodes[0]).toBeCloseTo(-Math.sqrt(3), 14);
    expect(nodes[1]).toBe(0);
    expect(weights[1]).toBeCloseTo(2 / 3, 14);
    expect(weights[2]).toBeCloseTo(1 / 6, 14);
  });

  it('integrates every even power below 2n exactly: E[x^2k] = (2k-1)!!', () => {
    for (const points of [1, 2, 5, 15, 32, 64]) {
      const { nodes, weights } = gaussHermite(points);
      let expected = 1;
      for (let power = 0; power < Math.min(2 * points, 40); power += 2) {
        const moment = weights.reduce((sum, w, i) => sum + w * nodes[i] ** power, 0);
        expect(Math.abs(moment / expected - 1), `${points} points, power ${power}`).toBeLessThan(1e-11);
        expected *= power + 1;
      }
    }
  });

  it('is symmetric, ascending, and refuses what is not 1 to 64 points', () => {
    const { nodes, weights } = gaussHermite(15);
    for (let i = 0; i < 15; i++) {
      expect(nodes[i]).toBe(0 - nodes[14 - i]);
      expect(weights[i]).toBeCloseTo(weights[14 - i], 15);
      if (i > 0) expect(nodes[i]).toBeGreaterThan(nodes[i - 1]);
    }
    for (const points of [0, 65, 2.5]) expect(() => gaussHermite(points)).toThrow('from 1 to 64');
  });
});

describe('moments of linear maps', () => {
  it('are those of Bayer et al. (2013), equations 1 and 2, worked by hand', () => {
    const x = { mean: tensor([[2, -1]]), variance: tensor([[0.5, 0.25]]) };
    const noise = { mean: 0.8, square: 0.16, variance: 0.8 };
    const y = linearMoments(x, tensor([[1], [3]]), tensor([10]), noise);
    // mean 0.8 (2·1 - 1·3) + 10; variance (0.16·4 + 0.8·0.5)·1 + (0.16·1 + 0.8·0.25)·9
    expect(y.mean.item()).toBeCloseTo(9.2, 5);
    expect(y.variance.item()).toBeCloseTo(1.04 + 3.24, 5);
  });

  it('with noisy weights are those of equations 5 and 6, worked by hand', () => {
    const x = { mean: tensor([[2, -1]]), variance: tensor([[0.5, 0.25]]) };
    const w = { mean: tensor([[1], [3]]), variance: tensor([[0.1], [0.2]]) };
    const y = weightNoiseMoments(x, w, tensor([10]));
    // variance 4·0.1 + 1·0.2 + 0.5·(1 + 0.1) + 0.25·(9 + 0.2)
    expect(y.mean.item()).toBeCloseTo(9, 6);
    expect(y.variance.item()).toBeCloseTo(3.45, 5);
    expect(weightNoiseMoments(x.mean, w).variance.item()).toBeCloseTo(0.6, 6);
  });

  it('of dropout, equation 2, are those of weights with mean q w and variance q (1 - q) w², whatever comes in', () => {
    const q = 0.7;
    const dropout = { mean: q, square: q * (1 - q), variance: q };
    const w = tensor([
      [1.5, -0.5],
      [-2, 0.25],
    ]);
    const noisy = {
      mean: tensor([
        [q * 1.5, q * -0.5],
        [q * -2, q * 0.25],
      ]),
      variance: tensor([
        [q * (1 - q) * 2.25, q * (1 - q) * 0.25],
        [q * (1 - q) * 4, q * (1 - q) * 0.0625],
      ]),
    };
    for (const x of [
      { mean: tensor([[2, -1]]), variance: tensor([[0.5, 0.25]]) },
      { mean: tensor([[-0.3, 0]]), variance: tensor([[0, 3]]) },
    ]) {
      const [masked, drawn] = [linearMoments(x, w, tensor([0, 0]), dropout), weightNoiseMoments(x, noisy)];
      for (const part of ['mean', 'variance'] as const) {
        for (const [o, value] of drawn[part].data.entries()) {
          expect(masked[part].data[o]).toBeCloseTo(value, 5);
        }
      }
    }
  });

  it('are what 40000 draws of masks, inputs and weights give, within 4 standard errors', () => {
    const count = 40000;
    const stream = new NoiseStream(8);
    const [u, v, m] = [0, 1, 2].map((layer) => stream.normals({ site: 'sample', layer }, count));
    const x = { mean: tensor([[0.7]]), variance: tensor([[0.3]]) };
    const w = { mean: tensor([[-1.2]]), variance: tensor([[0.4]]) };
    const products = u.map((z, i) => (0.7 + Math.sqrt(0.3) * z) * (-1.2 + Math.sqrt(0.4) * v[i]));
    const closed = weightNoiseMoments(x, w);
    const mean = Array.from(products).reduce((a: number, b: number) => a + b, 0) / count;
    const variance = Array.from(products).reduce((a: number, b: number) => a + (b - mean) ** 2, 0) / count;
    const deviation = Math.sqrt(closed.variance.item());
    expect(Math.abs(mean - closed.mean.item())).toBeLessThan((4 * deviation) / Math.sqrt(count));
    // A product of two normals has a kurtosis of at most 9.
    expect(Math.abs(variance - closed.variance.item())).toBeLessThan(
      4 * closed.variance.item() * Math.sqrt(8 / count),
    );
    expect(drawGaussian(closed, m.slice(0, 1)).item()).toBeCloseTo(closed.mean.item() + m[0] * deviation, 5);
  });

  it('refuse shapes that do not fit', () => {
    const w = new Tensor([2, 1], dtype === 'f64' ? new Float64Array(2) : new Float32Array(2));
    expect(() => linearMoments(tensor([[1, 2, 3]]), w, tensor([0]))).toThrow('got [1, 3] and [2, 1]');
    expect(() => linearMoments(tensor([[1, 2]]), w, tensor([0, 0]))).toThrow(
      'expected bias of shape [1], got [2]',
    );
  });
});
