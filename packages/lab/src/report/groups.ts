/** Runs of one configuration with different seeds: what is said about them together. */
import { shortKeys } from '../common/short-keys.ts';
import { meanAndDeviation } from '../common/spread.ts';
import type { Metrics } from '../runs/task.ts';
import { configText, type RunRecord } from './run-record.ts';
import { metricCurve } from './run-section.ts';

/** Runs whose configurations agree but for the seed (and for what changes no figure, such as the number of threads). */
export interface RunGroup {
  /** the name of a run alone; of several in what they differ from the other groups, with the whole of every method */
  label: string;
  /** the same with the settings of a run alone; no two groups have the same */
  legend: string;
  /** the values of {@link RunComparison.keys} */
  values: string[];
  runs: RunRecord[];
}

export interface RunComparison {
  /** keys of the configuration in which the groups differ */
  keys: string[];
  groups: RunGroup[];
}

/** Settings that say most about a run come first. */
export const telling = [
  ...['model.dropout', 'model.cell', 'model.hidden', 'model.layers', 'optimizer.name', 'optimizer.stepRate'],
];

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
  const settings = settingsOf(
    keys,
    parts.map((part) => keys.map((key) => textOf(part, key))),
  );
  const groups = parts.map((part, i) => {
    const values = keys.map((key) => textOf(part, key));
    const names = part.map(({ name }) => name).join(', ');
    const isAlone = settings.filter((other) => other === settings[i]).length === 1;
    const [one] = part;
    const seeds = `${part.length} seeds`;
    const apart = isAlone ? settings[i] : `${settings[i]} (${names})`;
    const method = parts.length === 1 ? methodText(configText(one.config.get('model.dropout'))) : apart;
    return part.length === 1
      ? {
          label: one.name,
          legend: [one.name, settings[i]].filter((text) => text !== '').join(': '),
          values,
          runs: part,
        }
      : { label: parts.length === 1 ? seeds : apart, legend: `${method}, ${seeds}`, values, runs: part };
  });
  return { keys, groups };
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

/** Settings that change no figure, and the seed. */
const withoutInfluence = ['seed', 'threads', 'observe', 'training.checkpointEvery'];

/** The configuration without what may differ in a group, in the order of the keys. */
function relevant({ config }: RunRecord): [string, unknown][] {
  return Array.from(config)
    .filter(([key]) => !withoutInfluence.includes(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

const methodText = (method: string): string => (method === 'none' ? 'no dropout' : method);

/**
 * For each group the settings that set it apart, the method first: as many keys as make all groups different, where there are such.
 * A method says by itself what it is; other values have the last part of their key in front, or as much of it as tells it apart.
 */
function settingsOf(keys: readonly string[], values: readonly string[][]): string[] {
  const worth = (key: string): number => (telling.includes(key) ? telling.indexOf(key) : telling.length);
  const ordered = keys.filter((key) => !key.startsWith('recipe.')).sort((a, b) => worth(a) - worth(b));
  const names = shortKeys(ordered);
  let settings = values.map(() => '');
  for (const [k, key] of ordered.entries()) {
    if (new Set(settings).size === values.length) break;
    const place = keys.indexOf(key);
    const says = (value: string): string =>
      key === 'model.dropout' ? methodText(value) : `${names[k]} ${value}`;
    settings = settings.map((before, i) =>
      [...(before === '' ? [] : [before]), says(values[i][place])].join(', '),
    );
  }
  return settings;
}
