import { expect, it } from 'vitest';
import { bernoulliUncertaintyOfLogits, categoricalUncertaintyOfLogits } from './entropy.ts';
import { logMeanExp, logSigmoid, logSoftmax, logSumExp, surprise } from './log-space.ts';

it('keeps the digits of probabilities near 0 and 1', () => {
  // log(1 / (1 + e^36)) = -36 - e^-36 + …, and its complement -e^-36 to first order.
  expect(logSigmoid(-36)).toBeCloseTo(-36, 12);
  expect(logSigmoid(36) / -Math.exp(-36)).toBeCloseTo(1, 12);
  expect([logSigmoid(-1000), logSigmoid(1000)]).toEqual([-1000, -0]);
  expect(logSigmoid(0)).toBeCloseTo(-Math.LN2, 15);
  expect([...logSoftmax([0, -1000, 0])]).toEqual([-Math.LN2, -1000 - Math.LN2, -Math.LN2]);
  expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
  // The logarithms of two probabilities of 0, and what 0 adds to an entropy.
  expect(logSumExp([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY);
  expect(surprise(Number.NEGATIVE_INFINITY)).toBe(0);
});

it('averages likelihoods however small they are', () => {
  expect(logMeanExp([-1000, -1000])).toBe(-1000);
  // The mean of e^-800 and nothing beside it is half of it.
  expect(logMeanExp([-800, -2000])).toBeCloseTo(-800 - Math.LN2, 12);
  // log of the mean of 1 - 1e-18 and 1 - 3e-18
  expect(logMeanExp([-1e-18, -3e-18]) / -2e-18).toBeCloseTo(1, 12);
  expect(logMeanExp([Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY);
});

it('measures the uncertainty of coins and classes that are almost sure', () => {
  // Two draws that say 36 and -36 are sure and disagree: ln 2 in all, next to nothing in each.
  const coin = bernoulliUncertaintyOfLogits([[36], [-36]]);
  expect(coin.predictive).toBeCloseTo(Math.LN2, 12);
  // The entropy of one coin of p = e^-36 is p (36 + 1) to first order.
  expect(coin.expected / (37 * Math.exp(-36))).toBeCloseTo(1, 9);
  const { mean, uncertainty } = categoricalUncertaintyOfLogits([
    [900, 0],
    [0, 900],
  ]);
  expect([...mean]).toEqual([-Math.LN2, -Math.LN2]);
  expect(uncertainty.information).toBeCloseTo(Math.LN2, 12);
  expect(Number.isNaN(bernoulliUncertaintyOfLogits([[Number.NaN]]).predictive)).toBe(true);
});
