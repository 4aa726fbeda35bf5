/** Figures of forecasts whose truth is known, as the library scores them. */
import {
  crpsOfSamples,
  deciles,
  intervalScores,
  maseOfSeries,
  rmsse,
  smape,
  weightedQuantileLoss,
} from 'lethe';
import type { Metrics } from '../../runs/task.ts';
import type { ForecastData, Origin } from './data/types.ts';
import { type Forecast, quantileAt } from './forecasts.ts';

/** What is scored against. */
export interface Truth {
  /** [horizon] of a window, NaN where nothing is known */
  target(origin: Origin): Float64Array;
  /** what an error of 1 is as a scaled one: over the mean seasonal difference of everything before the origin; not finite where there is none */
  units(origin: Origin): { mase: number; rmsse: number };
}

/** The truth of a data set; gaps as its convention fills them. */
export function truthOf({ series, settings }: Pick<ForecastData, 'series' | 'settings'>): Truth {
  const { horizon, season } = settings;
  // Of long histories once, and not after every epoch.
  const known = new Map<string, { mase: number; rmsse: number }>();
  return {
    target: ({ series: n, origin }) =>
      Float64Array.from({ length: horizon }, (_, h) => series[n].truth[origin + h] ?? Number.NaN),
    units({ series: n, origin }) {
      const key = `${n} ${origin}`;
      const found = known.get(key) ?? unitsOf(series[n].truth.subarray(0, origin), season);
      known.set(key, found);
      return found;
    },
  };
}

/** An interval of nine in ten of every step of a window. */
export interface Interval {
  lower: Float64Array;
  upper: Float64Array;
}

/** The point forecast that absolute errors are of. */
export const medianOf = (forecast: Forecast): Float64Array =>
  forecast.mean.map((_, h) => quantileAt(forecast, h, 0.5));

/** The scaled error of one window; not finite where it has none. */
export function maseOfWindow(forecast: Forecast, truth: Truth): number {
  const median = medianOf(forecast);
  return meanOver(truth.target(forecast), (y, h) => Math.abs(y - median[h])) * truth.units(forecast).mase;
}

/** Between the fifth and the ninety-fifth percentile. */
export function ownInterval(forecast: Forecast): Interval {
  const ends = (level: number): Float64Array => forecast.mean.map((_, h) => quantileAt(forecast, h, level));
  return { lower: ends(0.05), upper: ends(0.95) };
}

/**
 * All figures. Windows whose scaled error is not defined (a history that never changes, no target) do not count for scaled errors; how many
 * did is `scored_windows`. Where that is none, scaled errors are those of differences of one: errors themselves.
 */
export function scoresOf(
  forecasts: readonly Forecast[],
  truth: Truth,
  intervals: readonly Interval[] = forecasts.map(ownInterval),
): Metrics {
  const target = forecasts.map((one) => truth.target(one));
  const horizon = target[0].length;
  return {
    ...pointScores(forecasts, target, truth),
    ...distributionScores(forecasts, target),
    ...intervalFigures(target, intervals, horizon),
  };
}

/** What a forecast without a distribution has: scaled errors, and the quantile loss of one value at all levels. */
export function pointFigures(forecasts: readonly Forecast[], truth: Truth): Metrics {
  const { mase, smape, rmsse, wql, crps } = scoresOf(forecasts, truth);
  const all = { mase, smape, rmsse, wql, crps };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Coverage and width of intervals, and of whole horizons. */
export function intervalFigures(
  target: readonly Float64Array[],
  intervals: readonly Interval[],
  horizon: number,
): Metrics {
  const flat = (rows: readonly Float64Array[]): Float64Array =>
    Float64Array.from(
      { length: rows.length * horizon },
      (_, n) => rows[Math.floor(n / horizon)][n % horizon],
    );
  const { coverage, width, jointCoverage } = intervalScores(
    flat(target),
    { lower: flat(intervals.map(({ lower }) => lower)), upper: flat(intervals.map(({ upper }) => upper)) },
    { horizon },
  );
  return { coverage_90: coverage, width_90: width, joint_coverage_90: jointCoverage };
}

/** Of every step of the horizon the share inside. */
export function coverageByStep(target: readonly Float64Array[], intervals: readonly Interval[]): number[] {
  return Array.from(target[0], (_, h) => {
    let [inside, count] = [0, 0];
    for (const [n, y] of target.entries()) {
      if (Number.isNaN(y[h])) continue;
      count++;
      if (y[h] >= intervals[n].lower[h] && y[h] <= intervals[n].upper[h]) inside++;
    }
    return inside / count;
  });
}

// --- internal ---

/** The scaled errors of an error of 1, by the library's own scores. */
function unitsOf(history: Float64Array, seasonality: number): { mase: number; rmsse: number } {
  const [one, zero] = [[[1]], [[0]]];
  const [mase] = maseOfSeries(one, zero, [history], { seasonality });
  return { mase, rmsse: Number.isFinite(mase) ? rmsse(one, zero, [history], { seasonality }) : Number.NaN };
}

function pointScores(forecasts: readonly Forecast[], target: readonly Float64Array[], truth: Truth): Metrics {
  const medians = forecasts.map(medianOf);
  const errors = forecasts.map((one, n) => ({
    absolute: meanOver(target[n], (y, h) => Math.abs(y - medians[n][h])),
    squared: meanOver(target[n], (y, h) => (y - one.mean[h]) ** 2),
    units: truth.units(one),
  }));
  const seen = errors.filter(({ absolute }) => Number.isFinite(absolute));
  const defined = seen.filter(({ units }) => Number.isFinite(units.mase));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  if (defined.length === 0) {
    return { mase: mean(seen.map(({ absolute }) => absolute)), scored_windows: 0 };
  }
  return {
    mase: mean(defined.map(({ absolute, units }) => absolute * units.mase)),
    smape: smape(target, medians),
    rmsse: mean(defined.map(({ squared, units }) => Math.sqrt(squared) * units.rmsse)),
    scored_windows: defined.length,
  };
}

/** The mean over the targets that are there. */
function meanOver(target: Float64Array, error: (y: number, h: number) => number): number {
  let [sum, count] = [0, 0];
  for (const [h, y] of target.entries()) {
    if (Number.isNaN(y)) continue;
    sum += error(y, h);
    count++;
  }
  return sum / count;
}

function distributionScores(forecasts: readonly Forecast[], target: readonly Float64Array[]): Metrics {
  const flat: number[] = [];
  const quantiles: number[][] = [];
  let [crps, count] = [0, 0];
  for (const [n, forecast] of forecasts.entries()) {
    for (const [h, y] of target[n].entries()) {
      if (Number.isNaN(y)) continue;
      flat.push(y);
      quantiles.push(deciles.map((level) => quantileAt(forecast, h, level)));
      crps += crpsOfSamples(y, forecast.percentiles.subarray(99 * h, 99 * h + 99));
      count++;
    }
  }
  return { wql: weightedQuantileLoss(flat, quantiles, deciles), crps: crps / count };
}
