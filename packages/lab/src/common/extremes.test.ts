import { expect, test } from 'vitest';
import { largest, least } from './extremes.ts';

test('extremes are those of Math, of none and of NaN too, and of more values than calls have arguments', () => {
  for (const values of [[], [3], [2, -1, 7], [1, Number.NaN, 2]]) {
    expect(largest(values)).toBe(Math.max(...values));
    expect(least(values)).toBe(Math.min(...values));
  }
  const many = Float64Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) % 1_000_003);
  expect(largest(many)).toBe(1_000_002);
  expect(least(many)).toBe(0);
});
