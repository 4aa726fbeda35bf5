import { describe, expect, it } from 'vitest';
import {
  accuracy,
  brierScore,
  categoricalNll,
  confusionMatrix,
  expectedCalibrationError,
  macroF1,
  reliabilityBins,
  riskCoverage,
} from './classification.ts';

// Four examples of three classes; the most probable ones are 0, 1, 1, 2, so that the third alone is wrong.
const probabilities = [
  [0.7, 0.2, 0.1],
  [0.3, 0.6, 0.1],
  [0, 0.9, 0.1],
  [0.25, 0.25, 0.5],
];
const target = [0, 1, 2, 2];

describe('scores of a classification', () => {
  it('count what is right', () => {
    expect(accuracy(probabilities, target)).toBe(0.75);
    expect(confusionMatrix(probabilities, target)).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 1, 1],
    ]);
    // F1 = 2 tp / (2 tp + fp + fn): 1, 2/3, 2/3.
    expect(macroF1(probabilities, target)).toBeCloseTo((1 + 2 / 3 + 2 / 3) / 3, 15);
  });

  it('count the first of equally probable classes', () => {
    expect(accuracy([[0.5, 0.5]], [0])).toBe(1);
    expect(accuracy([[0.5, 0.5]], [1])).toBe(0);
  });

  it('count a class that neither occurs nor is predicted as 0 in the mean of F1', () => {
    expect(macroF1([[1, 0, 0]], [0])).toBeCloseTo(1 / 3, 15);
  });

  it('are the negative logarithm and the squared distance', () => {
    const nll = -(Math.log(0.7) + Math.log(0.6) + Math.log(0.1) + Math.log(0.5)) / 4;
    expect(categoricalNll(probabilities, target)).toBeCloseTo(nll, 15);
    const brier = (0.09 + 0.04 + 0.01 + (0.09 + 0.16 + 0.01) + (0 + 0.81 + 0.81) + (0.0625 * 2 + 0.25)) / 4;
    expect(brierScore(probabilities, target)).toBeCloseTo(brier, 15);
  });

  it('are infinite where what happened could not', () => {
    expect(categoricalNll([[1, 0]], [1])).toBe(Infinity);
  });

  it('are infinite where rounding left less than nothing to what happened', () => {
    expect(categoricalNll([[1.00005, -0.00005]], [1])).toBe(Infinity);
  });

  it('compare confidence with accuracy in bins, the surplus in the first ones', () => {
    // Sorted by confidence: .5 right, .6 right | .7 right | .9 wrong.
    const bins = reliabilityBins(probabilities, target, { bins: 3 });
    expect(bins.map(({ count }) => count)).toEqual([2, 1, 1]);
    expect(bins[0].confidence).toBeCloseTo(0.55, 15);
    expect(bins.map(({ accuracy }) => accuracy)).toEqual([1, 1, 0]);
    expect(expectedCalibrationError(probabilities, target, { bins: 3 })).toBeCloseTo(
      0.5 * 0.45 + 0.25 * 0.3 + 0.25 * 0.9,
      15,
    );
  });

  it('bin equally sure examples alike, in whatever order they come', () => {
    // A majority class that six of ten examples have: as sure as right, .6, and two bins of each five.
    const constant = Array.from({ length: 10 }, () => [0.6, 0.4]);
    for (const labels of [
      [0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
      [1, 1, 0, 0, 1, 0, 0, 1, 0, 0],
    ]) {
      expect(expectedCalibrationError(constant, labels, { bins: 2 })).toBeCloseTo(0, 15);
      expect(expectedCalibrationError(constant, labels, { bins: 3 })).toBeCloseTo(0, 15);
    }
    // Two ties, of which the cut of two bins parts the second: [.5, .5, .9 | .9, .9], of the .9 two thirds right.
    const two = [
      [0.5, 0.5],
      [0.9, 0.1],
      [0.9, 0.1],
      [0.5, 0.5],
      [0.9, 0.1],
    ];
    for (const labels of [
      [0, 0, 0, 1, 1],
      [0, 1, 0, 1, 0],
    ]) {
      const bins = reliabilityBins(two, labels, { bins: 2 });
      expect(bins.map(({ count }) => count)).toEqual([3, 2]);
      expect(bins[0].accuracy).toBeCloseTo((1 + 2 / 3) / 3, 15);
      expect(bins[1].accuracy).toBeCloseTo(2 / 3, 15);
    }
  });

  it('put a confidence of 1 into the last bin of equal width, and leave empty ones without a figure', () => {
    const bins = reliabilityBins([[1, 0]], [0], { binning: 'equal-width', bins: 2 });
    expect(bins.map(({ count }) => count)).toEqual([0, 1]);
    expect(bins[0].confidence).toBeNaN();
  });

  it('put a confidence at the lower end of a bin into that bin, whatever the product rounds to', () => {
    // .29 · 100 is 28.999999999999996, and .29 is 29/100: bin 29, [.29, .30).
    for (const [confidence, bins, k] of [
      [0.29, 100, 29],
      [0.57, 100, 57],
      [0.3, 10, 3],
    ]) {
      // Four classes, so that .29 is the largest probability.
      const rest = (1 - confidence) / 3;
      const counts = reliabilityBins([[confidence, rest, rest, rest]], [0], { binning: 'equal-width', bins });
      expect(counts.findIndex(({ count }) => count === 1)).toBe(k);
    }
  });

  it('answer the surest first', () => {
    // Surest first: .9 wrong, .7, .6, .5 right.
    const { risk, aurc, oracle } = riskCoverage(probabilities, target);
    expect(Array.from(risk)).toEqual([1, 1 / 2, 1 / 3, 1 / 4]);
    expect(aurc).toBeCloseTo((1 + 1 / 2 + 1 / 3 + 1 / 4) / 4, 15);
    expect(oracle).toBeCloseTo(1 / 16, 15);
    // Told that the third is the least sure.
    expect(riskCoverage(probabilities, target, [0, 0, 1, 0]).aurc).toBe(oracle);
  });

  it('has no favourites among those that are equally sure, in whatever order they come', () => {
    // One of three that are equally sure is wrong: a third of an error each, and then two that are right.
    const five = [...Array(5)].map(() => [0.5, 0.5]);
    const unsure = [1, 1, 1, 2, 2];
    for (const wrong of [0, 1, 2]) {
      const labels = five.map((_, n) => (n === wrong ? 1 : 0));
      const { risk } = riskCoverage(five, labels, unsure);
      for (const [k, expected] of [1 / 3, 1 / 3, 1 / 3, 1 / 4, 1 / 5].entries())
        expect(risk[k]).toBeCloseTo(expected, 15);
    }
    // A model that knows nothing has the same error rate at every coverage, though its examples are sorted by class.
    const sorted = Int32Array.of(0, 0, 0, 1, 1);
    expect(riskCoverage(five, sorted).aurc).toBeCloseTo(2 / 5, 15);
  });

  it('refuse an uncertainty that has no place in an order', () => {
    expect(() => riskCoverage(probabilities, target, [0, Number.NaN, 1, 0])).toThrow(
      /uncertainty to be numbers that can be compared, got NaN at element 1/,
    );
    expect(riskCoverage(probabilities, target, [0, 0, Infinity, -Infinity]).aurc).toBeCloseTo(1 / 16, 15);
  });

  it('refuse logits, classes that are not there and missing ones', () => {
    expect(() => accuracy([[2, -1]], [0])).toThrow(
      /from 0 to 1, got 2 at row 0, class 0; give probabilities/,
    );
    expect(() => accuracy([[0.4, 0.4]], [0])).toThrow(/the sum 1, got 0.8 at row 0/);
    expect(() => accuracy([[Number.NaN, 1]], [0])).toThrow(/got NaN/);
    expect(() => accuracy(probabilities, [0, 1, 2, 3])).toThrow(/from 0 to 2, got 3 at element 3/);
    expect(() => accuracy(probabilities, [0, 1])).toThrow(/expected 4 elements in target, got 2/);
    expect(() => accuracy([], [])).toThrow(/at least one row/);
  });
});
