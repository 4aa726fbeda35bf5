import { deciles, mase, rmsse, weightedQuantileLoss } from 'lethe';
import { describe, expect, it } from 'vitest';
import { asForecast, naiveForecasts } from './baselines.ts';
import { dataOfSeries, seriesOfValues, weeklySeries } from './forecast-data.suite.ts';
import { coverageByStep, ownInterval, scoresOf, truthOf } from './scores.ts';

describe('scores of forecasts', () => {
  const data = dataOfSeries(weeklySeries(3, 120), {}, { test: 2 });
  const truth = truthOf(data);
  const [last, seasonal, mean] = naiveForecasts(data);

  it('are those of the library', () => {
    const origins = data.splits.test;
    const forecasts = origins.map((origin) => asForecast(origin, last.of(origin)));
    const found = scoresOf(forecasts, truth);
    const target = origins.map(truth.target);
    const history = origins.map(({ series, origin }) => data.series[series].values.subarray(0, origin));
    const point = forecasts.map((one) => one.mean);
    expect(found.mase).toBeCloseTo(mase(target, point, history, { seasonality: 7 }), 12);
    expect(found.rmsse).toBeCloseTo(rmsse(target, point, history, { seasonality: 7 }), 12);
    const flat = target.flatMap((row) => Array.from(row));
    const quantiles = point.flatMap((row) => Array.from(row, (value) => deciles.map(() => value)));
    expect(found.wql).toBeCloseTo(weightedQuantileLoss(flat, quantiles, deciles), 12);
    expect(found.scored_windows).toBe(6);
  });

  it('of naive forecasts: the last value, that of a season before, the mean of seasons', () => {
    const ramp = dataOfSeries(
      [
        seriesOfValues(
          'ramp',
          Array.from({ length: 60 }, (_, t) => t),
        ),
      ],
      { horizon: 9 },
    );
    const origin = { series: 0, origin: 30 };
    const of = (n: number): number[] => Array.from(naiveForecasts(ramp)[n].of(origin));
    expect(of(0)).toEqual(Array(9).fill(29));
    // Steps 30 to 38: those of 23 to 29, and again from 23.
    expect(of(1)).toEqual([23, 24, 25, 26, 27, 28, 29, 23, 24]);
    // The mean of 23, 16, 9 and 2.
    expect(of(2)[0]).toBe(12.5);
  });

  it('leave out windows without a scaled error, and say how many there were', () => {
    const flat = dataOfSeries(
      [...weeklySeries(1, 120), seriesOfValues('flat', Array(120).fill(3))],
      {},
      { test: 1 },
    );
    const forecasts = flat.splits.test.map((origin) =>
      asForecast(origin, seasonal.of({ ...origin, series: 0 })),
    );
    expect(scoresOf(forecasts, truthOf(flat)).scored_windows).toBe(1);
    // Alone, errors are in the units of the data.
    const alone = dataOfSeries([seriesOfValues('flat', Array(120).fill(3))], {}, { test: 1 });
    const [origin] = alone.splits.test;
    expect(scoresOf([asForecast(origin, Float64Array.of(3, 3, 5, 3))], truthOf(alone))).toMatchObject({
      mase: 0.5,
      scored_windows: 0,
    });
  });

  it('count the share inside for each step, where something came', () => {
    const target = [Float64Array.of(1, 2), Float64Array.of(5, Number.NaN)];
    const interval = { lower: Float64Array.of(0, 3), upper: Float64Array.of(2, 4) };
    expect(coverageByStep(target, [interval, interval])).toEqual([0.5, 0]);
    expect(
      ownInterval(asForecast({ series: 0, origin: 1 }, mean.of({ series: 0, origin: 50 }))).lower,
    ).toHaveLength(4);
  });
});
