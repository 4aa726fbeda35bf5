/** Metrics as a table for people: every figure with what it is of. */

import type { Metrics } from '../runs/task.ts';
import { evaluationWays, metricMeaning, metricWords } from '../tasks/metric-words.ts';

/** Rows of name, value, the same in other ways where there are such (`mc_` or `cache_` in front of the name), and the meaning. */
export function metricTable(metrics: Metrics): string[][] {
  const all = Object.keys(metrics);
  const ways = evaluationWays
    .map(({ prefix }) => prefix)
    .filter((way) => all.some((name) => name.startsWith(way)));
  const names = new Set(all.map((name) => name.slice(ways.find((way) => name.startsWith(way))?.length ?? 0)));
  return Array.from(names, (name) => [
    name,
    shown(name, metrics[name]),
    ...ways.map((way) => shown(name, metrics[way + name])),
    metricMeaning(name),
  ]);
}

// --- internal ---

function shown(name: string, value: number | undefined): string {
  if (value === undefined) return '-';
  return metricWords(name).counts === 'number' ? value.toLocaleString('en') : value.toFixed(4);
}
