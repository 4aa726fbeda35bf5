/** A column as points in time, or as numbers that only order. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { type Resolution, timeFormats, timesOfNumbers } from './dates.ts';
import { checkFinite } from './pick-columns.ts';
import { type Column, missing, present, type Table, unreadable } from './types.ts';

/** When each row is. */
export interface TimeAxis {
  column: Column;
  /** `calendar`: milliseconds since 1970 UTC; `number`: whatever the column counts */
  kind: 'calendar' | 'number';
  values: Float64Array;
  state: Uint8Array;
  /** how it is written */
  format: string;
  resolution?: Resolution;
}

/**
 * Reads a column as time: dates, numbers that are dates (years, 20251231, seconds since 1970), or numbers that count.
 * @throws DataError for words that are no dates, and where nothing says whether 01/02/2025 is in January or February
 */
export function timeAxis(table: Table, column: Column): TimeAxis {
  const name = printable(column.name, 60);
  if (column.ambiguous) {
    const example = column.words?.words[0] ?? '';
    throw new DataError(
      `${table.where}: dates in '${name}' such as ${printable(example, 30)} may have day or month first, and no row tells; say which with --dates day-first or --dates month-first`,
    );
  }
  const { times, numbers } = column;
  if (numbers) {
    checkFinite(table, column);
    const seen = numbers.values.filter((_, row) => numbers.state[row] === present);
    const format = timesOfNumbers(seen);
    if (!format && times) return { column, kind: 'calendar', ...times };
    if (!format)
      return { column, kind: 'number', values: numbers.values, state: numbers.state, format: 'numbers' };
    const values = numbers.values.map((value, row) =>
      numbers.state[row] === present ? format.parse(value) : 0,
    );
    return {
      column,
      kind: 'calendar',
      values,
      state: numbers.state,
      format: format.name,
      resolution: format.resolution,
    };
  }
  if (times) return { column, kind: 'calendar', ...times };
  throw noDates(table, column);
}

/** The error for a column that should hold dates and does not, with a cell that is none, or with two that are written differently. */
export function noDates(table: Table, column: Column): DataError {
  const name = printable(column.name, 60);
  const { codes = new Int32Array(0), words = [] } = column.words ?? {};
  const cellAt = (code: number): string =>
    `'${printable(words[code], 40)}' in line ${table.lines[codes.indexOf(code)]}`;
  const looked = words.slice(0, 1000);
  let best = { count: 0, isRead: [] as boolean[] };
  for (const { parse } of timeFormats) {
    const isRead = looked.map((word) => !Number.isNaN(parse(word)));
    const count = isRead.filter(Boolean).length;
    if (count > best.count) best = { count, isRead };
  }
  const wrong = looked.findIndex((_, code) => !best.isRead[code]);
  if (best.count > 0 && wrong >= 0) {
    return new DataError(
      `${table.where}: expected dates that are written alike in '${name}' (--time), found ${cellAt(best.isRead.indexOf(true))} and ${cellAt(wrong)}; write all in one way, or leave the column out with --ignore`,
    );
  }
  const found = words.length === 0 ? 'nothing' : cellAt(0);
  return new DataError(
    `${table.where}: expected dates in '${name}' (--time), such as 2025-12-31, 31.12.2025 or 12/31/2025, found ${found}; write them so, or leave the column out with --ignore`,
  );
}

/** A column that is called as nothing but dates are, and holds something else: rows would be taken in their order without a word. */
export function unreadDates(columns: readonly Column[]): Column | undefined {
  return columns.find(
    ({ name, kind }) =>
      (kind === 'category' || kind === 'id' || kind === 'text') &&
      datesAlone.includes(name.trim().toLowerCase()),
  );
}

const datesAlone = ['ds', 'timestamp', 'datetime', 'date', 'time', 'datum', 'zeit', 'zeitpunkt', 'fecha'];

/** What is to be said of a column of times, in clauses. */
export function timeNotes({ column }: TimeAxis): string[] {
  return column.times?.isZoned
    ? [`times in '${printable(column.name, 40)}' say their zone and are taken, and written, as those of UTC`]
    : [];
}

/** Why a row has no time; undefined where it has one. */
export function noTime(axis: TimeAxis, row: number): string | undefined {
  const state = axis.state[row];
  const name = printable(axis.column.name, 40);
  if (state === missing) return `no date in '${name}'`;
  if (state !== unreadable) return undefined;
  const cell = axis.column.unreadable.find((one) => one.row === row)?.cell;
  const found = cell === undefined ? 'something else' : `'${printable(cell, 40)}'`;
  return `expected a date such as ${axis.format} in '${name}', found ${found}`;
}
