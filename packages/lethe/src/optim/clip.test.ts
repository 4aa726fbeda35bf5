import { describe, expect, it } from 'vitest';
import { ConfigError, NumericsError } from '../errors.ts';
import { realFrom } from '../tensor/dtype.ts';
import { tensor } from '../tensor/tensor.ts';
import { adam } from './adam.ts';
import { clipScale, globalNorm, shortenStep } from './clip.ts';

describe('globalNorm', () => {
  it('is the Euclidean norm over all arrays together', () => {
    // sqrt(9 + 16 + 144) = 13
    expect(globalNorm([realFrom([3, -4]), realFrom([12])])).toBe(13);
    expect(globalNorm([])).toBe(0);
    expect(globalNorm([realFrom([])])).toBe(0);
  });

  it('does not overflow where float32 would', () => {
    // sqrt(2) * 3e38, whose square is beyond float32
    expect(globalNorm([realFrom([3e38, 3e38])]) / (Math.SQRT2 * 3e38)).toBeCloseTo(1, 6);
  });

  it.each([Number.NaN, Infinity, -Infinity])('names the parameter whose gradient holds %s', (value) => {
    const call = () => globalNorm([realFrom([1]), realFrom([2, value])], ['bias', 'weightRec']);
    expect(call).toThrow(NumericsError);
    expect(call).toThrow(`got ${value} in the gradient of weightRec at element 1`);
    expect(() => globalNorm([realFrom([value, 2])], ['bias'])).toThrow(`the gradient of bias at element 0`);
    expect(() => globalNorm([realFrom([1]), realFrom([value])])).toThrow(
      'the gradient of parameter 1 at element 0',
    );
    expect(() => globalNorm([realFrom([value])])).toThrow('the gradient of parameter 0 at element 0');
  });
});

describe('clipScale', () => {
  it('leaves gradients up to the limit alone and shortens longer ones to it', () => {
    expect(clipScale(10, 225)).toBe(1);
    expect(clipScale(225, 225)).toBe(1);
    expect(clipScale(900, 225)).toBe(0.25);
    expect(clipScale(0, 1)).toBe(1);
  });

  it('refuses a limit that is not above 0', () => {
    expect(() => clipScale(1, 0)).toThrow(ConfigError);
    // without a norm nothing would be clipped
    expect(() => clipScale(Number.NaN, 1)).toThrow(/expected norm/);
  });
});

describe('shortenStep', () => {
  it('keeps the direction of a step over all arrays and its length to the limit', () => {
    const before = [realFrom([1, 1]), realFrom([2])];
    const after = [realFrom([4, 5]), realFrom([14])];
    // The step is (3, 4, 12), of norm 13.
    shortenStep(after, before, 1.3);
    const moved = after.flatMap((values, i) => Array.from(values, (value, j) => value - before[i][j]));
    for (const [i, expected] of [0.3, 0.4, 1.2].entries()) expect(moved[i]).toBeCloseTo(expected, 5);
    const same = [realFrom([4, 5]), realFrom([14])];
    shortenStep(same, before, 13.5);
    expect(same.flatMap((values) => [...values])).toEqual([4, 5, 14]);
  });

  it('is what Adam does with clipStep: two elements of its first step have the step rate each', () => {
    // The first step of Adam is the step rate in every element: sqrt(2) * .1 in norm.
    const moved = (clipStep?: number): number => {
      const w = tensor([0, 0]);
      adam({ w }, { stepRate: 0.1, clipStep }).update([realFrom([5, -0.01])]);
      return Math.hypot(w.data[0], w.data[1]);
    };
    expect(moved()).toBeCloseTo(0.1 * Math.SQRT2, 5);
    expect(moved(0.05)).toBeCloseTo(0.05, 6);
    expect(moved(1)).toBeCloseTo(0.1 * Math.SQRT2, 5);
  });
});
