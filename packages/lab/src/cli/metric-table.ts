/** Metrics as a table for people: every figure with what it is of. */
import { metricMeaning } from '../tasks/metric-meaning.ts';
import type { Metrics } from '../tasks/task.ts';

/** Rows of name, value, the same in other ways where there are such (`mc_` or `cache_` in front of the name), and the meaning. */
export function metricTable(metrics: Metrics): string[][] {
  const all = Object.keys(metrics);
  const names = new Set(all.map((name) => name.replace(/^(mc|cache)_/, '')));
  const ways = ['mc_', 'cache_'].filter((way) => all.some((name) => name.startsWith(way)));
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
  return name === 'tokens' ? value.toLocaleString('en') : value.toFixed(4);
}
