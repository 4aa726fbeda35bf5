import { describe, expect, it } from 'vitest';
import { checkGradients } from '../../autograd/check.ts';
import { mul } from '../../autograd/ops/arithmetic.ts';
import { sum } from '../../autograd/ops/reduce.ts';
import { gradients } from '../../autograd/tape.ts';
import { NoiseStream } from '../../random/stream.ts';
import { dtype } from '../../tensor/dtype.ts';
import { Tensor, tensor } from '../../tensor/tensor.ts';
import { meanOverSteps } from './mean-over-steps.ts';
import { negativeBinomialNll } from './negative-binomial.ts';
import { pinballLoss } from './pinball.ts';
import { studentTNll } from './student-t.ts';

const digits = dtype === 'f64' ? 12 : 5;
const one = (value: number) => tensor([value]);
const studentT = (y: number, location: number, scale: number, dof: number) =>
  studentTNll({ location: one(location), scale: one(scale), dof: one(dof) }, one(y)).data[0];
const negativeBinomial = (y: number, mean: number, dispersion: number) =>
  negativeBinomialNll({ mean: one(mean), dispersion: one(dispersion) }, one(y)).data[0];

/** Numbers from `from` to `to`, drawn for place `layer`. */
function drawn(layer: number, from: number, to: number): Tensor {
  return new Tensor([3, 2], new NoiseStream(8).uniforms({ site: 'sample', layer }, 6, from, to));
}

describe('studentTNll', () => {
  it('is a Cauchy distribution with one degree of freedom: log(π s (1 + z²))', () => {
    for (const [y, s] of [
      [0, 1],
      [3, 2],
      [-50, 0.5],
    ]) {
      expect(studentT(y, 1, s, 1)).toBeCloseTo(Math.log(Math.PI * s * (1 + ((y - 1) / s) ** 2)), digits);
    }
  });

  it('is a Gaussian with very many', () => {
    const gaussian = 0.5 * 1.5 ** 2 + Math.log(2) + 0.5 * Math.log(2 * Math.PI);
    expect(studentT(4, 1, 2, 1e6)).toBeCloseTo(gaussian, 5);
  });

  // By mpmath with 60 digits: the logarithms of two Γ of 10^16 have no digit in common with their difference.
  it.each([
    [1.5, 1, 1e15, 2.04393853320467, -1.09375e-31],
    [3, 2, 1e4, 2.7370966575914, -1.09501522105e-9],
    [3, 1, 2e4, 5.41816378624237, 3.87247005936e-8],
    [40, 1, 1e6, 800.2804199924, 6.37838148035e-7],
  ])('keeps its digits with many degrees of freedom: y = %d, s = %d, ν = %d', (y, s, v, nll, slope) => {
    const dof = one(v);
    const run = gradients([dof], () => sum(studentTNll({ location: one(0), scale: one(s), dof }, one(y))));
    expect(run.loss / nll).toBeCloseTo(1, 6);
    expect(Math.abs(run.gradients[0].data[0] - slope)).toBeLessThan(1e-5 * Math.abs(slope) + 1e-24);
  });

  it('has the slopes of central differences', () => {
    const [location, scale, dof] = [drawn(0, -1, 1), drawn(1, 0.5, 2), drawn(2, 2.5, 6)];
    const target = drawn(3, -3, 3);
    const { worst } = checkGradients([location, scale, dof], () =>
      sum(mul(studentTNll({ location, scale, dof }, target), drawn(4, 0.5, 1))),
    );
    expect(worst).toBeLessThan(dtype === 'f64' ? 1e-7 : 2e-2);
  });
});

describe('negativeBinomialNll', () => {
  it('is a geometric distribution with dispersion 1: P(y) = (1 - q) q^y, q = μ / (1 + μ)', () => {
    const q = 3 / 4;
    for (const y of [0, 1, 7]) {
      expect(negativeBinomial(y, 3, 1)).toBeCloseTo(-Math.log((1 - q) * q ** y), digits);
    }
  });

  it('is a Poisson distribution as the dispersion vanishes: μ - y log μ + log y!', () => {
    const poisson = 2.5 - 4 * Math.log(2.5) + Math.log(24);
    for (const dispersion of [1e-6, 1e-9, 1e-12]) {
      expect(negativeBinomial(4, 2.5, dispersion)).toBeCloseTo(poisson, 4);
    }
  });

  it('has the slope of its own difference on both sides of where its series begins', () => {
    // d/da at a = 0 is y μ - μ²/2 - y (y - 1)/2 = 1.5·4 - 1.125 - 6.
    const slope = 1.5 * 4 - 1.5 ** 2 / 2 - 6;
    for (const a of [1e-5, 1e-8]) {
      const dispersion = one(a);
      const run = gradients([dispersion], () =>
        sum(negativeBinomialNll({ mean: one(1.5), dispersion }, one(4))),
      );
      expect(run.gradients[0].data[0]).toBeCloseTo(slope, 3);
    }
  });

  // By mpmath with 60 digits.
  it.each([
    [1e9, 1e9, 1e-7, 13.5881317184327, 4950495.13283011],
    [1000050048, 1e9, 1e-9, 12.2533674837144, -63088808.8443371],
    [0, 3, 2e-5, 2.99991000359984, -4.49964002429844],
    [7, 3, 2e-5, 3.83478534958781, -4.49908012508478],
    [180, 250, 9e-5, 14.177090889088, -2264.46473489407],
    [2e6, 1e6, 1e-5, 28387.0103067371, -2624589822.5278],
    [2000, 5, 1e-12, 9992.64852365659, -1989012.49733538],
    [4, 2.5, 1e-30, 2.01289090285133, 0.875],
  ])('keeps its digits near Poisson: y = %d, μ = %d, a = %d', (y, mean, a, nll, slope) => {
    const dispersion = one(a);
    const run = gradients([dispersion], () =>
      sum(negativeBinomialNll({ mean: one(mean), dispersion }, one(y))),
    );
    expect(run.loss / nll).toBeCloseTo(1, 6);
    expect(run.gradients[0].data[0] / slope).toBeCloseTo(1, 5);
  });

  // By mpmath with 60 digits, of the parameters as float32 has them.
  it.each([
    [1e9, 1e-8, 1e-12, 38143446764.84, -1.000000006077e17],
    [1e8, 2e-9, 9e-5, 2934469692.226, -5.000000141409e16],
    [1e6, 1e-8, 9e-5, 27675221.20803, -1.000000006077e14],
    [1e6, 1e4, 1e6, 27.63112974905, -9.89999999901e-9],
    [1000001, 1e6, 1e6, 27.63103635422, -9.99999999999e-19],
  ])(
    'has loss and slope far from the mean and at large dispersions: y = %d, μ = %d, a = %d',
    (y, mu, a, nll, slope) => {
      const mean = one(Math.fround(mu));
      const run = gradients([mean], () =>
        sum(negativeBinomialNll({ mean, dispersion: one(Math.fround(a)) }, one(y))),
      );
      expect(run.loss / nll).toBeCloseTo(1, 6);
      expect(run.gradients[0].data[0] / slope).toBeCloseTo(1, 6);
    },
  );

  it('of a count of 0 at a mean that was rounded to 0 costs nothing, and slopes', () => {
    for (const a of [1e-6, 0.5]) {
      const [mean, dispersion] = [one(0), one(a)];
      const run = gradients([mean, dispersion], () => sum(negativeBinomialNll({ mean, dispersion }, one(0))));
      expect(run.loss).toBeCloseTo(0, 6);
      // 1/(1 + a μ); no dispersion of what never happens
      expect(run.gradients.map((g) => g.data[0])).toEqual([1, expect.closeTo(0, 6)]);
    }
  });

  it('has probabilities with the sum 1 and the mean μ', () => {
    let [total, mean] = [0, 0];
    for (let y = 0; y < 400; y++) {
      const p = Math.exp(-negativeBinomial(y, 5, 0.7));
      total += p;
      mean += p * y;
    }
    expect(total).toBeCloseTo(1, 5);
    expect(mean).toBeCloseTo(5, 4);
  });

  it('has the slopes of central differences', () => {
    const [mean, dispersion] = [drawn(0, 1, 4), drawn(1, 0.3, 2)];
    const target = tensor([0, 1, 2, 5, 9, 3], [3, 2]);
    const { worst } = checkGradients([mean, dispersion], () =>
      sum(mul(negativeBinomialNll({ mean, dispersion }, target), drawn(2, 0.5, 1))),
    );
    expect(worst).toBeLessThan(dtype === 'f64' ? 1e-7 : 2e-2);
  });

  it('refuses what is no count', () => {
    for (const y of [-1, 0.5, Infinity]) {
      expect(() => negativeBinomial(y, 1, 1)).toThrow(/counts, whole numbers of at least 0, got/);
    }
  });
});

describe('pinballLoss', () => {
  it('weighs what lies above a quantile by q and what lies below by 1 - q', () => {
    // y = 2: q = .9 at 1 costs .9, at 4 costs .1 · 2; q = .5 at 3 costs .5.
    const loss = pinballLoss(tensor([1, 3, 4, 3], [2, 2]), tensor([2, 2]), [0.9, 0.5]);
    expect(loss.data[0]).toBeCloseTo(0.9 + 0.5, digits);
    expect(loss.data[1]).toBeCloseTo(0.2 + 0.5, digits);
  });

  it('slopes by -q below the target and 1 - q above it', () => {
    const forecast = tensor([1, 3, 4, 1], [2, 2]);
    const run = gradients([forecast], () => sum(pinballLoss(forecast, tensor([2, 2]), [0.9, 0.5])));
    for (const [i, slope] of [-0.9, 0.5, 0.1, -0.5].entries()) {
      expect(run.gradients[0].data[i]).toBeCloseTo(slope, digits);
    }
  });

  it('refuses quantiles that are none', () => {
    for (const q of [0, 1, Number.NaN]) {
      expect(() => pinballLoss(tensor([[1]]), tensor([1]), [q])).toThrow(/between 0 and 1/);
    }
  });
});

describe('meanOverSteps', () => {
  it('leaves out what does not count, with its gradients, even NaN', () => {
    const location = tensor([1, 2, 3]);
    const [scale, dof] = [tensor([1, 1, 1]), tensor([1, 1, 1])];
    const target = tensor([1, Number.NaN, 3]);
    const run = gradients([location], () => {
      const { loss, count, sum } = meanOverSteps(
        studentTNll({ location, scale, dof }, target),
        tensor([1, 0, 1]),
      );
      expect(count).toBe(2);
      expect(sum).toBeCloseTo(2 * Math.log(Math.PI), digits);
      return loss;
    });
    expect(run.loss).toBeCloseTo(Math.log(Math.PI), digits);
    expect(Array.from(run.gradients[0].data)).toEqual([0, 0, 0].map((zero) => expect.closeTo(zero, digits)));
  });

  it('is the mean over what counts, weights of steps among it, and so are its slopes', () => {
    const losses = tensor([4, 100, 6, 8]);
    const run = gradients([losses], () => {
      const { loss, count, sum } = meanOverSteps(losses, tensor([1, 0, 0.5, 1]));
      expect([count, sum]).toEqual([2.5, 15]);
      return loss;
    });
    expect(run.loss).toBeCloseTo(6, digits);
    // weight / Σ weights
    expect(run.gradients[0].toArray()).toEqual(
      [0.4, 0, 0.2, 0.4].map((slope) => expect.closeTo(slope, digits)),
    );
  });

  it('says at which element a loss that counts is not finite', () => {
    expect(() => meanOverSteps(tensor([1, Number.NaN]))).toThrow(/got NaN at element 1; leave out missing/);
  });
});
