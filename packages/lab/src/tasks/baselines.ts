/** How a model stands beside simple ones. */
import type { Baseline, Metrics } from '../runs/task.ts';
import { metricWords } from './metric-words.ts';

/** What a model is told that loses to simple ones in the metric that people are shown, without a full stop; nothing where it is better than all. */
export function lossTo(metrics: Metrics, baselines: readonly Baseline[], metric: string): string | undefined {
  const { label, better } = metricWords(metric);
  const own = metrics[metric];
  const sign = better === 'higher' ? 1 : -1;
  // In a history that was read a figure that is no number is null, and null is 0 in a difference.
  if (!Number.isFinite(own)) return undefined;
  const winners = baselines
    .filter(({ metrics }) => Number.isFinite(metrics[metric]) && sign * (metrics[metric] - own) >= 0)
    .sort((a, b) => sign * (b.metrics[metric] - a.metrics[metric]));
  if (winners.length === 0) return undefined;
  const named = winners.map((one) => `${one.name} (${one.metrics[metric].toFixed(3)})`).join(' and ');
  return `the model, with ${label} ${own.toFixed(3)}, is no better than ${named}`;
}
