import { expect, test } from 'vitest';
import { bleuVariance } from './evaluate.ts';
import { rankCorrelation } from './rank-correlation.ts';

test('rank correlation is 1 of any rising and -1 of any falling relation, and takes ties at their mean', () => {
  expect(rankCorrelation([1, 2, 5], [1, 4, 9])).toBeCloseTo(1, 12);
  expect(rankCorrelation([1, 2, 5], [3, 2, -9])).toBeCloseTo(-1, 12);
  // scipy.stats.spearmanr([1, 2, 2, 3, 7], [2, 1, 4, 4, 3]): ranks (1, 2.5, 2.5, 4, 5) and (2, 1, 4.5, 4.5, 3), 3.75 / 9.5.
  expect(rankCorrelation([1, 2, 2, 3, 7], [2, 1, 4, 4, 3])).toBeCloseTo(3.75 / 9.5, 12);
  expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBe(0);
  // A value that is none has no rank.
  expect(rankCorrelation([1, Number.NaN, 3], [1, 2, 3])).toBeNaN();
});

test('BLEU variance is 0 of translations that agree and 1 of such that share nothing', () => {
  expect(bleuVariance(['a b c d', 'a b c d', 'a b c d'])).toBe(0);
  // Smoothed precisions are never 0, so nearly 1.
  expect(bleuVariance(['a b c d e f g h', 'i j k l m n o p'])).toBeGreaterThan(0.8);
});
