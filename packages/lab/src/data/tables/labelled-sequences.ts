/** Rows to sequences of numeric steps, each in order of time and with one label. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { counted } from '../../common/counted.ts';
import type { LabelledRoles } from './labelled-roles.ts';
import type { StepsInput } from './labelled-types.ts';
import type { RowLabels } from './labels.ts';
import { checkFinite, nameList, unreadableCell, wordsOf } from './pick-columns.ts';
import { type SeriesRows, sortRows } from './series-grid.ts';
import { gridTime, noTime, timeAxis, timeNotes } from './time-axis.ts';
import { type Column, present, type Table, type TableOptions, unreadable } from './types.ts';

/** Sequences, and the rows that stand for each: its label, its group, its line. */
export interface Sequences {
  input: StepsInput;
  /** names of the sequences */
  names: string[];
  /** a row of each sequence that has its label, in the order of the file */
  rows: number[];
  /** all rows of each */
  members: Int32Array[];
  /** the last time of each */
  when?: Float64Array;
  notes: string[];
}

/**
 * Builds sequences from rows in long format: by their ids, in order of time. Lengths may differ.
 * @param labels absent where there are none
 * @param needsLabel whether a sequence without one is unusable
 * @throws DataError for two rows at one time, and a sequence with two labels, by their lines
 */
export function sequencesOf(
  table: Table,
  roles: LabelledRoles,
  labels: RowLabels | undefined,
  needsLabel = true,
  dates?: TableOptions['dates'],
): Sequences {
  for (const column of roles.columns) checkFinite(table, column);
  if (roles.isRows) return rowsAsSequences(table, roles, needsLabel ? labels : undefined, needsLabel);
  const ids = wordsOf(roles.id!);
  const axis = roles.time && timeAxis(table, roles.time, { dates });
  const parts: number[][] = ids.words.map(() => []);
  for (let row = 0; row < table.rows; row++) {
    const reason =
      ids.codes[row] < 0
        ? `no name in '${printable(roles.id!.name, 40)}'`
        : ((axis && noTime(axis, row)) ?? badCell(roles.columns, row));
    if (reason) table.unusable.add(reason, table.lines[row]);
    else parts[ids.codes[row]].push(row);
  }
  const all: SeriesRows[] = parts
    .map((rows, code) => ({ id: ids.words[code], rows: Int32Array.from(rows) }))
    .filter(({ rows }) => rows.length > 0);
  const notes = axis ? timeNotes(axis) : [];
  const sorted = sortRows(all, {
    where: table.where,
    ...(axis && { time: gridTime(axis) }),
    lineOf: (row) => table.lines[row],
    advice: 'keep one of each',
  });
  if (sorted) notes.push(sorted);
  const usable = all.filter((one) => hasLabel(table, one, labels, needsLabel));
  const built = input(usable, roles.columns, axis && { values: axis.values, kind: axis.kind });
  if (needsLabel) notes.push(...emptyNote(table, roles));
  notes.push(...shapeNotes(usable, built, needsLabel), ...stepNotes(table, usable, axis?.values));
  return {
    input: built,
    names: usable.map(({ id }) => id),
    rows: usable.map(({ rows }) => labelRow(rows, labels) ?? rows[0]),
    members: usable.map(({ rows }) => rows),
    ...(axis && { when: Float64Array.from(usable, ({ rows }) => axis.values[rows[rows.length - 1]]) }),
    notes,
  };
}

// --- internal ---

const badCell = (columns: readonly Column[], row: number): string | undefined => {
  const bad = columns.find(({ numbers }) => numbers!.state[row] === unreadable);
  return bad && unreadableCell(bad, row, 'a number');
};

/** The first row of a sequence that has a label. */
const labelRow = (rows: Int32Array, labels: RowLabels | undefined): number | undefined =>
  labels && rows.find((row) => labels.fault(row) === undefined);

/** Whether a sequence has its label, once; one without is counted with all its rows. */
function hasLabel(
  table: Table,
  { id, rows }: SeriesRows,
  labels: RowLabels | undefined,
  needsLabel: boolean,
): boolean {
  if (!labels) return true;
  const first = labelRow(rows, labels);
  if (first === undefined && !needsLabel) return true;
  if (first === undefined) {
    table.unusable.add(labels.fault(rows[0])!, table.lines[rows[0]], rows.length);
    return false;
  }
  const of = (row: number): number => (labels.codes ?? labels.values!)[row];
  const other = rows.find((row) => labels.fault(row) === undefined && of(row) !== of(first));
  if (other === undefined) return true;
  const said = (row: number): string =>
    labels.codes ? (labels.classes[labels.codes[row]] ?? 'another') : `${of(row)}`;
  throw new DataError(
    `${table.where}: expected one label in '${labels.name}' for sequence '${printable(id, 40)}', found ${printable(said(first), 30)} in line ${table.lines[first]} and ${printable(said(other), 30)} in line ${table.lines[other]}; mend them, or say which column has the labels with --label`,
  );
}

function input(
  all: readonly SeriesRows[],
  columns: readonly Column[],
  time: { values: Float64Array; kind: 'calendar' | 'number' } | undefined,
): StepsInput {
  const starts = new Uint32Array(all.length + 1);
  for (const [i, { rows }] of all.entries()) starts[i + 1] = starts[i] + rows.length;
  const steps = starts[all.length];
  const width = columns.length;
  const values = new Float64Array(steps * width);
  const missing = new Uint8Array(steps * width);
  const times = time && new Float64Array(steps);
  let step = 0;
  for (const { rows } of all) {
    for (const row of rows) {
      for (const [i, { numbers }] of columns.entries()) {
        if (numbers!.state[row] === present) values[step * width + i] = numbers!.values[row];
        else missing[step * width + i] = 1;
      }
      if (times) times[step] = time.values[row];
      step++;
    }
  }
  return {
    kind: 'steps',
    columns: columns.map(({ name }) => name),
    starts,
    values,
    missing,
    ...(times && { times, timeKind: time.kind }),
  };
}

/** A row is a sequence of one value a step; missing values at its end are none. */
function rowsAsSequences(
  table: Table,
  roles: LabelledRoles,
  labels: RowLabels | undefined,
  isOwn: boolean,
): Sequences {
  const { columns } = roles;
  const names: string[] = [];
  const rows: number[] = [];
  const starts = [0];
  const cells: number[] = [];
  const flags: number[] = [];
  for (let row = 0; row < table.rows; row++) {
    let length = columns.length;
    while (length > 0 && columns[length - 1].numbers!.state[row] !== present) length--;
    const reason = badCell(columns, row) ?? (length === 0 ? 'no values' : labels?.fault(row));
    if (reason) {
      table.unusable.add(reason, table.lines[row]);
      continue;
    }
    for (const { numbers } of columns.slice(0, length)) {
      cells.push(numbers!.values[row]);
      flags.push(numbers!.state[row] === present ? 0 : 1);
    }
    starts.push(cells.length);
    names.push(`${table.lines[row]}`);
    rows.push(row);
  }
  const built: StepsInput = {
    kind: 'steps',
    columns: ['value'],
    starts: Uint32Array.from(starts),
    values: Float64Array.from(cells),
    missing: Uint8Array.from(flags),
  };
  const all = rows.map((row) => ({ id: '', rows: Int32Array.of(row) }));
  const lengths = starts.slice(1).map((end, i) => end - starts[i]);
  const notes = [
    `a row is a sequence of up to ${Math.max(0, ...lengths.slice(0, 1), columns.length)} steps, from left to right (--id tells sequences of rows apart)`,
  ];
  return {
    input: built,
    names,
    rows,
    members: all.map((one) => one.rows),
    notes: [...notes, ...shapeNotes([], built, isOwn)],
  };
}

/** Columns that hold nothing, and so are no steps. */
function emptyNote({ columns }: Table, { columns: used }: LabelledRoles): string[] {
  const empty = columns.filter((column) => column.kind === 'empty' && !used.includes(column));
  if (empty.length === 0) return [];
  const names = nameList(empty.map(({ name }) => name));
  return [
    `${names} ${empty.length > 1 ? 'have' : 'has'} no value in any row and ${empty.length > 1 ? 'are' : 'is'} left out`,
  ];
}

/** @param isOwn whether they are those of training, where columns can still be left out */
function shapeNotes(
  all: readonly SeriesRows[],
  { columns, values, missing }: StepsInput,
  isOwn: boolean,
): string[] {
  const notes: string[] = [];
  if (all.length > 0) {
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (const { rows } of all) {
      least = Math.min(least, rows.length);
      most = Math.max(most, rows.length);
    }
    notes.push(
      `${counted(all.length, 'sequence')} of ${least === most ? counted(most, 'step') : `${least} to ${most} steps`} of ${counted(columns.length, 'column')}: ${nameList(columns)}`,
    );
  }
  let absent = 0;
  for (const flag of missing) absent += flag;
  if (absent > 0)
    notes.push(
      `${absent} of ${counted(values.length, 'value')} ${absent === 1 ? 'is' : 'are'} missing (${((100 * absent) / values.length).toFixed(1)} %)`,
    );
  const constant = columns.filter((_, i) => isConstant(values, missing, i, columns.length));
  const absentOnes = constant.filter((name) => isAbsent(missing, columns.indexOf(name), columns.length));
  if (absentOnes.length > 0 && values.length > 0)
    notes.push(
      `${nameList(absentOnes)} ${absentOnes.length > 1 ? 'have' : 'has'} no value in any row: all are read as missing`,
    );
  const same = constant.filter((name) => !absentOnes.includes(name));
  if (isOwn && same.length > 0)
    notes.push(
      `${nameList(same)} ${same.length > 1 ? 'have' : 'has'} one value alone and ${same.length > 1 ? 'say' : 'says'} nothing (--ignore)`,
    );
  return notes;
}

function isAbsent(missing: Uint8Array, column: number, width: number): boolean {
  for (let at = column; at < missing.length; at += width) if (!missing[at]) return false;
  return true;
}

function isConstant(values: Float64Array, missing: Uint8Array, column: number, width: number): boolean {
  let first: number | undefined;
  for (let at = column; at < values.length; at += width) {
    if (missing[at]) continue;
    first ??= values[at];
    if (values[at] !== first) return false;
  }
  return true;
}

/** Steps of time that differ from the usual one: steps are taken as they come, and it is said. */
function stepNotes(table: Table, all: readonly SeriesRows[], times: Float64Array | undefined): string[] {
  if (!times) return [];
  const counts = new Map<number, number>();
  let steps = 0;
  for (const { rows } of all) {
    for (let i = 1; i < rows.length; i++) {
      const step = Math.round((times[rows[i]] - times[rows[i - 1]]) * 1e6) / 1e6;
      counts.set(step, (counts.get(step) ?? 0) + 1);
      steps++;
    }
  }
  const [usual, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [0, 0];
  if (steps === count) return [];
  for (const { id, rows } of all) {
    const i = rows.findIndex(
      (row, at) => at > 0 && Math.abs(times[row] - times[rows[at - 1]] - usual) > 1e-6,
    );
    if (i < 0) continue;
    return [
      `${steps - count} of ${counted(steps, 'step')} ${steps - count === 1 ? 'is' : 'are'} longer or shorter than the usual one (first: '${printable(id, 40)}', line ${table.lines[rows[i]]}): gaps are not filled, steps are taken as they come`,
    ];
  }
  return [];
}
