import { expect, test } from 'vitest';
import { fieldPoint, unitLosses } from './loss-field.ts';

const [squared, gaussian, bernoulli] = unitLosses;

test('the three losses have the values worked by hand at E[a] = 1, V[a] = 4 with target 0.2', () => {
  // (1 - 0.2)²
  expect(fieldPoint(squared, 1, 4, 0.2).loss).toBeCloseTo(0.64, 6);
  // log(2 pi 4) / 2 + 0.64 / 8
  expect(fieldPoint(gaussian, 1, 4, 0.2).loss).toBeCloseTo(Math.log(8 * Math.PI) / 2 + 0.08, 5);
  // p = s(1 / sqrt(1 + 4 pi/8)): -0.2 log p - 0.8 log(1 - p)
  const p = 1 / (1 + Math.exp(-1 / Math.sqrt(1 + Math.PI / 2)));
  expect(fieldPoint(bernoulli, 1, 4, 0.2).loss).toBeCloseTo(-0.2 * Math.log(p) - 0.8 * Math.log(1 - p), 5);
});

test.each(unitLosses)('the slopes of the $title are those of finite differences', (unitLoss) => {
  const step = 2 ** -6;
  for (const mean of [-2.5, -1.2, 0.2, 1.7]) {
    for (const variance of [0.5, 1.3, 4.2]) {
      const at = (m: number, v: number): number => fieldPoint(unitLoss, m, v, 0.2).loss;
      const { byMean, byVariance } = fieldPoint(unitLoss, mean, variance, 0.2);
      const aroundMean = (at(mean + step, variance) - at(mean - step, variance)) / (2 * step);
      const aroundVariance = (at(mean, variance + step) - at(mean, variance - step)) / (2 * step);
      // Rounding to float32 leaves 1e-5, the third derivative of the Gaussian at V = 0.5 leaves 0.03 of its slope.
      const tolerance = (slope: number): number => 2e-4 + 4e-3 * Math.abs(slope);
      expect(Math.abs(byMean - aroundMean), `mean ${mean} ${variance}`).toBeLessThan(tolerance(byMean));
      expect(Math.abs(byVariance - aroundVariance), `variance ${mean} ${variance}`).toBeLessThan(
        tolerance(byVariance),
      );
    }
  }
});

test('the variance does not enter the squared error; a wrong unit is told to raise it by the other two', () => {
  expect(fieldPoint(squared, 3, 1, 0.2).byVariance).toBe(0);
  for (const loss of [gaussian, bernoulli]) expect(fieldPoint(loss, 3, 0.5, 0.2).byVariance).toBeLessThan(0);
  // and one that is right is told by the Gaussian to lower it
  expect(fieldPoint(gaussian, 0.2, 0.5, 0.2).byVariance).toBeGreaterThan(0);
});
