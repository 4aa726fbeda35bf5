/** Forecasts without learning: the last value, the value a season before, the mean of the last seasons. */
import type { ForecastData, ForecastSeries, Origin } from './data/types.ts';
import { type Forecast, percentLevels } from './forecasts.ts';
import { seasonalMeans } from './seasonal-means.ts';

/** A naive forecast, all its quantiles one value. */
export interface NaiveForecast {
  name: string;
  /** [horizon] of a window */
  of(origin: Origin): Float64Array;
}

/** The baselines of a data set; without a season the seasonal ones are left out. */
export function naiveForecasts({
  series,
  settings,
}: Pick<ForecastData, 'series' | 'settings'>): NaiveForecast[] {
  const { horizon, season, seasons } = settings;
  const means = new Map<ForecastSeries, Float64Array>();
  const meansOf = (one: ForecastSeries): Float64Array => {
    const known = means.get(one) ?? seasonalMeans(one.values, season, Math.max(2, seasons));
    means.set(one, known);
    return known;
  };
  const each = (f: (one: ForecastSeries, t: number, origin: number) => number) => (at: Origin) =>
    Float64Array.from({ length: horizon }, (_, h) => {
      const one = series[at.series];
      const value = f(one, at.origin + h, at.origin);
      return Number.isNaN(value) ? lastBefore(one, at.origin, 1) : value;
    });
  const phase = (t: number, origin: number): number => t - season * (Math.floor((t - origin) / season) + 1);
  const all: NaiveForecast[] = [
    { name: 'last value', of: each((one, _, origin) => lastBefore(one, origin, 1)) },
    { name: 'seasonal naive', of: each((one, t, origin) => lastBefore(one, phase(t, origin) + 1, season)) },
    { name: 'seasonal mean', of: each((one, t, origin) => meansOf(one)[phase(t, origin) + season]) },
  ];
  return season > 1 ? all : all.slice(0, 1);
}

/** A point forecast as any other: no spread at all. */
export function asForecast(origin: Origin, values: Float64Array): Forecast {
  const percentiles = new Float64Array(values.length * percentLevels.length);
  for (const [h, value] of values.entries()) percentiles.fill(value, 99 * h, 99 * h + 99);
  return { ...origin, mean: values, percentiles, spread: new Float64Array(values.length) };
}

// --- internal ---

/** The last observed value before `end`, in steps of `step`; 0 where there is none at all. */
function lastBefore({ values }: ForecastSeries, end: number, step: number): number {
  for (let t = end - 1; t >= 0; t -= step) if (!Number.isNaN(values[t])) return values[t];
  return step > 1 ? Number.NaN : 0;
}
