/** A column as points in time, or as numbers that only order. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { type Resolution, timesOfNumbers } from './dates.ts';
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
  const example = column.words?.words[0];
  const found = example === undefined ? 'nothing' : `'${printable(example, 40)}'`;
  throw new DataError(
    `${table.where}: expected dates in '${name}' (--time), such as 2025-12-31, 31.12.2025 or 12/31/2025, found ${found} in line ${table.lines[0]}`,
  );
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
