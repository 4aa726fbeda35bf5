import { NoiseStream } from 'lethe';
import { describe, expect, it } from 'vitest';
import { calibratedFigures, calibratedInterval, fitted, readContent } from './calibration.ts';
import { dataOfSeries, seriesOfValues } from './forecast-data.suite.ts';
import { type Forecast, percentLevels } from './forecasts.ts';
import { intervalFigures, ownInterval, truthOf } from './scores.ts';

const horizon = 4;

/** Noise of deviation 1, and from some step on of another. */
function noisySeries(length: number, deviation: (t: number) => number, seed = 1): Float64Array {
  const u = new NoiseStream(seed).uniforms({ site: 'sample' }, 2 * length);
  return Float64Array.from(
    { length },
    (_, t) => deviation(t) * Math.sqrt(-2 * Math.log(1 - u[2 * t])) * Math.cos(2 * Math.PI * u[2 * t + 1]),
  );
}

/** A model that is too sure of itself: percentiles of a uniform distribution from -.5 to .5. */
const sure = (origin: { series: number; origin: number }): Forecast => ({
  ...origin,
  mean: new Float64Array(horizon),
  percentiles: Float64Array.from({ length: horizon * 99 }, (_, i) => percentLevels[i % 99] - 0.5),
  spread: new Float64Array(horizon),
});

const windows = { test: 150, calibration: 150, valid: 1, stride: horizon };

describe('calibrated intervals', () => {
  const data = dataOfSeries(
    [
      seriesOfValues(
        'noise',
        noisySeries(1400, () => 1),
      ),
    ],
    { horizon },
    windows,
  );
  const truth = truthOf(data);
  const kept = data.calibration.map(sure);
  const content = fitted(
    kept,
    kept.map((one) => truth.target(one)),
  );
  const tested = data.splits.test.map(sure);

  it('hold nine in ten of what comes, where the model itself held a third', () => {
    const target = tested.map((one) => truth.target(one));
    const own = intervalFigures(target, tested.map(ownInterval), horizon);
    // P(|N(0, 1)| < .45)
    expect(own.coverage_90).toBeCloseTo(0.347, 1);
    const found = calibratedFigures(tested, truth, content);
    // Three deviations of the share over 600 values: .037.
    expect(Math.abs(found.coverage_90 - 0.9)).toBeLessThan(0.04);
    expect(Math.abs(found.joint_coverage_90 - 0.9)).toBeLessThan(0.075);
    expect(found.joint_width_90).toBeGreaterThan(found.width_90);
    // A half width of .45 is stretched to the 1.645 of the normal distribution.
    const { upper } = calibratedInterval(tested[0], content);
    for (const end of upper) expect(end).toBeGreaterThan(1.3);
    for (const end of upper) expect(end).toBeLessThan(2.2);
  });

  it('follow a stream that drifts, where fixed ones are left behind', () => {
    const drifting = dataOfSeries(
      [
        seriesOfValues(
          'drift',
          noisySeries(1400, (t) => (t < 800 ? 1 : 2)),
        ),
      ],
      { horizon },
      windows,
    );
    const own = truthOf(drifting);
    const found = calibratedFigures(drifting.splits.test.map(sure), own, content);
    expect(found.coverage_90).toBeLessThan(0.7);
    expect(found.adaptive_coverage_90).toBeGreaterThan(0.85);
  });

  it('adapt to what is known at an origin alone: the values before it, of its own series', () => {
    // A level by 500 scores moves with every value that it sees. Intervals of .45 on either side; windows of 4 from steps 10, 11 and 14.
    const even = { ...content, radius: [1, 1, 1, 1], scores: content.scores.map((_, i) => (i + 1) / 500) };
    const width = (far: readonly [series: number, t: number][], order = [0, 1, 2]): number => {
      const origins = [10, 11, 14].map((origin) => sure({ series: 0, origin }));
      const value = (series: number, t: number) => (far.some(([s, at]) => s === series && at === t) ? 9 : 0);
      const truth = {
        target: ({ series, origin }: Forecast) =>
          Float64Array.from({ length: horizon }, (_, h) => value(series, origin + h)),
      } as ReturnType<typeof truthOf>;
      const forecasts = [...order.map((n) => origins[n]), sure({ series: 1, origin: 10 })];
      return calibratedFigures(forecasts, truth, even).adaptive_width_90;
    };
    expect(content.scores).toHaveLength(500);
    const near = width([]);
    // The last origin is 14: what comes from there on is known to none.
    expect(
      width([
        [0, 14],
        [0, 17],
      ]),
    ).toBe(near);
    // Step 13 is known at 14, and step 10 at 11, which makes more of a difference.
    expect(width([[0, 13]])).toBeGreaterThan(near);
    expect(width([[0, 10]])).toBeGreaterThan(near);
    // Step 11 is not known at 11 yet, but at 14: there as much as 13, which both windows forecast.
    expect(width([[0, 11]])).toBe(width([[0, 12]]));
    expect(
      width([
        [1, 10],
        [1, 13],
      ]),
    ).toBe(near);
    // But for the order of a sum.
    expect(width([[0, 10]], [2, 0, 1])).toBeCloseTo(width([[0, 10]]), 12);
  });

  it('of counts stay finite where a model is sure of 0, and where it always is right', () => {
    const counts = (origin: number, upper: number): Forecast => ({
      ...{ series: 0, origin, mean: new Float64Array(horizon), spread: new Float64Array(horizon) },
      // Percentiles from 0 to `upper`, whole numbers as those of counts are.
      percentiles: Float64Array.from({ length: horizon * 99 }, (_, i) =>
        Math.round(percentLevels[i % 99] * upper),
      ),
    });
    // Every other series is nearly always 0 with a 1 in some windows; 20 of 200 would be one in ten.
    const both = Array.from({ length: 200 }, (_, n) => counts(n, n % 2 === 0 ? 0 : 40));
    const came = both.map((_, n) =>
      Float64Array.from({ length: horizon }, (_, h) =>
        n % 2 === 0 ? Number(n % 8 === 0 && h === 2) : 10 + (n % 20),
      ),
    );
    const { least, jointRadius } = fitted(both, came, 0.5);
    expect(least).toBe(0.5);
    // A 1 where 0 ± ½ was said has a score of 2; without a least width it is 1e12.
    expect(jointRadius).toBe(2);
    const { upper } = calibratedInterval(both[1], fitted(both, came, 0.5), true);
    // 20 ± 18 by the fifth and the ninety-fifth percentile of 0 to 40, stretched twice.
    expect(upper[0]).toBe(20 + 2 * 18);
    const right = fitted(
      both.filter((_, n) => n % 2 === 0),
      both.filter((_, n) => n % 2 === 0).map(() => new Float64Array(horizon)),
      0.5,
    );
    expect(right.radius).toEqual([0, 0, 0, 0]);
    expect(right.scores).toHaveLength(400);
    const truth = {
      target: ({ origin }: Forecast) => Float64Array.from({ length: horizon }, () => Number(origin === 0)),
    } as ReturnType<typeof truthOf>;
    const figures = calibratedFigures([counts(0, 0), counts(8, 0)], truth, right);
    expect(figures.adaptive_coverage_90).toBe(0.5);
  });

  it('ask for ten windows at least, and for those of this horizon', () => {
    expect(() =>
      fitted(
        kept.slice(0, 8),
        kept.slice(0, 8).map((one) => truth.target(one)),
      ),
    ).toThrow('expected at least 9 calibration windows with a value at every step, found fewer at step 1');
    expect(() => readContent(content, 5)).toThrow('calibration.json: expected radii of 5 steps');
    expect(readContent(JSON.parse(JSON.stringify(content)), horizon)).toEqual(content);
  });
});
