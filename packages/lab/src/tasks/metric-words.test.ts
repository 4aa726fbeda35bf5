import { expect, test } from 'vitest';
import { decidingWords, metricHeading, metricLabel, metricMeaning, metricWords } from './metric-words.ts';
import { musicMetric } from './music/metrics.ts';
import { taskKinds } from './registry.ts';
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

test('what decides is said where it has another order than what is shown', () => {
  expect(decidingWords('nll', 'accuracy')).toBe(' of NLL (nats)');
  for (const [deciding, shown] of [
    ['bleu', 'bleu'],
    ['bleu_missing', 'bleu'],
    ['error_rate', 'accuracy'],
  ])
    expect(decidingWords(deciding, shown)).toBe('');
});

test('what runs are chosen and shown by has words', () => {
  for (const { choice, shown } of [musicMetric, textMetric.word, textMetric.char]) {
    for (const name of [choice, shown.metric]) {
      expect(metricWords(name).label).not.toContain('_');
      expect(metricWords(name).better).toBe('lower');
    }
  }
});

test('every figure that a task names says what it is, in words or by the unit beside its label', () => {
  const silent = taskKinds.flatMap(({ name, metrics }) =>
    Object.keys(metrics)
      .filter((metric) => metricMeaning(metric) === '')
      .map((metric) => `${name}: ${metric}`),
  );
  expect(silent).toEqual([]);
});

test.each(['coverage', 'width', 'set_size', 'simple_coverage', 'simple_set_size'])(
  '%s of sets and intervals has words whatever share is promised',
  (figure) => {
    for (const [name, share] of [
      ['95', '95'],
      ['99_9', '99.9'],
      ['100', '100'],
    ]) {
      expect(metricMeaning(`${figure}_${name}`)).not.toBe('');
      expect(metricLabel(`calibrated_${figure}_${name}`)).toContain(`${share} %`);
    }
    // No share: a width of half and other figures are themselves.
    expect(metricMeaning(`${figure}_half`)).toBe('');
  },
);
