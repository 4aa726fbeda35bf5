/** Rows with times to series on a regular grid: sorted, gaps as missing values, two values at one time refused. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { timeText } from './dates.ts';
import { findFrequency, frequencyNamed, stepsBetween } from './frequency.ts';
import type { Frequency } from './series-types.ts';

/** Rows of one series, numbered as its reader numbers them. */
export interface SeriesRows {
  id: string;
  /** the rows, in the order of the file; sorted by `sortRows` */
  rows: Int32Array;
}

/** What a grid is made of (`isClock`: times of day without a zone, which come again where clocks are set back): the time of each row, where it has one, and its line. */
export interface GridSource {
  where: string;
  /** absent: a row a step, in the order of the file */
  time?: { kind: 'calendar' | 'number'; values: Float64Array; name: string; isClock?: boolean };
  lineOf(row: number): number;
  /** what may tell rows of one time apart, for the error about them */
  advice: string;
}

/** Where a row of a series lies: step 0 is its first. */
export interface Placed {
  steps: Int32Array;
  /** of the whole grid */
  length: number;
  start?: number;
  times?: Float64Array;
  /** of numbers that count: that of step 0, and what a step adds */
  counts?: { first: number; by: number };
}

/**
 * Sorts the rows of all series by time and refuses two at one.
 * @returns a clause about what was not in order, if anything
 * @throws DataError with series, time and lines
 */
export function sortRows(all: readonly SeriesRows[], source: GridSource): string | undefined {
  const { time, where, lineOf } = source;
  if (!time) return undefined;
  const { values } = time;
  const unordered: string[] = [];
  const twice: string[] = [];
  let duplicates = 0;
  let isSetBack = time.isClock === true;
  for (const { id, rows } of all) {
    if (!isAscending(rows, values)) {
      unordered.push(id);
      // Rows of one time stay in the order of the file: typed arrays are sorted stably.
      rows.sort((a, b) => values[a] - values[b]);
    }
    for (let i = 1; i < rows.length; i++) {
      if (values[rows[i]] !== values[rows[i - 1]]) continue;
      isSetBack &&= mayBeSetBack(values[rows[i]]);
      if (++duplicates > 3) continue;
      const at = time.kind === 'calendar' ? timeText(values[rows[i]]) : `${values[rows[i]]}`;
      twice.push(`${at}${named(id)} (lines ${lineOf(rows[i - 1])} and ${lineOf(rows[i])})`);
    }
  }
  if (duplicates > 0) {
    const more = duplicates > twice.length ? `, and ${duplicates - twice.length} more` : '';
    throw new DataError(
      `${where}: expected one row for each '${printable(time.name, 40)}'${all.length > 1 ? ' of a series' : ''}, found two at ${twice.join(', ')}${more}; ${isSetBack ? `where clocks are set back at the end of summer time, write times with their offset, such as ${setBackExample(twice[0])}, or in UTC; else ${source.advice}` : source.advice}`,
    );
  }
  if (unordered.length === 0) return undefined;
  const which = all.length === 1 ? 'rows' : `rows of ${unordered.length} of ${all.length} series`;
  return `${which} were not in the order of '${printable(time.name, 40)}' and are sorted`;
}

/** The frequency of series whose rows are sorted. Of numbers that count, and of rows without a time, `steps`. */
export function frequencyOf(all: readonly SeriesRows[], { time }: GridSource): Frequency {
  if (time?.kind !== 'calendar') return frequencyNamed('steps');
  return findFrequency(all.map(({ rows }) => Float64Array.from(rows, (row) => time.values[row])));
}

/**
 * Places the sorted rows of a series on the grid of a frequency.
 * @param refuse is told rows that lie on no step; they are left out (step -1)
 * @throws DataError for a gap that would make the series many times longer than its rows
 */
export function place(
  series: SeriesRows,
  source: GridSource,
  frequency: Frequency,
  refuse: (row: number, reason: string) => void,
): Placed {
  const { time } = source;
  const { rows } = series;
  if (!time || rows.length === 0) return inOrder(rows.length);
  const start = time.values[rows[0]];
  if (time.kind === 'number') return counted(series, source, time.values);
  if (frequency.unit === 'none') {
    return { ...inOrder(rows.length), start, times: Float64Array.from(rows, (row) => time.values[row]) };
  }
  const steps = new Int32Array(rows.length);
  let length = 0;
  for (const [i, row] of rows.entries()) {
    const step = stepsBetween(start, time.values[row], frequency);
    if (!Number.isInteger(step)) {
      steps[i] = -1;
      refuse(row, `its date is no step of a ${frequency.name} series`);
      continue;
    }
    checkGap(series, source, i, step - length);
    steps[i] = step;
    length = step + 1;
  }
  return { steps, length, start };
}

// --- internal ---

/** Whether clocks are set back at such a time somewhere: by night from Saturday to Sunday, in spring and autumn. */
function mayBeSetBack(time: number): boolean {
  const at = new Date(time);
  return at.getUTCDay() === 0 && at.getUTCHours() < 4 && [2, 3, 4, 8, 9, 10].includes(at.getUTCMonth());
}

/** The first of two times, with both offsets of Central Europe. */
function setBackExample(twice: string): string {
  const [day, clock] = twice.split(' ');
  return `${day}T${clock}+02:00 and then ${day}T${clock}+01:00`;
}

/** A gap may be ten times as long as the rows, or a thousand steps. */
const longestGap = (rows: number): number => Math.max(1000, 10 * rows);

const inOrder = (length: number): Placed => ({ steps: Int32Array.from({ length }, (_, i) => i), length });

/** Whole numbers that count leave gaps, others only order. */
function counted(series: SeriesRows, source: GridSource, values: Float64Array): Placed {
  const { rows } = series;
  const first = values[rows[0]];
  let unit = 0;
  for (const row of rows) unit = divisor(unit, values[row] - first);
  if (!(unit >= 1) || !Number.isInteger(unit)) return inOrder(rows.length);
  const steps = Int32Array.from(rows, (row) => (values[row] - first) / unit);
  for (let i = 1; i < steps.length; i++) checkGap(series, source, i, steps[i] - steps[i - 1] - 1);
  return { steps, length: steps[steps.length - 1] + 1, counts: { first, by: unit } };
}

/** The greatest common divisor; NaN where a number is not whole. */
function divisor(a: number, b: number): number {
  if (!Number.isInteger(b)) return Number.NaN;
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

function checkGap({ id, rows }: SeriesRows, source: GridSource, at: number, gap: number): void {
  if (gap <= longestGap(rows.length)) return;
  throw new DataError(
    `${source.where}: expected rows without long gaps, found ${gap} steps missing${named(id)} before line ${source.lineOf(rows[at])}; ${id === '' ? 'mend its date, or say which column tells series apart (--id)' : 'mend its date'}`,
  );
}

function isAscending(rows: Int32Array, values: Float64Array): boolean {
  for (let i = 1; i < rows.length; i++) if (values[rows[i]] < values[rows[i - 1]]) return false;
  return true;
}

const named = (id: string): string => (id === '' ? '' : ` of series '${printable(id, 40)}'`);
