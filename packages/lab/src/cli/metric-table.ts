/** Metrics as a table for people: every figure with what it is of. */
import { metricMeaning } from '../tasks/metric-meaning.ts';
import type { Metrics } from '../tasks/task.ts';

/** Rows of name, value, the value of MC dropout where there is one (`mc_` in front of the name), and the meaning. */
export function metricTable(metrics: Metrics): string[][] {
  const names = new Set(Object.keys(metrics).map((name) => name.replace(/^mc_/, '')));
  const isDrawn = Object.keys(metrics).some((name) => name.startsWith('mc_'));
  return Array.from(names, (name) => [
    name,
    shown(name, metrics[name]),
    ...(isDrawn ? [shown(name, metrics[`mc_${name}`])] : []),
    metricMeaning(name),
  ]);
}

// --- internal ---

function shown(name: string, value: number | undefined): string {
  if (value === undefined) return '-';
  return name === 'tokens' ? value.toLocaleString('en') : value.toFixed(4);
}
