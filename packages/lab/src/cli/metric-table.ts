/** Metrics as a table for people: every figure with what it is of. */

import type { Baseline, Metrics } from '../runs/task.ts';
import { evaluationWays, metricMeaning, metricWords, wayOf } from '../tasks/metric-words.ts';

/**
 * Rows of name, value, the same in other ways where there are such (`mc_` or `cache_` in front of the name), the same of simple
 * models, and the meaning.
 * @param task whose metrics these are
 */
export function metricTable(
  metrics: Metrics,
  baselines: readonly Baseline[] = [],
  task?: string,
): string[][] {
  const all = Object.keys(metrics);
  const ways = waysOf(metrics);
  const names = new Set(all.map((name) => name.slice(wayOf(name)?.prefix.length ?? 0)));
  return Array.from(names, (name) => [
    name,
    shown(name, metrics[name]),
    ...ways.map(({ prefix }) => shown(name, metrics[prefix + name])),
    ...baselines.map((one) => shown(name, one.metrics[name])),
    metricMeaning(name, task),
  ]);
}

/** The ways, beside the test-time rule, that some of these were measured in. */
export function waysOf(metrics: Metrics): typeof evaluationWays {
  const used = new Set(Object.keys(metrics).map((name) => wayOf(name)?.prefix));
  return evaluationWays.filter(({ prefix }) => used.has(prefix));
}

// --- internal ---

/** A dash for what was not measured, or is no number; in a history that was read such a figure is null. */
function shown(name: string, value: number | null | undefined): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return '-';
  return metricWords(name).counts === 'number' ? value.toLocaleString('en') : value.toFixed(4);
}
