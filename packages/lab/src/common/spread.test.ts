import { expect, test } from 'vitest';
import { meanAndDeviation, pairedDifference } from './spread.ts';

test('mean and deviation are those of what is there', () => {
  // 1, 2, 3, 6: mean 3, squares 4 + 1 + 0 + 9 = 14, over n - 1 = 3.
  expect(meanAndDeviation([1, undefined, 2, 3, Number.NaN, 6])).toEqual({
    mean: 3,
    deviation: Math.sqrt(14 / 3),
    count: 4,
  });
  expect(meanAndDeviation([2])).toEqual({ mean: 2, count: 1 });
  expect(meanAndDeviation([undefined])).toBeUndefined();
});

test('the interval of a paired difference is that of the t test', () => {
  // Student's own table of hours of sleep (1908, p. 20; R: sleep, t.test(…, paired = TRUE)): difference -1.58, 95 % interval -2.459886 to -0.7001142.
  const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
  const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
  const found = pairedDifference(first, second)!;
  expect(found.mean).toBeCloseTo(-1.58, 12);
  // The quantile is an approximation good to 3e-4.
  expect(found.low!).toBeCloseTo(-2.459886, 3);
  expect(found.high!).toBeCloseTo(-0.7001142, 3);
});

test('pairs that lack a side are left out, and one pair has no interval', () => {
  expect(pairedDifference([1, 5, undefined], [0.5, undefined, 3])).toEqual({ mean: 0.5, count: 1 });
  expect(pairedDifference([1], [undefined])).toBeUndefined();
  // What a journal has of a figure that was no number.
  const none = JSON.parse(JSON.stringify([Number.NaN, 0.5])) as number[];
  expect(pairedDifference(none, [3, 0])).toEqual({ mean: 0.5, count: 1 });
  expect(pairedDifference([3, 0.5], none)).toEqual({ mean: 0, count: 1 });
  // Two pairs: t of one degree of freedom is tan(0.475 π) = 12.7062.
  const two = pairedDifference([1, 2], [0, 0])!;
  const half = (12.7062 * Math.SQRT1_2) / Math.SQRT2;
  expect(two.low!).toBeCloseTo(1.5 - half, 3);
  expect(two.high!).toBeCloseTo(1.5 + half, 3);
});
