import { describe, expect, it } from 'vitest';
import { digamma, logGamma } from './gamma.ts';

describe('logGamma', () => {
  it('is the logarithm of the factorial at whole numbers, and of √π at a half', () => {
    for (const [x, value] of [
      [1, 1],
      [2, 1],
      [5, 24],
      [11, 3628800],
      [0.5, Math.sqrt(Math.PI)],
      [1.5, Math.sqrt(Math.PI) / 2],
    ]) {
      expect(logGamma(x)).toBeCloseTo(Math.log(value), 13);
    }
  });

  it('goes on with log x from x to x + 1, small and large', () => {
    for (const x of [1e-8, 0.01, 0.7, 3.3, 14.9, 15.1, 200, 1e5]) {
      const size = Math.max(1, Math.abs(logGamma(x + 1)));
      expect(Math.abs(logGamma(x + 1) - logGamma(x) - Math.log(x)) / size).toBeLessThan(2e-14);
    }
  });
});

describe('digamma', () => {
  it('is -γ at 1 and -γ - 2 log 2 at a half', () => {
    const euler = 0.5772156649015329;
    expect(digamma(1)).toBeCloseTo(-euler, 14);
    expect(digamma(0.5)).toBeCloseTo(-euler - 2 * Math.LN2, 14);
  });

  it('is the slope of logGamma', () => {
    for (const x of [0.3, 1, 2.5, 14.5, 40]) {
      const slope = (logGamma(x + 1e-5) - logGamma(x - 1e-5)) / 2e-5;
      expect(digamma(x)).toBeCloseTo(slope, 7);
    }
  });
});
