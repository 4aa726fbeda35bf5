import { describe, expect, it } from 'vitest';
import { importance } from './importance.ts';

const trials = (
  values: readonly (number | null)[],
  parameters: (i: number) => Record<string, number | string>,
) => values.map((value, i) => ({ value, parameters: parameters(i) }));

describe('the importance of settings', () => {
  it('is ω² of an analysis of variance: (between - (k - 1) within) / (total + within), never below 0', () => {
    // Means 2 and 6 around 4: between 24 of 28 in all, within (28 - 24) / (6 - 2) = 1; of the order of pairs between is 0 + … less than within.
    const found = importance(
      trials([1, 2, 3, 5, 6, 7], (i) => ({ cell: i < 3 ? 'lstm' : 'gru', layers: (i % 2) + 1 })),
    );
    expect(found.map(({ parameter }) => parameter)).toEqual(['cell', 'layers']);
    expect(found[0].share).toBeCloseTo(23 / 29, 12);
    // Means 10/3 and 14/3: between 6 · 4/9 = 8/3, within (28 - 8/3) / 4 = 19/3, and 8/3 is less than it.
    expect(found[1].share).toBe(0);
  });

  it('puts many different numbers into five groups of equal size, by their rank', () => {
    // The metric is that of the group, so that it explains all, however far apart the numbers of a group are.
    const rate = [0.1, 900, 0.2, 0.3, 5, 6, 0.4, 7, 1000, 0.5];
    const group = [0, 4, 0, 1, 2, 3, 1, 3, 4, 2];
    expect(importance(trials(group, (i) => ({ rate: rate[i] })))).toEqual([{ parameter: 'rate', share: 1 }]);
    // Five or fewer are groups as they are.
    const few = importance(trials([1, 1, 1, 2, 2, 2], (i) => ({ rate: i < 3 ? 0 : 9 })));
    expect(few).toEqual([{ parameter: 'rate', share: 1 }]);
  });

  it('is not told of fewer than six trials, and is 0 for what never changed', () => {
    expect(importance(trials([1, 2, 3, 4, 5, null], (i) => ({ rate: i })))).toEqual([]);
    expect(importance(trials([1, 2, 3, 4, 5, 6], () => ({ rate: 1 })))).toEqual([
      { parameter: 'rate', share: 0 },
    ]);
  });
});
