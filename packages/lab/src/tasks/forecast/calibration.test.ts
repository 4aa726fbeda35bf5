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
