import { describe, expect, it } from 'vitest';
import { scaled, scaleOf } from './scaling.ts';

const of = (
  values: readonly number[],
  from: number,
  origin: number,
  scaling: 'mean' | 'standard' | 'difference',
  season = 1,
) => scaleOf(Float64Array.from(values), from, origin, { scaling, season });

describe('the scale of a window', () => {
  // Sizes 2, 4 and 6; the first and the last value lie outside of it.
  const values = [1000, 2, -4, Number.NaN, 6, -1000];

  it('by the mean size is that of the values before the origin that are there', () => {
    const scale = of(values, 1, 5, 'mean');
    expect(scale).toEqual({ offset: 0, scale: 4, told: Math.log(4) / 10 });
    // 8 / 4 - 1
    expect(scaled(8, scale, 'mean')).toBe(1);
  });

  it('by the deviation is around the mean, and never 0', () => {
    const scale = of(values, 1, 5, 'standard');
    const [mean, variance] = [4 / 3, 56 / 3 - 16 / 9];
    expect(scale.offset).toBeCloseTo(mean, 12);
    expect(scale.scale).toBeCloseTo(Math.sqrt(variance) + 4e-3, 12);
    expect(scale.told).toBeCloseTo(Math.log(scale.scale / 4) / 5, 12);
    expect(scaled(mean + 2 * scale.scale, scale, 'standard')).toBeCloseTo(2, 12);
    expect(of([7, 7, 7], 0, 3, 'standard').scale).toBeCloseTo(7e-3, 12);
  });

  it('by the seasonal difference is around the last value that is there', () => {
    // Two apart: 2, 5 and 7; sizes 1, 2, 3, 7, 10.
    const scale = of([1, 2, 3, 7, 10, 999], 0, 5, 'difference', 2);
    expect(scale.offset).toBe(10);
    expect(scale.scale).toBeCloseTo(14 / 3 + 4.6e-4, 12);
    expect(scaled(10 + 3 * scale.scale, scale, 'difference')).toBeCloseTo(Math.asinh(3), 12);
    expect(of([1, 2, 3, Number.NaN, 5], 0, 4, 'difference').offset).toBe(3);
  });

  it('by the seasonal difference looks four times as far back as the context, and no further', () => {
    // Two steps of context: differences from step 4 on, of 1 each, and those of 100 before it are too old.
    const old = [0, 100, 200, 300, 301, 302, 303, 304, 305, 306, 307, 308];
    const { scale } = of(old, 10, 12, 'difference');
    expect(scale).toBeCloseTo(1 + 1e-4 * 307.5, 12);
  });

  it('of nothing is 1', () => {
    for (const scaling of ['mean', 'standard', 'difference'] as const)
      expect(of([Number.NaN, Number.NaN, 5], 0, 2, scaling)).toEqual({ offset: 0, scale: 1, told: 0 });
  });
});
