import { expect, test } from 'vitest';
import { metricHeading, metricLabel, metricWords } from './metric-words.ts';
import { musicMetric } from './music/metrics.ts';
import { textMetric } from './text/metrics.ts';

test('a metric has a name, a unit and a direction', () => {
  expect(metricHeading('nll_per_step')).toBe('NLL per time step (nats), lower is better');
  expect(metricHeading('perplexity')).toBe('perplexity, lower is better');
  expect(metricLabel('mc_nll_per_step')).toBe('NLL per time step by MC dropout (nats)');
  expect(metricHeading('mutual_information')).toBe('mutual information (nats)');
});

test('an unknown metric is itself, also one that is called like a property of every object', () => {
  expect(metricHeading('top_5_error')).toBe('top 5 error');
  expect(metricHeading('constructor')).toBe('constructor');
});

test('what runs are chosen and shown by has words', () => {
  for (const { choice, shown } of [musicMetric, textMetric.word, textMetric.char]) {
    for (const name of [choice, shown.metric]) {
      expect(metricWords(name).label).not.toContain('_');
      expect(metricWords(name).better).toBe('lower');
    }
  }
});
