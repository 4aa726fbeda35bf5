import { describe, expect, it } from 'vitest';
import { NoiseStream } from '../random/stream.ts';
import { mae, mase, maseOfSeries, rmse, rmsse, seasonalDifference, smape } from './point-forecast.ts';
import {
  crpsOfGaussian,
  crpsOfSamples,
  gaussianLogScore,
  intervalScores,
  sampleQuantiles,
  weightedQuantileLoss,
} from './probabilistic-forecast.ts';

describe('scores of point forecasts', () => {
  it('are the mean absolute and the root mean squared error', () => {
    expect(mae([1, 2, 3], [1, 4, 2])).toBe(1);
    expect(rmse([1, 2, 3], [1, 4, 2])).toBeCloseTo(Math.sqrt(5 / 3), 15);
  });

  it('divide by what the seasonal naive forecast misses in the history', () => {
    // Differences two apart: 2, 2, 3. Errors 1, 3.
    expect(seasonalDifference([0, 1, 2, 3, 5], 2)).toBeCloseTo(7 / 3, 15);
    expect(mase([[6, 8]], [[5, 5]], [[0, 1, 2, 3, 5]], { seasonality: 2 })).toBeCloseTo(2 / (7 / 3), 15);
    expect(rmsse([[6, 8]], [[5, 5]], [[0, 1, 2, 3, 5]], { seasonality: 2 })).toBeCloseTo(
      Math.sqrt(5 / (17 / 3)),
      15,
    );
  });

  it('leave out what is missing, in the history and in the target', () => {
    const nan = Number.NaN;
    expect(seasonalDifference([0, nan, 2, 3], 1)).toBe(1);
    expect(mase([[nan, 8]], [[5, 5]], [[0, 1, nan, 3, 5]])).toBeCloseTo(3 / 1.5, 15);
    expect(smape([[nan, 3]], [[1, 1]])).toBe(100);
  });

  it('say which series has no scale, and leave it to the caller', () => {
    const history = [
      [1, 2, 4],
      [7, 7, 7],
    ];
    expect(() => mase([[1], [2]], [[1], [1]], history)).toThrow(
      /series 1 has no scaled error: its history is constant/,
    );
    expect(maseOfSeries([[1], [2]], [[1], [1]], history)).toEqual([0, Infinity]);
    expect(maseOfSeries([[1]], [[1]], [[3]])).toEqual([Number.NaN]);
  });

  it('count an error of nothing as 0 percent', () => {
    expect(smape([[0, 2]], [[0, 0]])).toBe(100);
  });

  it('refuse values of a series that are infinite, by whose size every error would be 0', () => {
    const nan = Number.NaN;
    for (const score of [mase, maseOfSeries, rmsse]) {
      expect(() => score([[1, 2]], [[1, 3]], [[1, nan, Infinity, 4]])).toThrow(
        /history\[0\] to be finite, or NaN where a value is missing, got Infinity at step 2/,
      );
      expect(() => score([[nan, -Infinity]], [[1, 3]], [[1, 2]])).toThrow(
        /target\[0\] to be finite, .*got -Infinity at step 1/,
      );
    }
    expect(() => smape([[1, Infinity]], [[1, 3]])).toThrow(/target\[0\] to be finite/);
    expect(() => seasonalDifference([1, Infinity], 1)).toThrow(/history to be finite/);
  });

  it('refuse forecasts that are no numbers', () => {
    expect(() => smape([[1]], [[Number.NaN]])).toThrow(/forecast\[0\] to be finite, got NaN/);
    expect(() => mae([Number.NaN], [1])).toThrow(/leave out what was not observed/);
  });
});

describe('scores of distributions', () => {
  it('find quantiles between two draws on the line through both', () => {
    expect(sampleQuantiles([4, 1, 2, 3], [0, 0.5, 1, 0.25])).toEqual([1, 2.5, 4, 1.75]);
  });

  it('weigh the pinball loss by the size of the targets', () => {
    // q = .5: pinball 1 and .5; 2 · 1.5 / (2 + 4).
    expect(weightedQuantileLoss([2, -4], [[0], [-5]], [0.5])).toBeCloseTo(0.5, 15);
    expect(weightedQuantileLoss([2, Number.NaN], [[0], [9]], [0.5])).toBeCloseTo(1, 15);
  });

  it('are the CRPS of all pairs of draws', () => {
    const draws = [0.3, -1.2, 2.5, 0.3, 0.9];
    const y = 0.7;
    let [distance, spread] = [0, 0];
    for (const a of draws) {
      distance += Math.abs(a - y) / 5;
      for (const b of draws) spread += Math.abs(a - b) / 25;
    }
    expect(crpsOfSamples(y, draws)).toBeCloseTo(distance - spread / 2, 14);
  });

  it('keep the digits of the CRPS where draws lie far from 0', () => {
    // A shift by a power of two changes neither differences nor, so, the score.
    const draws = [0.25, -1.5, 2.5, 0.25, 1];
    expect(
      crpsOfSamples(
        0.75 + 2 ** 40,
        draws.map((x) => x + 2 ** 40),
      ),
    ).toBe(crpsOfSamples(0.75, draws));
  });

  it('agree between a Gaussian in closed form and many draws of it', () => {
    const draws = new NoiseStream(5).normals({ site: 'sample' }, 40_000);
    const many = Float64Array.from(draws, (z) => 1 + 2 * z);
    // The error of 40,000 draws is some 2/sqrt(40000).
    expect(crpsOfSamples(2, many)).toBeCloseTo(crpsOfGaussian(2, 1, 2), 1.7);
  });

  it('are the CRPS of a standard Gaussian at its mean: (√2 - 1)/√π', () => {
    expect(crpsOfGaussian(0, 0, 1)).toBeCloseTo((Math.SQRT2 - 1) / Math.sqrt(Math.PI), 14);
    expect(gaussianLogScore(3, 1, 2)).toBeCloseTo(0.5 + Math.log(2) + Math.log(2 * Math.PI) / 2, 14);
  });

  it('tell the share of values from the share of whole series inside', () => {
    const scores = intervalScores([1, 2, 3, 9], { lower: [0, 2, 0, 0], upper: [1, 3, 4, 4] }, { horizon: 2 });
    expect(scores).toEqual({ coverage: 0.75, width: 2.5, jointCoverage: 0.5 });
    const missing = intervalScores(
      [1, Number.NaN, Number.NaN, Number.NaN],
      { lower: [0, 0, 0, 0], upper: [2, 2, 2, 2] },
      { horizon: 2 },
    );
    expect(missing).toEqual({ coverage: 1, width: 2, jointCoverage: 1 });
    // A series without any value is neither inside nor outside.
    const none = intervalScores(
      [9, 1, Number.NaN, Number.NaN],
      { lower: [0, 0, 0, 0], upper: [2, 2, 2, 2] },
      { horizon: 2 },
    );
    expect(none).toEqual({ coverage: 0.5, width: 2, jointCoverage: 0 });
    expect(() => intervalScores([1, 2, 3], { lower: [0, 0, 0], upper: [1, 1, 1] }, { horizon: 2 })).toThrow(
      /divides the 3 targets/,
    );
  });

  it('refuse an interval without an end, unless nothing was observed', () => {
    const ends = { lower: [0, Number.NaN], upper: [1, 1] };
    expect(() => intervalScores([1, 2], ends)).toThrow(/two ends of an interval .* got NaN at element 1/);
    expect(intervalScores([1, Number.NaN], ends).coverage).toBe(1);
  });
});
