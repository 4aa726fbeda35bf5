import { describe, expect, it } from 'vitest';
import { ConfigError, NumericsError } from '../errors.ts';
import { realFrom } from '../tensor/dtype.ts';
import { clipScale, globalNorm } from './clip.ts';

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
  });
});
