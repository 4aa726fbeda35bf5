import { expect, test } from 'vitest';
import type { Space } from '../../studies/space.ts';
import { suggest } from './suggest.ts';

const space: Space = {
  hidden: { choice: [200, 400, 600] },
  rate: { uniform: [0, 0.5] },
  step: { logUniform: [0.0001, 0.01] },
};

test('a trial is a function of the seed and its number alone', () => {
  const forwards = [1, 2, 3, 4].map((number) => suggest(space, 7, number));
  const backwards = [4, 3, 2, 1].map((number) => suggest(space, 7, number)).reverse();
  expect(backwards).toEqual(forwards);
  expect(new Set(forwards.map((trial) => JSON.stringify(trial))).size).toBe(4);
  expect(suggest(space, 8, 1)).not.toEqual(forwards[0]);
});

test('a parameter that is fixed leaves the draws of the others as they are', () => {
  const { hidden: _, ...others } = suggest(space, 7, 3);
  expect(suggest({ ...space, hidden: { choice: [8] } }, 7, 3)).toEqual({ hidden: 8, ...others });
});

test('draws are uniform: their mean and their shares are what they should be', () => {
  const trials = Array.from({ length: 3000 }, (_, i) => suggest(space, 1, i + 1));
  const rates = trials.map(({ rate }) => rate as number);
  // deviation of the mean: .5 / sqrt(12 * 3000) = .0026; four of them
  expect(Math.abs(rates.reduce((a, b) => a + b) / 3000 - 0.25)).toBeLessThan(0.0106);
  // deviation of a count: sqrt(3000 * 2 / 9) = 25.8; four of them
  for (const size of [200, 400, 600]) {
    expect(Math.abs(trials.filter(({ hidden }) => hidden === size).length - 1000)).toBeLessThan(104);
  }
});

test('what was drawn once is drawn for ever', () => {
  // made by this code; may change only in a major version, since studies in work would not go on
  expect(suggest(space, 1, 1)).toMatchInlineSnapshot(`
    {
      "hidden": 600,
      "rate": 0.0194604,
      "step": 0.00023148,
    }
  `);
});
