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
  /** everything before it */
  history(origin: Origin): Float64Array;
  season: number;
}

/** The truth of a data set; gaps as its convention fills them. */
export function truthOf({ series, settings }: Pick<ForecastData, 'series' | 'settings'>): Truth {
  const { horizon, season } = settings;
  return {
    season,
    target: ({ series: n, origin }) =>
      Float64Array.from({ length: horizon }, (_, h) => series[n].truth[origin + h] ?? Number.NaN),
    history: ({ series: n, origin }) => series[n].truth.subarray(0, origin),
  };
}

/** An interval of nine in ten of every step of a window. */
export interface Interval {
  lower: Float64Array;
  upper: Float64Array;
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

function pointScores(forecasts: readonly Forecast[], target: readonly Float64Array[], truth: Truth): Metrics {
  const medians = forecasts.map((one) => one.mean.map((_, h) => quantileAt(one, h, 0.5)));
  const means = forecasts.map(({ mean }) => mean);
  const histories = forecasts.map((one) => truth.history(one));
  const options = { seasonality: truth.season };
  const each = maseOfSeries(target, medians, histories, options);
  const defined = each.map((_, n) => n).filter((n) => Number.isFinite(each[n]));
  const of = <T>(rows: readonly T[]): T[] => defined.map((n) => rows[n]);
  if (defined.length === 0) {
    const errors = target.flatMap((y, n) => Array.from(y, (value, h) => Math.abs(value - medians[n][h])));
    const known = errors.filter((error) => !Number.isNaN(error));
    const mae = known.reduce((sum, error) => sum + error, 0) / Math.max(1, known.length);
    return { mase: mae, scored_windows: 0 };
  }
  return {
    mase: defined.reduce((sum, n) => sum + each[n], 0) / defined.length,
    smape: smape(of(target), of(medians)),
    rmsse: rmsse(of(target), of(means), of(histories), options),
    scored_windows: defined.length,
  };
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
