/**
 * Splits by time. From the end of every series: the test, windows kept for calibration, windows of validation; what lies before is
 * training. No value of a later part is a target of an earlier one, so that neither scaling, early stopping nor calibration sees the test.
 */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { checkedShare } from '../../data/tables/unusable.ts';
import type { ForecastConfig } from './config.ts';
import type { ForecastSeries, Origin, Part, Periods } from './data/types.ts';

/** Steps that the windows of a part cover. */
export const lengthOf = ({ count, stride }: Part, horizon: number): number =>
  count === 0 ? 0 : horizon + (count - 1) * stride;

/**
 * How many windows each part has: enough of them over all series to tell a share of nine in ten (100 for calibration, 60 for validation, 20
 * for the test), as far as a fifth or a tenth of the series allows, one at least; their origins a horizon apart, or closer. Series share
 * their dates, and with them what happened there: calibration has eight origins of each at least, where there is room.
 */
export function periodsOf(
  lengths: readonly number[],
  windows: ForecastConfig['windows'],
  { horizon, season }: { horizon: number; season: number },
): Periods {
  const sorted = [...lengths].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  const part = (said: number | 'auto', wanted: number, share: number, least = 1): Part => {
    const budget = Math.floor(share * middle);
    const count = said === 'auto' ? Math.max(least, Math.ceil(wanted / lengths.length)) : said;
    const fitting = Math.floor((budget - horizon) / Math.max(1, count - 1));
    const stride = windows.stride === 'auto' ? Math.max(1, Math.min(horizon, fitting)) : windows.stride;
    const room = 1 + Math.max(0, Math.floor((budget - horizon) / stride));
    return { count: said === 'auto' ? Math.min(count, room) : count, stride };
  };
  const test = part(windows.test, 20, 0.1);
  const calibration = part(windows.calibration, 100, 0.2, 8);
  const valid = part(windows.valid, 60, 0.1);
  // What is said to be tested is tested as backtests are: a horizon apart.
  if (windows.stride === 'auto' && windows.test !== 'auto') test.stride = horizon;
  const kept = [test, calibration, valid].reduce((sum, one) => sum + lengthOf(one, horizon), 0);
  return { test, calibration, valid, kept, history: Math.max(season, 2) };
}

/** The origins of a series by part. `end` is where its data end, for the test. */
export function originsOf(
  length: number,
  { test, calibration, valid }: Periods,
  horizon: number,
): Record<'test' | 'calibration' | 'valid', number[]> & { trainEnd: number } {
  let end = length;
  const take = (part: Part): number[] => {
    const origins = Array.from(
      { length: part.count },
      (_, i) => end - horizon - (part.count - 1 - i) * part.stride,
    );
    end -= lengthOf(part, horizon);
    return origins;
  };
  return { test: take(test), calibration: take(calibration), valid: take(valid), trainEnd: end };
}

/**
 * The series that are long enough: a window of training has its history and a horizon before everything that is kept.
 * @returns those, and a clause about the others
 * @throws DataError where too many, or all, are too short
 */
export function longEnough(
  where: string,
  series: readonly ForecastSeries[],
  { kept, history }: Periods,
  horizon: number,
  maxBad?: number,
): { series: ForecastSeries[]; note?: string } {
  const needed = kept + history + horizon;
  const short = series.filter(({ length }) => length < needed);
  if (short.length === 0) return { series: [...series] };
  const share = checkedShare(maxBad);
  const names = short
    .slice(0, 3)
    .map(
      ({ id, length, line }) =>
        `${id === '' ? 'the series' : `'${printable(id, 40)}'`} of ${length} (line ${line})`,
    )
    .join(', ');
  const which = `${names}${short.length > 3 ? `, and ${short.length - 3} more` : ''}`;
  const needs = `${needed} steps: ${history} of history and a horizon of ${horizon} to train on, ${kept} kept for validation, calibration and test`;
  if (short.length === series.length || short.length > Math.max(1, share * series.length)) {
    throw new DataError(
      `${where}: expected series of at least ${needs}; found ${which}; shorten the horizon (--horizon), keep fewer windows (--set windows.calibration=1), or give longer series`,
    );
  }
  return {
    series: series.filter(({ length }) => length >= needed),
    note: `${short.length} of ${series.length} series are shorter than ${needs}, and left out: ${which}`,
  };
}

/**
 * Throws DataError for a part that has no value in any series to be learned from, chosen by or scored: of series that ended long before
 * their last step, or began late.
 */
export function requireValues(
  where: string,
  series: readonly ForecastSeries[],
  periods: Periods,
  at: { horizon: number; context: number },
): void {
  const { horizon } = at;
  const isSeen = (values: Float64Array, from: number, to: number): boolean =>
    values.subarray(from, to).some((y) => !Number.isNaN(y));
  const parts = {
    training: series.some((one) => {
      const { first, last } = trainingOrigins(one, periods, at);
      return isSeen(one.values, first, last + horizon);
    }),
    validation: partOrigins(series, periods, horizon, 'valid').some(({ series: n, origin }) =>
      isSeen(series[n].truth, origin, origin + horizon),
    ),
    test: partOrigins(series, periods, horizon, 'test').some(({ series: n, origin }) =>
      isSeen(series[n].truth, origin, origin + horizon),
    ),
  };
  const empty = Object.entries(parts).find(([, hasValues]) => !hasValues)?.[0];
  if (empty === undefined) return;
  throw new DataError(
    `${where}: expected values in the steps of ${empty}, found every one missing, in all series; parts are cut from the end of each series (test, calibration, validation, training before): cut off steps at its end that have no value, or keep fewer (--test-windows, --set windows.calibration=N)`,
  );
}

/** All windows whose targets are training's, by series: from the first origin with a context, or with what history there is. */
export function trainingOrigins(
  { length }: { length: number },
  periods: Periods,
  { horizon, context }: { horizon: number; context: number },
): { first: number; last: number } {
  const { trainEnd } = originsOf(length, periods, horizon);
  const last = trainEnd - horizon;
  return { first: Math.max(periods.history, Math.min(context, last)), last };
}

/** The origins of all series of a part. */
export function partOrigins(
  series: readonly { length: number }[],
  periods: Periods,
  horizon: number,
  part: 'test' | 'calibration' | 'valid',
): Origin[] {
  return series.flatMap(({ length }, n) =>
    originsOf(length, periods, horizon)[part].map((origin) => ({ series: n, origin })),
  );
}
