/** Runs put together by a setting: what is said of them together. */
import type { RunRow } from './api.ts';
import { cellOf } from './cells.ts';

export interface Group {
  label: string;
  rows: RunRow[];
}

/**
 * Groups in the order in which their first runs stand. By `seed` means: all runs whose settings agree but for the seed; else by the
 * value of one setting or column.
 */
export function grouped(rows: readonly RunRow[], by: string): Group[] {
  const groups = new Map<string, RunRow[]>();
  for (const row of rows) {
    const id = by === 'seed' ? settingsOf(row) : String(cellOf(row, by) ?? '–');
    const others = groups.get(id);
    if (others) others.push(row);
    else groups.set(id, [row]);
  }
  if (by !== 'seed') return Array.from(groups, ([label, rows]) => ({ label, rows }));
  const differing = differences([...groups.values()].map(([first]) => first));
  return Array.from(groups.values(), (rows) => ({ label: labelOf(rows[0], differing), rows }));
}

/** Mean and standard deviation (n - 1) of the finite numbers of a column. */
export function meanOf(
  rows: readonly RunRow[],
  key: string,
): { mean: number; deviation?: number; count: number } | undefined {
  const values = rows
    .map((row) => cellOf(row, key))
    .filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  const count = values.length;
  if (count === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, count };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (count - 1)), count };
}

/** Settings in which runs differ, in the order of their keys. */
export function differences(rows: readonly RunRow[]): string[] {
  const keys = [...new Set(rows.flatMap(({ config }) => Object.keys(config)))].sort();
  return keys.filter((key) => new Set(rows.map(({ config }) => JSON.stringify(config[key]))).size > 1);
}

// --- internal ---

/** Settings that change no figure, and the seed. */
const withoutInfluence = new Set(['seed', 'threads', 'observe', 'training.checkpointEvery']);

function settingsOf({ config }: RunRow): string {
  const keys = Object.keys(config)
    .filter((key) => !withoutInfluence.has(key))
    .sort();
  return JSON.stringify(keys.map((key) => [key, config[key]]));
}

function labelOf(row: RunRow, differing: readonly string[]): string {
  const said = differing.filter((key) => !withoutInfluence.has(key) && !key.startsWith('recipe.'));
  if (said.length === 0) return String(row.config['model.dropout'] ?? row.name);
  return said
    .slice(0, 4)
    .map((key) => {
      const value = row.config[key];
      const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
      return key === 'model.dropout' ? text : `${key.split('.').at(-1)} ${text}`;
    })
    .join(', ');
}
