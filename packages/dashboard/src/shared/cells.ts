/** What stands in a column of the table for a run: any setting, any figure at the best epoch, and what every run has. */
import { shortNumber } from '@lethe/lab/scales';
import type { RunRow } from './api.ts';

/** Settings that say most about a run, the first of them most. */
export const telling: readonly string[] = [
  ...['dataset', 'model.dropout', 'model.cell', 'model.hidden', 'model.layers'],
  ...['optimizer.name', 'optimizer.stepRate'],
];

export type Cell = string | number | boolean | null | undefined;

/** The value of a column; undefined where the run has none. */
export function cellOf(row: RunRow, key: string): Cell {
  if (Object.hasOwn(own, key)) return own[key](row);
  if (Object.hasOwn(row.best, key)) return row.best[key];
  if (Object.hasOwn(row.last, key)) return row.last[key];
  if (!Object.hasOwn(row.config, key)) return undefined;
  const value = row.config[key];
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as Cell);
}

/** What runs are called beside each other, by id: by their paths where several have the same name. */
export function namesOf(rows: readonly RunRow[]): ReadonlyMap<string, string> {
  const seen = new Map<string, number>();
  for (const { name } of rows) seen.set(name, (seen.get(name) ?? 0) + 1);
  return new Map(rows.map(({ id, name, path }) => [id, seen.get(name)! > 1 ? path : name]));
}

/** A figure as people read it: null is one that is no finite number. */
export const figureText = (figure: number | null | undefined): string =>
  figure === undefined ? '–' : figure === null ? 'not finite' : shortNumber(figure, undefined, 5);

/** A time of ISO 8601, of whatever zone, by the clock of whoever reads it: `2026-01-31 17:05`. */
export function timeText(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso.slice(0, 16);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(two).join('-');
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** The columns that any of the runs has: of every run, figures, settings. */
export function columnsOf(rows: readonly RunRow[]): { own: string[]; figures: string[]; settings: string[] } {
  const figures = new Set<string>();
  const settings = new Set<string>();
  for (const row of rows) {
    for (const key of Object.keys(row.best)) figures.add(key);
    for (const key of Object.keys(row.last)) figures.add(key);
    for (const key of Object.keys(row.config)) settings.add(key);
  }
  for (const key of Object.keys(own)) figures.delete(key);
  return { own: Object.keys(own), figures: [...figures].sort(), settings: [...settings].sort() };
}

/**
 * Columns for a table that nobody chose: the metric of the runs, or of each its own where they have several; what they differ in, and what
 * every run has.
 */
export function usualColumns(rows: readonly RunRow[]): string[] {
  const metrics = [...new Set(rows.flatMap(({ metric }) => metric ?? []))];
  const figures =
    metrics.length > 1
      ? ['ownValid', 'ownTest', 'metric']
      : metrics.flatMap((metric) => ['valid', 'test'].map((split) => `${split}.${metric}`));
  const differ = telling.filter((key) => new Set(rows.map((row) => String(row.config[key]))).size > 1);
  return ['state', ...figures, 'bestEpoch', ...differ, 'seed', 'epoch', 'seconds'];
}

/** Rows in the order of a column, `-` in front from above; what is not there comes last either way. */
export function sorted(rows: readonly RunRow[], by: string): RunRow[] {
  const isDown = by.startsWith('-');
  const key = isDown ? by.slice(1) : by;
  const sign = isDown ? -1 : 1;
  const cells = new Map(rows.map((row) => [row, cellOf(row, key)]));
  return rows.toSorted((one, other) => {
    const [a, b] = [cells.get(one), cells.get(other)];
    const [noA, noB] = [a === undefined || a === null, b === undefined || b === null];
    if (noA || noB) return Number(noA) - Number(noB);
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
    return sign * collator.compare(String(a), String(b));
  });
}

/** Columns that hold another metric of every run. */
export const ofOwnMetric: ReadonlySet<string> = new Set(['ownValid', 'ownTest']);

// --- internal ---

const own: Readonly<Record<string, (row: RunRow) => Cell>> = {
  name: ({ name }) => name,
  path: ({ path }) => path,
  state: ({ state }) => state,
  task: ({ task }) => task,
  epoch: ({ epoch }) => epoch,
  bestEpoch: ({ bestEpoch }) => bestEpoch,
  seconds: ({ seconds }) => seconds,
  created: ({ created }) => created,
  study: ({ study }) => study,
  metric: ({ metric }) => metric,
  ownValid: ({ metric, best }) => best[`valid.${metric}`],
  ownTest: ({ metric, best }) => best[`test.${metric}`],
};

const collator = new Intl.Collator('en', { numeric: true });
