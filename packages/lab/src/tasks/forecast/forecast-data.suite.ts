/** For tests: small series with known shape. */
import { frequencyNamed } from '../../data/tables/frequency.ts';
import { type ForecastSettings, forecastDefaults } from './config.ts';
import type { ForecastData, ForecastSeries } from './data/types.ts';
import { partOrigins, periodsOf, trainingOrigins } from './periods.ts';
import { resolveSettings } from './settings.ts';

/** A series of these values. */
export const seriesOfValues = (id: string, values: ArrayLike<number>): ForecastSeries => ({
  id,
  values: Float64Array.from(values),
  truth: Float64Array.from(values),
  length: values.length,
  start: Date.UTC(2024, 0, 1),
  known: [],
  statics: [],
  line: 1,
});

/** Days with a week in them, a trend and waves of their own: `count` series of `length` steps. */
export function weeklySeries(count: number, length: number): ForecastSeries[] {
  return Array.from({ length: count }, (_, n) =>
    seriesOfValues(
      `s${n}`,
      Array.from({ length }, (_, t) => 20 + 5 * n + (t % 7) * (n + 1) + 3 * Math.sin((t * (n + 2)) / 5)),
    ),
  );
}

/** Daily data of these series with splits. */
export function dataOfSeries(
  series: ForecastSeries[],
  said: Partial<ForecastSettings> = {},
  windows: Partial<ReturnType<typeof forecastDefaults>['windows']> = {},
): ForecastData {
  const frequency = frequencyNamed('daily');
  const defaults = forecastDefaults();
  const settings = resolveSettings(
    { ...defaults.forecast, horizon: 4, ...said },
    { frequency, longest: Math.max(...series.map(({ length }) => length)), dated: true },
  );
  const periods = periodsOf(
    series.map(({ length }) => length),
    { ...defaults.windows, ...windows },
    settings,
  );
  const part = (name: 'test' | 'calibration' | 'valid') =>
    partOrigins(series, periods, settings.horizon, name);
  return {
    name: 'made',
    source: 'made',
    splits: {
      train: series.map((one, n) => ({ series: n, origin: trainingOrigins(one, periods, settings).last })),
      valid: part('valid'),
      test: part('test'),
    },
    calibration: part('calibration'),
    series,
    frequency,
    layout: { form: 'long', known: [], statics: [], frequency },
    settings,
    covariates: { known: [], statics: [] },
    periods,
    notes: [],
    sha256: '',
  };
}
