import { expect, it } from 'vitest';
import { type McPrediction, type McRegression, type Sampled, summary } from './mc-summary.ts';

const rows = (...values: number[][]) => values.map((row) => Float64Array.from(row));

/** Two draws of three rows of two numbers, all different. */
const drawn: Sampled[] = [
  { values: rows([1, 2], [3, 5], [-1, 4]), variances: rows([0.1, 0.2], [0.3, 0.4], [0.5, 0.6]) },
  { values: rows([2, 0], [7, 6], [-4, 2]), variances: rows([0.3, 0.6], [0.1, 0.2], [0.9, 0.2]) },
];

const expectRow = (got: ArrayLike<number>, expected: number[], m: number) => {
  for (const [k, value] of expected.entries()) expect(got[m * 2 + k]).toBeCloseTo(value, 12);
};

it('of a regression is the mean, the variance of the means over the draws, and the mean of the variances', () => {
  const found = summary(drawn, 'gaussian', (m) => m !== 1) as McRegression;
  for (const array of [found.mean, found.epistemic, found.aleatoric]) {
    expect(array).toHaveLength(6);
    // The second row does not count.
    expect([...array].map(Number.isNaN)).toEqual([false, false, true, true, false, false]);
  }
  // (1 + 2) / 2, (2 + 0) / 2; half the difference squared: .25, 1
  expectRow(found.mean, [1.5, 1], 0);
  expectRow(found.epistemic, [0.25, 1], 0);
  expectRow(found.aleatoric, [0.2, 0.4], 0);
  expectRow(found.mean, [-2.5, 3], 2);
  expectRow(found.epistemic, [2.25, 1], 2);
  expectRow(found.aleatoric, [0.7, 0.4], 2);
  const plain = summary(
    drawn.map(({ values }) => ({ values })),
    'gaussian',
    () => true,
  ) as McRegression;
  expect([...plain.aleatoric]).toEqual([0, 0, 0, 0, 0, 0]);
  expectRow(plain.mean, [5, 5.5], 1);
});

it('of coins has the mean probability of a 1 and of a 0 in every row that counts', () => {
  const s = (z: number) => 1 / (1 + Math.exp(-z));
  const found = summary(drawn, 'bernoulli', (m) => m !== 1) as McPrediction;
  for (const m of [0, 2]) {
    const p = [0, 1].map((k) => (s(drawn[0].values[m][k]) + s(drawn[1].values[m][k])) / 2);
    expectRow(found.probabilities, p, m);
    expectRow(found.logProbabilities, p.map(Math.log), m);
    expectRow(
      found.logComplements!,
      p.map((one) => Math.log(1 - one)),
      m,
    );
  }
  expect([...found.logComplements!].map(Number.isNaN)).toEqual([false, false, true, true, false, false]);
  expect(found.uncertainty[1]).toEqual({ predictive: NaN, expected: NaN, information: NaN });
});

it('of classes has a distribution in every row that counts, and no complements', () => {
  const found = summary(drawn, 'categorical', (m) => m !== 0) as McPrediction;
  expect(found.logComplements).toBeUndefined();
  for (const m of [1, 2]) {
    const p = [0, 1].map(
      (k) =>
        drawn.reduce((sum, { values }) => sum + 1 / (1 + Math.exp(values[m][1 - k] - values[m][k])), 0) / 2,
    );
    expectRow(found.probabilities, p, m);
  }
  expect(found.uncertainty[0]).toEqual({ predictive: NaN, expected: NaN, information: NaN });
});
