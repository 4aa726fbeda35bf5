import { expect, test } from 'vitest';
import { metricTable } from './metric-table.ts';

test('every figure says what it is of', () => {
  expect(metricTable({ tokens: 82429, nll_per_token: 4.75, perplexity: 115.5843 })).toEqual([
    ['tokens', '82,429', 'predicted, all but the first'],
    ['nll_per_token', '4.7500', 'NLL per token, natural log'],
    ['perplexity', '115.5843', 'exp of it'],
  ]);
});

test('a figure that two tasks have says what it is in the task whose it is', () => {
  const meaning = (task?: string) =>
    metricTable({ coverage_95: 0.9, width_90: 2 }, [], task).map((row) => row.at(-1));
  expect(meaning('classify')).toEqual([
    'share of sets or intervals of 95 % that hold the truth',
    'mean width, in units of the rating',
  ]);
  expect(meaning('forecast')).toEqual(['share of the values inside', 'in the units of the data']);
});

test('a cache has a column of its own', () => {
  expect(metricTable({ perplexity: 60, mc_perplexity: 59, cache_perplexity: 53 })).toEqual([
    ['perplexity', '60.0000', '59.0000', '53.0000', 'exp of it'],
  ]);
});

test('figures of draws stand beside those of the test-time rule, a dash where there is none', () => {
  expect(metricTable({ nll_per_step: 8, mc_nll_per_step: 7.5, mc_mutual_information: 0.25, own: 1 })).toEqual(
    [
      ['nll_per_step', '8.0000', '7.5000', 'NLL per time step, natural log'],
      ['mutual_information', '-', '0.2500', 'their difference, what the noise is unsure of'],
      ['own', '1.0000', '-', ''],
    ],
  );
});

test('what is no number is a dash, also as null, which a history that was read has for it', () => {
  const metrics = JSON.parse('{"crps":0.5,"wql":null}') as Record<string, number>;
  const baselines = [{ name: 'last value', metrics: { crps: 0.25, wql: Number.POSITIVE_INFINITY } }];
  expect(metricTable(metrics, baselines).map((row) => row.slice(0, 3))).toEqual([
    ['crps', '0.5000', '0.2500'],
    ['wql', '-', '-'],
  ]);
});
