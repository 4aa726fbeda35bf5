/**
 * Scores of point forecasts of N series over a horizon, in float64. Scaled errors divide by what the seasonal naive forecast
 * misses in a series' own history, so that series of any unit can be averaged (Hyndman and Koehler 2006).
 */
import { checkArray, checkWhole } from '../checks.ts';
import { DataError, ShapeError } from '../errors.ts';
import { checkNumbers, checkOptionNames } from '../options.ts';
import { checkLength, checkRows, checkSeriesValues, checkValues, mean, type Rows } from './arrays.ts';

/** Root of the mean squared error. @throws ConfigError or ShapeError for what are no finite numbers of one length */
export function rmse(target: ArrayLike<number>, forecast: ArrayLike<number>): number {
  checkPair('rmse', target, forecast);
  return Math.sqrt(mean(Float64Array.from(target, (y, n) => (y - forecast[n]) ** 2)));
}

/** Mean absolute error. @throws ConfigError or ShapeError for what are no finite numbers of one length */
export function mae(target: ArrayLike<number>, forecast: ArrayLike<number>): number {
  checkPair('mae', target, forecast);
  return mean(Float64Array.from(target, (y, n) => Math.abs(y - forecast[n])));
}

/**
 * Mean absolute difference of values m steps apart: what the seasonal naive forecast misses. Pairs with a missing value (NaN) do not count.
 * @param seasonality m; 1: the last value is the naive forecast
 * @returns NaN where no pair is complete
 */
export function seasonalDifference(history: ArrayLike<number>, seasonality: number): number {
  checkSeriesValues('seasonalDifference', 'history', history);
  return meanDifference('seasonalDifference', history, seasonality, Math.abs);
}

/**
 * Mean absolute scaled error: mean over series of mean |y - f| / {@link seasonalDifference} of its history.
 * @param target [N][horizon]; a missing value (NaN) is not scored
 * @param forecast [N][horizon]
 * @param history [N][any length], what was known before
 * @param options.seasonality m of the scale
 * @throws DataError naming a series whose history has no difference to divide by, or that has no target at all; ShapeError, ConfigError
 */
export function mase(
  target: Rows,
  forecast: Rows,
  history: Rows,
  options: { seasonality?: number } = {},
): number {
  return mean(maseOfSeries(target, forecast, history, options).map(checkScored('mase')));
}

/** {@link mase} of each series; Infinity or NaN where it is not defined. */
export function maseOfSeries(
  target: Rows,
  forecast: Rows,
  history: Rows,
  options: { seasonality?: number } = {},
): number[] {
  checkSeries('mase', target, forecast, history);
  const seasonality = seasonalityOf('mase', options);
  return target.map(
    (y, n) => meanError(y, forecast[n], Math.abs) / meanDifference('mase', history[n], seasonality, Math.abs),
  );
}

/**
 * Root mean squared scaled error: mean over series of sqrt(mean (y - f)² / mean (x_t - x_{t-m})²) (M5 competition).
 * Arguments and errors as of {@link mase}.
 */
export function rmsse(
  target: Rows,
  forecast: Rows,
  history: Rows,
  options: { seasonality?: number } = {},
): number {
  checkSeries('rmsse', target, forecast, history);
  const seasonality = seasonalityOf('rmsse', options);
  const scaled = target.map((y, n) =>
    Math.sqrt(meanError(y, forecast[n], square) / meanDifference('rmsse', history[n], seasonality, square)),
  );
  return mean(scaled.map(checkScored('rmsse')));
}

/**
 * Symmetric mean absolute percentage error, in percent: mean over all points of 200 |y - f| / (|y| + |f|), 0 where both are 0
 * (the M3 and M4 competitions). A missing target (NaN) is not scored.
 */
export function smape(target: Rows, forecast: Rows): number {
  checkSeries('smape', target, forecast);
  const errors = target.flatMap((y, n) =>
    Array.from(y, (value, t) => {
      const size = Math.abs(value) + Math.abs(forecast[n][t]);
      return size === 0 ? 0 : (200 * Math.abs(value - forecast[n][t])) / size;
    }),
  );
  return mean(errors.filter((error) => !Number.isNaN(error)));
}

// --- internal ---

const square = (difference: number) => difference * difference;

function seasonalityOf(where: string, options: { seasonality?: number }): number {
  checkOptionNames(where, options, ['seasonality']);
  return options.seasonality ?? 1;
}

function checkPair(where: string, target: ArrayLike<number>, forecast: ArrayLike<number>): void {
  checkNumbers(where, 'target', target);
  checkValues(where, 'target', target, target.length);
  checkValues(where, 'forecast', forecast, target.length);
  if (target.length === 0) throw new ShapeError(`${where}: expected at least one target, got none`);
}

function checkSeries(where: string, target: Rows, forecast: Rows, ...known: [] | [history: Rows]): void {
  checkRows(where, 'target', target);
  checkRows(where, 'forecast', forecast, target[0].length);
  checkLength(where, 'forecast', forecast.length, target.length);
  for (const [n, row] of target.entries()) checkSeriesValues(where, `target[${n}]`, row);
  for (const [n, row] of forecast.entries()) checkValues(where, `forecast[${n}]`, row, row.length);
  if (known.length === 0) return;
  const [history] = known;
  checkArray(where, 'history', history, 'series, each an array of numbers');
  checkLength(where, 'history', history.length, target.length);
  for (const [n, row] of history.entries()) checkSeriesValues(where, `history[${n}]`, row);
}

/** Refuses a series whose scaled error is no number. */
function checkScored(where: string) {
  return (scaled: number, n: number): number => {
    if (Number.isFinite(scaled)) return scaled;
    throw new DataError(
      `${where}: series ${n} has no scaled error: its history is constant, or too short for the seasonality, or its target is missing; leave it out and say so`,
    );
  };
}

/** Mean of the errors at observed targets. */
function meanError(y: ArrayLike<number>, f: ArrayLike<number>, size: (difference: number) => number): number {
  let [sum, count] = [0, 0];
  for (let t = 0; t < y.length; t++) {
    if (Number.isNaN(y[t])) continue;
    sum += size(y[t] - f[t]);
    count++;
  }
  return sum / count;
}

function meanDifference(
  where: string,
  x: ArrayLike<number>,
  m: number,
  size: (difference: number) => number,
): number {
  checkWhole(where, 'seasonality', m, 1);
  let [sum, count] = [0, 0];
  for (let t = m; t < x.length; t++) {
    const difference = x[t] - x[t - m];
    if (Number.isNaN(difference)) continue;
    sum += size(difference);
    count++;
  }
  return sum / count;
}
