/** Runs of one configuration with different seeds: what is said about them together. */
import type { Metrics } from '../tasks/task.ts';
import { configText, type RunRecord } from './run-record.ts';
import { metricCurve } from './run-section.ts';

/** Runs whose configurations agree but for the seed (and the number of threads, which changes nothing). */
export interface RunGroup {
  /** in what it differs from the other groups, in short */
  label: string;
  /** the values of {@link RunComparison.keys} */
  values: string[];
  runs: RunRecord[];
}

export interface RunComparison {
  /** keys of the configuration in which the groups differ */
  keys: string[];
  groups: RunGroup[];
}

/** Puts runs into groups, in the order in which they are given. */
export function compareRuns(runs: readonly RunRecord[]): RunComparison {
  const byConfig = new Map<string, RunRecord[]>();
  for (const run of runs) {
    const id = JSON.stringify(relevant(run));
    byConfig.set(id, [...(byConfig.get(id) ?? []), run]);
  }
  const parts = [...byConfig.values()];
  const all = [...new Set(runs.flatMap((run) => relevant(run).map(([key]) => key)))];
  const textOf = ([run]: RunRecord[], key: string): string =>
    run.config.has(key) ? configText(run.config.get(key)) : '–';
  const keys = all.filter((key) => new Set(parts.map((part) => textOf(part, key))).size > 1);
  const groups = parts.map((part) => {
    const values = keys.map((key) => textOf(part, key));
    return { label: labelOf(part, values, parts.length), values, runs: part };
  });
  return { keys, groups };
}

/** Mean and deviation (with n - 1; absent for one value) of what is there. */
export function meanAndDeviation(
  values: readonly (number | undefined)[],
): { mean: number; deviation?: number; count: number } | undefined {
  const numbers = values.filter(
    (value) => value !== undefined && value !== null && Number.isFinite(value),
  ) as number[];
  const count = numbers.length;
  if (count === 0) return undefined;
  const mean = numbers.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, count };
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (count - 1)), count };
}

/** The metric of a group's runs at their chosen epochs. */
export function chosenValues(
  { runs }: RunGroup,
  split: 'train' | 'valid' | 'test',
  metric: string,
): (number | undefined)[] {
  return runs.map(({ chosen }) => (chosen?.[split] as Metrics | undefined)?.[metric]);
}

/** Mean curve of a group with one deviation around it, over the epochs that all its runs measured. */
export function meanCurve(
  { runs }: RunGroup,
  split: 'train' | 'valid',
  metric: string,
): { x: number[]; mean: number[]; low: number[]; high: number[] } {
  const curves = runs.map(({ epochs }) => metricCurve(epochs, split, metric));
  const maps = curves.map(({ x, y }) => new Map(x.map((epoch, i) => [epoch, y[i]])));
  const out = { x: [] as number[], mean: [] as number[], low: [] as number[], high: [] as number[] };
  for (const epoch of curves[0]?.x ?? []) {
    const values = maps.map((map) => map.get(epoch) ?? undefined);
    const spread = meanAndDeviation(values);
    if (!spread || spread.count < runs.length) continue;
    out.x.push(epoch);
    out.mean.push(spread.mean);
    out.low.push(spread.mean - (spread.deviation ?? 0));
    out.high.push(spread.mean + (spread.deviation ?? 0));
  }
  return out;
}

// --- internal ---

/** The configuration without what may differ in a group, in the order of the keys. */
function relevant({ config }: RunRecord): [string, unknown][] {
  return Array.from(config)
    .filter(([key]) => key !== 'seed' && key !== 'threads')
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function labelOf(runs: RunRecord[], values: string[], groups: number): string {
  if (runs.length === 1) return runs[0].name;
  if (groups === 1) return `${runs.length} seeds`;
  const text = values.join(', ');
  return text.length <= 40 ? text : `${runs[0].name} and ${runs.length - 1} more`;
}
