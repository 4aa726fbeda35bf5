import { NoiseStream } from 'lethe';
import { expect, test } from 'vitest';
import { inSlices } from '../../training/slices.ts';
import { conventionMetrics } from './conventions.ts';
import { textTask } from './task.ts';
import { tinyText, tinyTextConfig } from './tiny-text.suite.ts';

test('dividing by every token turns 57.303 into 57.30 on the 82,430 tokens of the test set of Penn Treebank', () => {
  // Both figures: what Merity et al. (2017) print and what it should be.
  const scored = { nll: Math.log(57.303), tokens: 82_430, windows: [] };
  const { perplexity_over_length: printed } = conventionMetrics('word', ['over-length'], scored);
  expect(printed.toFixed(2)).toBe('57.30');
  expect(printed).toBeLessThan(57.303);
});

test('the mean of perplexities is that of the segments, and never below the perplexity', () => {
  const scored = { nll: 1, tokens: 9, windows: [0, 2] };
  const { perplexity_mean_of_exp: mean } = conventionMetrics('word', ['mean-of-exp'], scored);
  expect(mean).toBeCloseTo((1 + Math.exp(2)) / 2, 12);
  expect(mean).toBeGreaterThan(Math.E);
  // Of characters in bits.
  const { bits_per_character_mean_of_exp: bits } = conventionMetrics('char', ['mean-of-exp'], scored);
  expect(bits).toBeCloseTo(Math.log2(mean), 12);
});

test('a task reports the conventions that its configuration lists beside the right figure', async () => {
  const config = tinyTextConfig(
    'evaluation.conventions=[over-length, mean-of-exp]',
    'evaluation.testStreams=2',
  );
  const task = textTask(config, tinyText(), new NoiseStream(1));
  const metrics = (await inSlices(task.evaluate('test')))!;
  expect(Object.keys(metrics)).toEqual([
    'nll_per_token',
    'perplexity',
    'perplexity_over_length',
    'perplexity_mean_of_exp',
  ]);
  expect(metrics.perplexity_over_length).toBeCloseTo(metrics.perplexity ** (70 / 71), 8);
  expect(metrics.perplexity_mean_of_exp).toBeGreaterThan(metrics.perplexity);
});
