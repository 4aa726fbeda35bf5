/** A column as points in time, or as numbers that only order. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import {
  date,
  numberFormats,
  type Resolution,
  type TimesOfNumbers,
  timeFormats,
  timesOfNumbers,
} from './dates.ts';
import { saysTime } from './names.ts';
import { checkFinite } from './pick-columns.ts';
import type { GridSource } from './series-grid.ts';
import { type Column, missing, present, type Table, type TableOptions, unreadable } from './types.ts';

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
  /** of numbers: what they were taken for, and what else says, for people */
  decided?: string;
}

/** What is known of the numbers of a column of times. */
export interface TimesSaid {
  dates?: TableOptions['dates'];
  /** how another file writes them */
  format?: string;
}

/**
 * Reads a column as time: dates, numbers that are dates (years, 20251231, seconds since 1970), or numbers that count. What numbers are is
 * said, or as in another file, or told by the name of the column together with all its values.
 * @throws DataError for words that are no dates, for numbers that are not what was said, and where nothing says whether 01/02/2025 is in
 * January or February
 */
export function timeAxis(table: Table, column: Column, said: TimesSaid = {}): TimeAxis {
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
    if (times && said.dates !== 'counted') return { column, kind: 'calendar', ...times };
    const { format, decided } = formatOfNumbers(table, column, said);
    const { state } = numbers;
    if (!format) return { column, kind: 'number', values: numbers.values, state, format: counted, decided };
    const values = numbers.values.map((value, row) => (state[row] === present ? format.parse(value) : 0));
    const readable = state.map((one, row) => (Number.isNaN(values[row]) ? unreadable : one));
    const { name: written, resolution } = format;
    return { column, kind: 'calendar', values, state: readable, format: written, resolution, decided };
  }
  if (times) return { column, kind: 'calendar', ...times };
  throw noDates(table, column);
}

/** The format of numbers that are no dates. */
const counted = 'numbers';

/** What the numbers of a column are: dates of a format, or, without one, counts. */
function formatOfNumbers(
  table: Table,
  column: Column,
  { dates, format }: TimesSaid,
): { format?: TimesOfNumbers; decided?: string } {
  const { values, state } = column.numbers!;
  const name = printable(column.name, 40);
  const seen = values.filter((_, row) => state[row] === present);
  if (dates === 'years') {
    const years = numberFormats[0];
    const wrong = values.findIndex(
      (value, row) => state[row] === present && Number.isNaN(years.parse(value)),
    );
    if (wrong < 0) return { format: years };
    throw new DataError(
      `${table.where}: expected years such as 1990 in '${name}' (--dates years), found ${values[wrong]} in line ${table.lines[wrong]}; leave --dates out, or say --dates counted`,
    );
  }
  if (dates === 'counted') return {};
  if (format !== undefined) return { format: numberFormats.find((one) => one.name === format) };
  const lower = column.name.trim().toLowerCase();
  const found = timesOfNumbers(
    seen,
    numberFormats.filter(({ suits }) => suits(lower)),
  );
  if (found)
    return {
      format: found,
      decided: `numbers in '${name}' are ${found.words} (--dates counted: they count steps)`,
    };
  const other = seen.length > 0 ? timesOfNumbers(seen) : undefined;
  if (!other) return {};
  const advice = other === numberFormats[0] ? '--dates years' : 'as dates: write 2025-12-31';
  return { decided: `numbers in '${name}' count steps and are no ${other.words} (${advice})` };
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

/**
 * Columns of numbers that are dates: a word of their name says so (`ts`, `event_time`, `createdAt`, `order_date`), and all values are days
 * such as 20251231, months or weeks from 1900 on, or times since 1970 from 2000 to 2040. Years count as often as they date, and are none.
 */
export function datesOfNumbers(columns: readonly Column[]): Column[] {
  return columns.filter(({ name, kind, numbers }) => {
    if (kind !== 'number' || !numbers || !saysTime(name)) return false;
    const seen = numbers.values.filter((_, row) => numbers.state[row] === present);
    const lower = name.trim().toLowerCase();
    const format = timesOfNumbers(
      seen,
      numberFormats.filter(({ suits, resolution }) => resolution !== 'year' && suits(lower)),
    );
    if (!format) return false;
    const [first, last] = format.resolution === 'time' ? [2000, 2040] : [1900, 2100];
    return seen.every((value) => {
      const time = format.parse(value);
      return time >= date(first, 1, 1) && time < date(last, 1, 1);
    });
  });
}

/** Columns of numbers that are no dates: what can be a series or a feature. */
export function countsOf(columns: readonly Column[]): Column[] {
  const dates = datesOfNumbers(columns);
  return columns.filter((column) => column.numbers && column.kind === 'number' && !dates.includes(column));
}

const datesAlone = ['ds', 'timestamp', 'datetime', 'date', 'time', 'datum', 'zeit', 'zeitpunkt', 'fecha'];

/** The axis as what a grid is made of. */
export function gridTime(axis: TimeAxis): NonNullable<GridSource['time']> {
  const { kind, values, column, resolution } = axis;
  // Numbers since 1970 are those of UTC.
  const isClock = resolution === 'time' && !column.numbers && !column.times?.isZoned;
  return { kind, values, name: column.name, isClock };
}

/** What is to be said of a column of times, in clauses. */
export function timeNotes({ column, decided }: TimeAxis): string[] {
  return [
    ...(decided === undefined ? [] : [decided]),
    ...(column.times?.isZoned
      ? [
          `times in '${printable(column.name, 40)}' say their zone and are taken, and written, as those of UTC`,
        ]
      : []),
  ];
}

/** Why a row has no time; undefined where it has one. */
export function noTime(axis: TimeAxis, row: number): string | undefined {
  const state = axis.state[row];
  const name = printable(axis.column.name, 40);
  if (state === missing) return `no date in '${name}'`;
  if (state !== unreadable) return undefined;
  const { numbers, unreadable: cells } = axis.column;
  const cell =
    cells.find((one) => one.row === row)?.cell ??
    (numbers?.state[row] === present ? String(numbers.values[row]) : undefined);
  const found = cell === undefined ? 'something else' : `'${printable(cell, 40)}'`;
  return `expected a date such as ${axis.format} in '${name}', found ${found}`;
}
