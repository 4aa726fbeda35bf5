import { describe, expect, it } from 'vitest';
import { erfc, normalCdf, owenDifference } from './gaussian.ts';

describe('erfc', () => {
  // Abramowitz and Stegun, tables 7.1 to 7.3, to the digits of the reference values of the C library.
  it.each([
    [-3, 1.9999779095030015],
    [-1, 1.842700792949715],
    [0, 1],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028513],
    [2, 0.004677734981047266],
    [3, 2.209049699858544e-5],
    [5, 1.5374597944280349e-12],
  ])('at %f is %f', (x, expected) => {
    expect(Math.abs(erfc(x) - expected)).toBeLessThan(2e-15 + 1e-13 * expected);
  });

  it('is continuous where the series hands over to the continued fraction', () => {
    expect(erfc(2.5 - 1e-12) - erfc(2.5)).toBeLessThan(1e-14);
    expect(erfc(2.5 - 1e-12)).toBeGreaterThanOrEqual(erfc(2.5) - 1e-15);
  });

  it('passes on what is not a number and ends at 0 and 2', () => {
    expect(erfc(Number.NaN)).toBeNaN();
    expect([erfc(Number.POSITIVE_INFINITY), erfc(Number.NEGATIVE_INFINITY)]).toEqual([0, 2]);
  });
});

describe('owenDifference', () => {
  it('is T(h, 1) at a = 0, which is Phi(h) (1 - Phi(h)) / 2', () => {
    for (const h of [-3, -0.5, 0, 1, 2.5]) {
      expect(owenDifference(h, 0)).toBeCloseTo((normalCdf(h) * (1 - normalCdf(h))) / 2, 13);
    }
  });

  it('is (1/8 - atan(a) / (2 pi)) at h = 0 and zero at a = 1', () => {
    for (const a of [0, 0.3, 0.9]) {
      expect(owenDifference(0, a)).toBeCloseTo(1 / 8 - Math.atan(a) / (2 * Math.PI), 14);
    }
    expect(owenDifference(1.5, 1)).toBe(0);
  });
});
