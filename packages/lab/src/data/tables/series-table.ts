/** Series of a table, in its three forms: a row a value, a column a series, a row a series. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { findFrequency, frequencyNamed } from './frequency.ts';
import { headerSteps, headerTimes } from './header-times.ts';
import { checkFinite, unreadableCell, whyNoColumn, wordsOf } from './pick-columns.ts';
import {
  frequencyOf,
  type GridSource,
  type Placed,
  place,
  type SeriesRows,
  sortRows,
} from './series-grid.ts';
import type { SeriesRoles } from './series-roles.ts';
import type { Frequency, Series } from './series-types.ts';
import { gridTime, noTime, type TimeAxis, type TimesSaid, timeAxis, timeNotes } from './time-axis.ts';
import { type Column, present, type Table, unreadable } from './types.ts';

/** What the forms give. */
export interface BuiltSeries {
  series: Series[];
  frequency: Frequency;
  /** how times are written */
  timeFormat?: string;
  /** steps between rows that no row is for: how many, and the first of them */
  gaps: { count: number; first?: string };
  notes: string[];
  /** cells that unusable ones are a share of */
  cells: number;
}

/**
 * Builds the series of a table.
 * @param said the frequency that somebody said
 * @param usual that of another file, whose grid rows of irregular dates are placed on
 * @param times what is known of times that are numbers
 */
export function seriesOfTable(
  table: Table,
  roles: SeriesRoles,
  said: Frequency | undefined,
  usual?: Frequency,
  times?: TimesSaid,
): BuiltSeries {
  for (const column of [...roles.targets, ...roles.known]) checkFinite(table, column);
  if (roles.form === 'rows') return rowSeries(table, roles, said, times);
  const settle = (found: Frequency): Frequency =>
    said ?? (found.name === 'irregular' && usual && usual.unit !== 'none' ? usual : found);
  return roles.form === 'wide'
    ? wideSeries(table, roles, settle, times)
    : longSeries(table, roles, settle, times);
}

// --- internal ---

/** The frequency that is taken where one was found. */
type Settle = (found: Frequency) => Frequency;

function longSeries(table: Table, roles: SeriesRoles, settle: Settle, said?: TimesSaid): BuiltSeries {
  const { id, time } = roles;
  const [target] = roles.targets;
  const axis = time && timeAxis(table, time, said);
  const names = id && wordsOf(id);
  const usable = usableRows(table, axis, (row) => {
    if (names && names.codes[row] < 0) return `no name in '${printable(id.name, 40)}'`;
    return badNumber([target, ...roles.known], row);
  });
  const all = bySeries(usable, names);
  const source = gridSource(
    table,
    axis,
    id ? 'keep one of each' : 'keep one of each, or say which column tells series apart (--id)',
  );
  const sorted = sortRows(all, source);
  const frequency = settle(frequencyOf(all, source));
  const gaps: BuiltSeries['gaps'] = { count: 0 };
  const series = all.map((one) => {
    const placed = place(one, source, frequency, (row, reason) =>
      table.unusable.add(reason, table.lines[row]),
    );
    noteGap(gaps, one, placed.steps, table);
    const cells = (column: Column) => filled(column, one.rows, placed);
    return seriesOf(table, roles, one, placed, cells(target), roles.known.map(cells));
  });
  const notes = [...(axis ? timeNotes(axis) : []), ...(sorted ? [sorted] : [])];
  return { series, frequency, timeFormat: axis?.format, gaps, notes, cells: table.rows };
}

function wideSeries(table: Table, roles: SeriesRoles, settle: Settle, said?: TimesSaid): BuiltSeries {
  const axis = roles.time && timeAxis(table, roles.time, said);
  const rows: SeriesRows = { id: '', rows: usableRows(table, axis, () => undefined) };
  const source = gridSource(table, axis, 'keep one of each, or say which column tells series apart (--id)');
  const sorted = sortRows([rows], source);
  const frequency = settle(frequencyOf([rows], source));
  const placed = place(rows, source, frequency, (row, reason) =>
    table.unusable.add(reason, table.lines[row]),
  );
  const gaps: BuiltSeries['gaps'] = { count: 0 };
  noteGap(gaps, rows, placed.steps, table);
  for (const column of [...roles.targets, ...roles.known]) {
    for (const row of rows.rows) {
      const reason = badNumber([column], row);
      if (reason) table.unusable.add(reason, table.lines[row]);
    }
  }
  const cells = (column: Column) => filled(column, rows.rows, placed);
  const known = roles.known.map(cells);
  const series = roles.targets.map((column) => ({
    ...seriesOf(table, roles, rows, placed, cells(column), known),
    id: column.name,
  }));
  const notes = [...(axis ? timeNotes(axis) : []), ...(sorted ? [sorted] : [])];
  return {
    series,
    frequency,
    timeFormat: axis?.format,
    gaps,
    notes,
    cells: table.rows * roles.targets.length,
  };
}

/** Names of the columns may be dates; missing values behind the last are none: series of a row have different lengths. */
function rowSeries(
  table: Table,
  roles: SeriesRoles,
  said: Frequency | undefined,
  dates?: TimesSaid,
): BuiltSeries {
  const { id, targets } = roles;
  const names = id && wordsOf(id);
  const { times, format, counts, notes } = headerTimes(table, targets, dates);
  const frequency = said ?? (times ? findFrequency([times]) : frequencyNamed('steps'));
  const steps = headerSteps(table, targets, times, frequency);
  const all = steps[steps.length - 1] + 1;
  const gaps: BuiltSeries['gaps'] = { count: (all - targets.length) * table.rows };
  const gap = steps.findIndex((step, i) => step > i);
  if (gap >= 0) gaps.first = `before column '${printable(targets[gap].name, 40)}'`;
  const known = new Set<string>();
  const series: Series[] = [];
  for (let row = 0; row < table.rows; row++) {
    const line = table.lines[row];
    const name = names ? names.words[names.codes[row]] : `${row + 1}`;
    if (name === undefined || known.has(name)) {
      table.unusable.add(
        name === undefined ? `no name in '${printable(id!.name, 40)}'` : 'a series of that name stands above',
        line,
      );
      continue;
    }
    known.add(name);
    const values = new Float64Array(all);
    const missing = new Uint8Array(all).fill(1);
    for (const [c, { numbers }] of targets.entries()) {
      if (numbers!.state[row] === present) {
        values[steps[c]] = numbers!.values[row];
        missing[steps[c]] = 0;
      }
      if (numbers!.state[row] === unreadable)
        table.unusable.add(unreadableCell(targets[c], row, 'a number'), line);
    }
    const length = lastPresent(missing) + 1;
    series.push({
      id: name,
      values: values.slice(0, length),
      missing: missing.slice(0, length),
      length,
      ...(times && frequency.unit !== 'none' && { start: times[0] }),
      ...(counts && { counts }),
      known: [],
      knownMissing: [],
      statics: roles.statics.map((column) => staticOf(table, column, { id: name, rows: Int32Array.of(row) })),
      line,
    });
  }
  return { series, frequency, timeFormat: format, gaps, notes, cells: table.rows * targets.length };
}

/** Rows with a time and without a fault; the others are counted. */
function usableRows(
  table: Table,
  axis: TimeAxis | undefined,
  fault: (row: number) => string | undefined,
): Int32Array {
  const rows = new Int32Array(table.rows);
  let count = 0;
  for (let row = 0; row < table.rows; row++) {
    const reason = (axis && axis.state[row] !== present ? noTime(axis, row) : undefined) ?? fault(row);
    if (reason === undefined) rows[count++] = row;
    else table.unusable.add(reason, table.lines[row]);
  }
  if (count === 0) {
    table.unusable.check(table.where, table.rows, 0);
    throw new DataError(`${table.where}: expected rows, found none`);
  }
  return rows.subarray(0, count);
}

function badNumber(columns: readonly Column[], row: number): string | undefined {
  const bad = columns.find(({ numbers }) => numbers!.state[row] === unreadable);
  return bad && unreadableCell(bad, row, 'a number');
}

/** Rows by the word of their series, in the order in which series come, by counting. */
function bySeries(rows: Int32Array, names: { codes: Int32Array; words: string[] } | undefined): SeriesRows[] {
  if (!names) return [{ id: '', rows }];
  const counts = new Uint32Array(names.words.length);
  for (const row of rows) counts[names.codes[row]]++;
  const parts = names.words.map((id, code) => ({ id, rows: new Int32Array(counts[code]) }));
  counts.fill(0);
  for (const row of rows) {
    const code = names.codes[row];
    parts[code].rows[counts[code]++] = row;
  }
  return parts.filter((part) => part.rows.length > 0);
}

function gridSource(table: Table, axis: TimeAxis | undefined, advice: string): GridSource {
  return {
    where: table.where,
    ...(axis && { time: gridTime(axis) }),
    lineOf: (row) => table.lines[row],
    advice: table.nested ? advice + whyNoColumn(table) : advice,
  };
}

/** A series of its rows on the grid. */
function seriesOf(
  table: Table,
  roles: SeriesRoles,
  rows: SeriesRows,
  { start, times, counts, length: all }: Placed,
  { values, missing }: Cells,
  known: readonly Cells[],
): Series {
  // Rows in which only what is known in advance has a value are the future.
  const length = known.length > 0 ? lastPresent(missing) + 1 : all;
  return {
    id: rows.id,
    values: values.slice(0, length),
    missing: missing.slice(0, length),
    length,
    ...(start !== undefined && { start }),
    ...(times && { times }),
    ...(counts && { counts }),
    known: known.map((cells) => cells.values),
    knownMissing: known.map((cells) => cells.missing),
    statics: roles.statics.map((column) => staticOf(table, column, rows)),
    line: table.lines[rows.rows[0]],
  };
}

/** Values of a column along the grid, 0 where `missing` says so. */
interface Cells {
  values: Float64Array;
  missing: Uint8Array;
}

function filled(column: Column, rows: Int32Array, { steps, length }: Placed): Cells {
  const cells = column.numbers!;
  const values = new Float64Array(length);
  const missing = new Uint8Array(length).fill(1);
  for (const [i, row] of rows.entries()) {
    if (steps[i] < 0 || cells.state[row] !== present) continue;
    values[steps[i]] = cells.values[row];
    missing[steps[i]] = 0;
  }
  return { values, missing };
}

const lastPresent = (missing: Uint8Array): number => missing.lastIndexOf(0);

function noteGap(gaps: BuiltSeries['gaps'], { id, rows }: SeriesRows, steps: Int32Array, table: Table): void {
  let last = -1;
  for (const [i, step] of steps.entries()) {
    if (step < 0) continue;
    const gap = step - last - 1;
    if (gap > 0) {
      gaps.count += gap;
      const which = id === '' ? '' : `series '${printable(id, 40)}', `;
      gaps.first ??= `${which}${gap} before line ${table.lines[rows[i]]}`;
    }
    last = step;
  }
}

/** The one value of a column that does not change within a series. */
function staticOf(table: Table, column: Column, { id, rows }: SeriesRows): number | string | undefined {
  const words = column.numbers ? undefined : wordsOf(column);
  let value: number | string | undefined;
  let first = -1;
  for (const row of rows) {
    const one = words ? words.words[words.codes[row]] : cellOf(column, row);
    if (one === undefined) continue;
    if (value !== undefined && one !== value) {
      throw new DataError(
        `${table.where}: expected one value of '${printable(column.name, 40)}' (--static) in a series, found ${printable(String(value), 30)} in line ${table.lines[first]} and ${printable(String(one), 30)} in line ${table.lines[row]}${id === '' ? '' : ` of '${printable(id, 40)}'`}`,
      );
    }
    if (value === undefined) first = row;
    value = one;
  }
  return value;
}

const cellOf = ({ numbers }: Column, row: number): number | undefined =>
  numbers!.state[row] === present ? numbers!.values[row] : undefined;
