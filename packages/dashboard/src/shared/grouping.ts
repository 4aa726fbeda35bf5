/** Runs put together by a setting: what is said of them together. */
import { shortKeys } from '@lethe/lab/scales';
import type { RunRow } from './api.ts';
import { cellOf, ofOwnMetric, telling } from './cells.ts';

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
  const labels = labelsOf([...groups.values()].map(([first]) => first));
  return Array.from(groups.values(), (rows, i) => ({ label: labels[i], rows }));
}

/** Mean and standard deviation (n - 1) of the finite numbers of a column; of runs whose own metrics are several there is none of these. */
export function meanOf(
  rows: readonly RunRow[],
  key: string,
): { mean: number; deviation?: number; count: number } | undefined {
  const having = rows.filter((row) => Number.isFinite(cellOf(row, key)));
  const count = having.length;
  if (count === 0) return undefined;
  if (ofOwnMetric.has(key) && new Set(having.map(({ metric }) => metric)).size > 1) return undefined;
  const values = having.map((row) => cellOf(row, key) as number);
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

/** Settings that a label has, before those are added in which runs of the same label differ. */
const inLabel = 4;

/** What tells runs apart: the settings that say most of those in which they differ, and where that is not enough, more of them. */
function labelsOf(rows: readonly RunRow[], names = namesOf(differences(rows))): string[] {
  const said = differences(rows)
    .filter((key) => !withoutInfluence.has(key) && !key.startsWith('recipe.'))
    .sort((a, b) => placeOf(a) - placeOf(b))
    .slice(0, inLabel);
  const labels = rows.map((row) => labelOf(row, said, names));
  if (said.length === 0) return labels;
  const same = new Map<string, number[]>();
  for (const [i, label] of labels.entries()) same.set(label, [...(same.get(label) ?? []), i]);
  for (const [label, places] of same) {
    if (places.length === 1 || places.length === rows.length) continue;
    const more = labelsOf(
      places.map((i) => rows[i]),
      names,
    );
    for (const [n, i] of places.entries()) labels[i] = `${label}, ${more[n]}`;
  }
  return labels;
}

/** Those that say most come first, the others as they are. */
const placeOf = (key: string): number => (telling.includes(key) ? telling.indexOf(key) : telling.length);

/** Settings that say what they are of by themselves. */
const wordless = new Set(['dataset', 'task', 'model.dropout', 'model.cell']);

/** Keys and what they are called beside each other, in every part of a label alike. */
function namesOf(keys: readonly string[]): Map<string, string> {
  const names = shortKeys(keys);
  return new Map(keys.map((key, i) => [key, names[i]]));
}

/** The settings that a run has. */
function labelOf(row: RunRow, keys: readonly string[], names: ReadonlyMap<string, string>): string {
  const words = keys
    .filter((key) => row.config[key] !== undefined)
    .map((key) => {
      const value = row.config[key] ?? 'none';
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return wordless.has(key) ? text : `${names.get(key)} ${text}`;
    });
  return words.join(', ') || String(row.config['model.dropout'] ?? row.name);
}
