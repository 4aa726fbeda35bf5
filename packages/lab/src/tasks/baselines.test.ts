import { expect, test } from 'vitest';
import { lossTo } from './baselines.ts';

// perplexity is better lower; its words are those of the text task.
const metric = 'perplexity';

test('a model that is no better than a simple one is told so, the best of them first', () => {
  const baselines = [
    { name: 'the last word', metrics: { perplexity: 100 } },
    { name: 'a guess', metrics: { perplexity: 90 } },
    { name: 'chance', metrics: { perplexity: 200 } },
  ];
  expect(lossTo({ perplexity: 120 }, baselines, metric)).toBe(
    'the model, with perplexity 120.000, is no better than a guess (90.000) and the last word (100.000)',
  );
  expect(lossTo({ perplexity: 80 }, baselines, metric)).toBeUndefined();
  expect(lossTo({ perplexity: 80 }, [{ name: 'other', metrics: { rmse: 1 } }], metric)).toBeUndefined();
});

test('a figure that is no number, null in a history that was read, is compared with nothing', () => {
  const none = JSON.parse('{"perplexity":null}') as Record<string, number>;
  expect(lossTo(none, [{ name: 'a guess', metrics: { perplexity: 90 } }], metric)).toBeUndefined();
  expect(lossTo({ perplexity: 80 }, [{ name: 'a guess', metrics: none }], metric)).toBeUndefined();
});
