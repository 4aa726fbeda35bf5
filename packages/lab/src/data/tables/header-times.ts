/** Names of columns as points in time, where each row of a table is a series. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { numberFormats, timeFormats } from './dates.ts';
import { stepsBetween } from './frequency.ts';
import type { Frequency } from './series-types.ts';
import type { TimesSaid } from './time-axis.ts';
import type { Column, Table } from './types.ts';

/** When the columns of series in rows are: on dates, at counted steps, or in an order alone. */
export interface HeaderTimes {
  times?: Float64Array;
  format?: string;
  counts?: { first: number; by: number };
  /** what names that are numbers were taken for, and what else says */
  notes: string[];
}

/**
 * The dates that name columns, where all do; names that are numbers are years where they look so, unless it is said what they are.
 * @throws DataError for names that are no years although it is said, and where nothing says whether 01/02/2025 is in January or February
 */
export function headerTimes(
  table: Table,
  columns: readonly Column[],
  { dates }: TimesSaid = {},
): HeaderTimes {
  const names = columns.map(({ name }) => name.trim());
  const ascending = (times: Float64Array): boolean =>
    times.every((time, i) => time > (i === 0 ? Number.NEGATIVE_INFINITY : times[i - 1]));
  const numbers = Float64Array.from(names, (name) => (/^\d+$/.test(name) ? Number(name) : Number.NaN));
  if (ascending(numbers)) {
    const [years] = numberFormats;
    const times = numbers.map(years.parse);
    if (dates === 'years' || (dates !== 'counted' && ascending(times) && names.every(isLikeYear))) {
      const wrong = times.findIndex(Number.isNaN);
      if (wrong >= 0) throw noYears(table, names[wrong]);
      const notes = ['names of the columns are years (--dates counted: they count steps)'];
      return { times, format: years.name, notes: dates === 'years' ? [] : notes };
    }
    const by = numbers.length > 1 ? numbers[1] - numbers[0] : 1;
    const isRegular = numbers.every((n, i) => n === numbers[0] + i * by);
    return { ...(isRegular && { counts: { first: numbers[0], by } }), notes: [] };
  }
  if (dates === 'years') throw noYears(table, names.find((name) => !/^\d+$/.test(name)) ?? names[0]);
  const isOrder = dates === 'day-first' || dates === 'month-first';
  const found = timeFormats
    .filter(({ order }) => !order || !isOrder || order === dates)
    .map(({ parse, name, order }) => ({ name, order, times: Float64Array.from(names, parse) }))
    .filter(({ times }) => ascending(times));
  if (found.length === 0) return { notes: [] };
  const [first] = found;
  const other = found.find(
    ({ order, times }) => order !== first.order && times.some((t, i) => t !== first.times[i]),
  );
  if (other) {
    throw new DataError(
      `${table.where}: names of columns such as '${printable(names[0], 30)}' may have day or month first, and none tells; say which with --dates day-first or --dates month-first`,
    );
  }
  return { times: first.times, format: first.name, notes: [] };
}

/** The step of each column of values: dates that no column has are missing values. Throws DataError for a date on no step. */
export function headerSteps(
  table: Table,
  columns: readonly Column[],
  times: Float64Array | undefined,
  frequency: Frequency,
): Int32Array {
  if (!times || frequency.unit === 'none' || frequency.name === 'steps')
    return Int32Array.from(columns.keys());
  const steps = times.map((time) => stepsBetween(times[0], time, frequency));
  const wrong = steps.findIndex((step, i) => !Number.isInteger(step) || (i > 0 && step <= steps[i - 1]));
  if (wrong >= 0) {
    throw new DataError(
      `${table.where}: expected names of columns that are dates of a ${frequency.name} series (--frequency), found '${printable(columns[wrong].name, 40)}' behind '${printable(columns[Math.max(0, wrong - 1)].name, 40)}'; mend its date`,
    );
  }
  const last = steps[steps.length - 1];
  if (last > Math.max(1000, 10 * columns.length)) {
    throw new DataError(
      `${table.where}: expected columns without long gaps, found ${last + 1} steps from '${printable(columns[0].name, 40)}' to '${printable(columns[columns.length - 1].name, 40)}'; are their dates right?`,
    );
  }
  return Int32Array.from(steps);
}

// --- internal ---

const isLikeYear = (name: string): boolean => /^(1[5-9]|20|21)\d\d$/.test(name);

const noYears = (table: Table, name: string): DataError =>
  new DataError(
    `${table.where}: expected names of columns that are years such as 1990 (--dates years), found '${printable(name, 40)}'; leave --dates out, or say --dates counted`,
  );
