import { describe, expect, it } from 'vitest';
import { negativeBinomialQuantiles, normalQuantile, studentTQuantile } from './quantile-functions.ts';

const studentT = [
  [0.95, 2.5, 2.5582186141359355],
  [0.99, 3.7, 3.9205078192085483],
  [0.6, 2.2, 0.2853915458883041],
  [0.05, 8, -1.859548037530898],
  [0.975, 5, 2.5705818356363146],
  [0.995, 30.5, 2.746967063704737],
  [0.51, 4, 0.02667061830264906],
];
const negativeBinomial: [number, number, number[]][] = [
  [3, 0.5, [0, 2, 7, 12]],
  [0.2, 2, [0, 0, 1, 2]],
  [120, 0.1, [63, 116, 173, 230]],
  [5, 0, [2, 5, 8, 11]],
];
const fewDegrees: [number, number, number][] = [
  [0.975, 1.01, 12.412738499102536],
  [0.7, 1.01, 0.7242069186257325],
  [0.001, 2.01, -22.05536374255338],
  [0.9, 1.5, 2.1963984175655376],
  [1e-10, 1.2, -86620109.17506468],
  [1e-30, 1.2, -4.0205493151330076e24],
  [0.3, 1.9, -0.6225564318451208],
];
const longTails: [number, number, number, number][] = [
  [0.95, 1e4, 10, 58044],
  [0.99, 1e4, 10, 158849],
  [0.5, 1e6, 1, 693147],
  [0.999999, 1999, 10, 189051],
  [0.99, 3e5, 100, 7951577],
];
const largeMean = [1488, 4510, 8673, 13448];

describe('quantile functions', () => {
  it('of the normal distribution are exact to rounding', () => {
    // scipy 1.17.1, scipy.stats.norm.ppf
    for (const [p, z] of [
      [1e-6, -4.753424308822899],
      [0.05, -1.6448536269514729],
      [0.5, 0],
      [0.9, 1.2815515655446004],
      [0.975, 1.959963984540054],
    ])
      expect(normalQuantile(p)).toBeCloseTo(z, 12);
  });

  it('of the Student-t distribution agree to four digits, also for degrees of freedom between whole numbers', () => {
    // scipy 1.17.1, scipy.stats.t.ppf
    for (const [p, dof, t] of studentT)
      expect(Math.abs(studentTQuantile(p, dof) - t)).toBeLessThan(3e-4 * Math.abs(t));
    expect(studentTQuantile(0.5, 3)).toBeCloseTo(0, 12);
    // Cauchy: tan(π (p - ½)).
    expect(studentTQuantile(0.9, 1)).toBeCloseTo(Math.tan(Math.PI * 0.4), 10);
    expect(studentTQuantile(0.1, 1)).toBeCloseTo(-Math.tan(Math.PI * 0.4), 10);
  });

  it('of the Student-t distribution with few degrees of freedom have their digits, in the middle and far out', () => {
    // scipy 1.17.1, scipy.stats.t.ppf; Hill's approximation says 14.498, .9555 and -22.063.
    for (const [p, dof, t] of fewDegrees)
      expect(Math.abs(studentTQuantile(p, dof) - t)).toBeLessThan(1e-9 * Math.abs(t));
    // The same of scipy near the middle; not .23. 2 p - 1 has 4 digits there.
    expect(studentTQuantile(0.5 + 1e-12, 1.01) / 3.135511387185875e-12).toBeCloseTo(1, 3);
  });

  it('of counts with long tails are those of the gamma distribution, without counting them', () => {
    // scipy 1.17.1, scipy.stats.nbinom.ppf(level, 1/a, 1/(1 + a mean)); Wilson and Hilferty's alone says 42,729 for the first.
    for (const [level, mean, dispersion, exact] of longTails) {
      const [found] = negativeBinomialQuantiles([level], mean, dispersion);
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(1 + 1e-3 * exact);
    }
    // 10^9 counts would take a minute.
    const began = performance.now();
    negativeBinomialQuantiles([0.5, 1 - 1e-9], 1999, 1e4);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('of the negative binomial distribution are those of the summed masses', () => {
    const levels = [0.05, 0.5, 0.9, 0.99];
    // scipy 1.17.1, scipy.stats.nbinom.ppf(levels, r, r / (r + mean)) with r = 1 / a; poisson.ppf for a = 0
    for (const [mean, dispersion, counts] of negativeBinomial)
      expect(negativeBinomialQuantiles(levels, mean, dispersion)).toEqual(counts);
    expect(negativeBinomialQuantiles(levels, 0, 0.5)).toEqual([0, 0, 0, 0]);
  });

  it('of a large mean lie within a hundredth of the exact ones', () => {
    const found = negativeBinomialQuantiles([0.05, 0.5, 0.9, 0.99], 5000, 0.3);
    // scipy 1.17.1, scipy.stats.nbinom.ppf
    for (const [i, exact] of largeMean.entries())
      expect(Math.abs(found[i] - exact)).toBeLessThan(0.01 * exact);
  });

  it('refuse what is no level', () => {
    for (const p of [0, 1, -1, Number.NaN]) expect(() => normalQuantile(p)).toThrow('expected p');
    expect(() => negativeBinomialQuantiles([0.5, 0.4], 1, 1)).toThrow('levels[1]');
    expect(() => studentTQuantile(0.5, 0.5)).toThrow('dof');
  });
});
