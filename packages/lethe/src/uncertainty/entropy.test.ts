import { describe, expect, it } from 'vitest';
import { ConfigError, ShapeError } from '../errors.ts';
import {
  bernoulliEntropy,
  bernoulliLogEntropy,
  bernoulliMeanOfLogits,
  bernoulliUncertainty,
  bernoulliUncertaintyOfLogits,
  categoricalEntropy,
  categoricalUncertainty,
  categoricalUncertaintyOfLogits,
  meanPrediction,
} from './entropy.ts';

const logistic = (z: number) => 1 / (1 + Math.exp(-z));
/** H(p) = -p ln p - (1 - p) ln(1 - p) */
const coin = (p: number) => -p * Math.log(p) - (1 - p) * Math.log(1 - p);
const softmax = (z: number[]) => {
  const e = z.map(Math.exp);
  const sum = e.reduce((a, b) => a + b);
  return e.map((value) => value / sum);
};
const entropy = (p: number[]) => -p.reduce((sum, one) => sum + one * Math.log(one), 0);

describe('entropies', () => {
  it('are those of coins and dice, in nats', () => {
    expect(bernoulliEntropy(0.5)).toBeCloseTo(Math.LN2, 15);
    // H(1/4) = ln 4 - 3/4 ln 3
    expect(bernoulliEntropy(0.25)).toBeCloseTo(Math.log(4) - 0.75 * Math.log(3), 15);
    expect(bernoulliEntropy(0.75)).toBeCloseTo(bernoulliEntropy(0.25), 15);
    expect([bernoulliEntropy(0), bernoulliEntropy(1)].map(Math.abs)).toEqual([0, 0]);
    expect(categoricalEntropy(Array(6).fill(1 / 6))).toBeCloseTo(Math.log(6), 14);
    // 1/2, 1/4, 1/4: 3/2 ln 2
    expect(categoricalEntropy([0.5, 0.25, 0.25])).toBeCloseTo(1.5 * Math.LN2, 15);
  });

  it.each([-1.01e-6, 1 + 1.01e-6, 2, -1, Number.NaN, '0.5', undefined])(
    'refuse %s for a probability',
    (p) => {
      expect(() => bernoulliEntropy(p as number)).toThrow(ConfigError);
      for (const place of [0, 1, 2]) {
        const probabilities = [0.2, 0.3, 0.5];
        probabilities[place] = p as number;
        expect(() => categoricalEntropy(probabilities)).toThrow(ConfigError);
      }
    },
  );

  it('take what rounding of float32 leaves beside 0 and 1', () => {
    // A millionth is what a sum of some ten float32 numbers may be off by.
    for (const p of [-1e-6, 1 + 1e-6]) {
      expect(Math.abs(bernoulliEntropy(p))).toBeLessThan(2e-5);
      expect(Math.abs(categoricalEntropy([p, 1 - p]))).toBeLessThan(2e-5);
    }
  });
});

/** A mean prediction that is given, so that the draws themselves are checked. */
const certain = { logOne: new Float64Array(1), logZero: new Float64Array(1).fill(-1e9) };

describe('samples', () => {
  it.each([
    ['meanPrediction', meanPrediction],
    ['bernoulliUncertainty', bernoulliUncertainty],
    ['categoricalUncertainty', categoricalUncertainty],
    ['bernoulliMeanOfLogits', bernoulliMeanOfLogits],
    ['bernoulliUncertaintyOfLogits', (z: number[][]) => bernoulliUncertaintyOfLogits(z, certain)],
    ['categoricalUncertaintyOfLogits', categoricalUncertaintyOfLogits],
  ] as const)('of %s are at least one, all of one length, all numbers', (name, f) => {
    expect(() => f([])).toThrow(ShapeError);
    expect(() => f([])).toThrow(`${name}: expected at least one sample, got none`);
    expect(() => f([[0.5, 0.5], [0.5, 0.5], [0.5]])).toThrow(
      `${name}: expected samples[2] to have 2 elements, got 1`,
    );
    expect(() => f(undefined as never)).toThrow(ConfigError);
    expect(() => f([[0.5], ['x']] as never)).toThrow(ConfigError);
  });

  it('are averaged element by element', () => {
    const mean = meanPrediction([
      [0, 1, 0.5],
      [0.5, 0, 0.5],
      [1, 0.5, 0.2],
    ]);
    expect(mean).toHaveLength(3);
    for (const [k, expected] of [0.5, 0.5, 0.4].entries()) expect(mean[k]).toBeCloseTo(expected, 15);
  });
});

describe('the uncertainty of draws of logits', () => {
  // Neither symmetric about 0 nor about each other.
  const draws = [
    [1.5, -0.3],
    [-0.7, 2],
    [0.4, 0.9],
  ];

  it('of coins: H of the mean, the mean of H, and their difference', () => {
    const found = bernoulliUncertaintyOfLogits(draws);
    const p = draws.map((z) => z.map(logistic));
    const mean = [0, 1].map((k) => p.reduce((sum, row) => sum + row[k], 0) / 3);
    const expected = p.flat().reduce((sum, one) => sum + coin(one), 0) / 3;
    expect(found.predictive).toBeCloseTo(coin(mean[0]) + coin(mean[1]), 13);
    expect(found.expected).toBeCloseTo(expected, 13);
    expect(found.information).toBeCloseTo(found.predictive - found.expected, 13);
    expect(found.information).toBeGreaterThan(0.05);
    const plain = bernoulliUncertainty(p);
    for (const name of ['predictive', 'expected', 'information'] as const) {
      expect(plain[name]).toBeCloseTo(found[name], 13);
    }
  });

  it('of classes: the same of softmax', () => {
    const logits = draws.map(([a, b]) => [a, b, 0.1]);
    const { mean, uncertainty } = categoricalUncertaintyOfLogits(logits);
    const p = logits.map(softmax);
    const average = [0, 1, 2].map((k) => p.reduce((sum, row) => sum + row[k], 0) / 3);
    for (const [k, expected] of average.entries()) expect(Math.exp(mean[k])).toBeCloseTo(expected, 13);
    expect(uncertainty.predictive).toBeCloseTo(entropy(average), 13);
    expect(uncertainty.expected).toBeCloseTo(p.reduce((sum, one) => sum + entropy(one), 0) / 3, 13);
    expect(uncertainty.information).toBeCloseTo(uncertainty.predictive - uncertainty.expected, 13);
    const plain = categoricalUncertainty(p);
    expect(plain.predictive).toBeCloseTo(uncertainty.predictive, 13);
    expect(plain.expected).toBeCloseTo(uncertainty.expected, 13);
  });
});

it('of coins by logarithms are as many of a 1 as of a 0', () => {
  expect(() =>
    bernoulliLogEntropy({ logOne: Float64Array.of(-1, -2), logZero: Float64Array.of(-1) }),
  ).toThrow(ShapeError);
  expect(() => bernoulliLogEntropy(undefined as never)).toThrow(ConfigError);
});
