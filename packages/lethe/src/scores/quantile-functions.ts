/** Quantile functions of the distributions that heads give: the values below which a share of what comes should lie. */

import { logGamma } from '../kernels/portable/gamma.ts';
import { normalCdf, normalDensity } from '../kernels/portable/gaussian.ts';
import { checkNumber, checkNumbers } from '../options.ts';
import { betaShare, gammaShares, whereShareIs } from './incomplete-functions.ts';

/** The standard normal quantile, to the rounding of float64: Acklam's rational start (2003) and one step of Halley's method. @throws ConfigError for p outside (0, 1) */
export function normalQuantile(p: number): number {
  checkLevel('normalQuantile', p);
  return ofNormal(p);
}

/**
 * The quantile of the standard Student-t distribution, its error below 3e-4 of it (Hill 1970, algorithm 396; for few degrees of freedom, where that
 * misses by a quarter, by the incomplete beta function; closed forms for 1 and 2).
 * @param dof degrees of freedom, at least 1
 * @throws ConfigError for p outside (0, 1), or dof below 1
 */
export function studentTQuantile(p: number, dof: number): number {
  checkLevel('studentTQuantile', p);
  checkNumber('studentTQuantile', 'dof', dof, { from: 1 });
  const tail = 2 * Math.min(p, 1 - p);
  const size = dof < hillFrom && dof !== 1 && dof !== 2 ? fewDegrees(p, dof) : upperStudentT(tail, dof);
  return p < 0.5 ? -size : size;
}

/**
 * Quantiles of a negative binomial distribution, the smallest counts with P(Y <= count) >= p; above a mean of 2,000, and beyond a count of 20,000, those
 * of the gamma distribution with its mean and variance, rounded.
 * @param levels ascending, between 0 and 1
 * @param dispersion a: the variance is mean + a mean²; 0: Poisson
 * @throws ConfigError for levels outside (0, 1) or not ascending, or parameters that are none
 */
export function negativeBinomialQuantiles(
  levels: ArrayLike<number>,
  mean: number,
  dispersion: number,
): number[] {
  const where = 'negativeBinomialQuantiles';
  checkNumbers(where, 'levels', levels);
  checkNumber(where, 'mean', mean, { from: 0 });
  checkNumber(where, 'dispersion', dispersion, { from: 0 });
  for (let i = 0; i < levels.length; i++) {
    checkNumber(where, `levels[${i}]`, levels[i], { above: i === 0 ? 0 : levels[i - 1] - 1e-12, below: 1 });
  }
  const each = Array.from(levels);
  if (mean > countedUpTo) return each.map((p) => ofGamma(p, mean, mean + dispersion * mean * mean));
  const r = dispersion > 1e-7 ? 1 / dispersion : Infinity;
  const share = r === Infinity ? 0 : mean / (mean + r);
  const most = Math.min(countedTo, largestCount(mean, dispersion));
  // In logarithms: the first masses of a large mean are below the smallest number.
  let log = r === Infinity ? -mean : -r * Math.log1p(mean / r);
  let below = Math.exp(log);
  let count = 0;
  return each.map((p) => {
    while (below < p && count < most) {
      log += Math.log(r === Infinity ? mean : share * (count + r)) - Math.log(count + 1);
      below += Math.exp(log);
      count++;
    }
    // So far out the steps of the counts are nothing to the scale of the tail.
    return below < p && count >= countedTo
      ? Math.max(count, ofGamma(p, mean, mean + dispersion * mean * mean))
      : count;
  });
}

// --- internal ---

/** Above it, counting up costs more than the difference is worth: of the mean, and of the counts of a long tail. */
const countedUpTo = 2000;
const countedTo = 20_000;

/** Where rounding keeps the sum of the masses below a level near 1. */
const largestCount = (mean: number, dispersion: number): number =>
  mean + 60 * Math.sqrt(mean + dispersion * mean * mean) + 100 + 60 * dispersion * mean;

function checkLevel(where: string, p: number): void {
  checkNumber(where, 'p', p, { above: 0, below: 1 });
}

function ofNormal(p: number): number {
  if (p > 0.5) return -ofNormal(1 - p);
  const x = acklam(p);
  const error = (normalCdf(x) - p) / normalDensity(x);
  return x - error / (1 + (x * error) / 2);
}

/** Relative error below 1.15e-9, for p up to one half. */
function acklam(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return (
      polynomial(
        [
          -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734,
          4.374664141464968, 2.938163982698783,
        ],
        q,
      ) / polynomial([7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1], q)
    );
  }
  const q = p - 0.5;
  const r = q * q;
  return (
    (q *
      polynomial(
        [
          -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2,
          -3.066479806614716e1, 2.506628277459239,
        ],
        r,
      )) /
    polynomial(
      [
        -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1,
        -1.328068155288572e1, 1,
      ],
      r,
    )
  );
}

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/** The value that |t| exceeds with probability `tail`; letters as in the algorithm. */
function upperStudentT(tail: number, n: number): number {
  if (tail >= 1) return 0;
  if (n === 1) return 1 / Math.tan((tail * Math.PI) / 2);
  if (n === 2) return Math.sqrt(2 / (tail * (2 - tail)) - 2);
  const a = 1 / (n - 0.5);
  const b = 48 / (a * a);
  let c = (((20700 * a) / b - 98) * a - 16) * a + 96.36;
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * n;
  let y = (d * tail) ** (2 / n);
  if (y > 0.05 + a) {
    const x = ofNormal(tail / 2);
    y = x * x;
    if (n < 5) c += 0.3 * (n - 4.5) * (x + 0.6);
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c;
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
    y = Math.expm1(a * y * y);
  } else {
    y =
      ((1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1) *
        ((n + 1) / (n + 2)) +
      1 / y;
  }
  return Math.sqrt(n * y);
}

/** Below so many degrees of freedom Hill's approximation misses by more than 3e-4. */
const hillFrom = 2.5;

/** What |t| is at p: the share inside is I_y(1/2, n/2), that outside I_x(n/2, 1/2), x = n/(n + t²). */
function fewDegrees(p: number, n: number): number {
  const outside = 2 * Math.min(p, 1 - p);
  const inside = Math.abs(2 * p - 1);
  if (inside === 0) return 0;
  const logDensity = logGamma((n + 1) / 2) - logGamma(n / 2) - 0.5 * Math.log(n * Math.PI);
  // So far out the density is its leading power, 2 c n^((n-1)/2) / tⁿ of it outside, and t² larger than any number.
  if (outside < 1e-20)
    return (2 * Math.exp(logDensity) * n ** ((n - 1) / 2)) ** (1 / n) * outside ** (-1 / n);
  // Between the closed forms of 1 and 2; of three degrees it is less.
  const start = upperStudentT(outside, n < 1.5 ? 1 : 2);
  return whereShareIs(Math.min(inside, outside), start, (t) => {
    const x = n / (n + t * t);
    const y = 1 / (1 + n / (t * t));
    const slope = 2 * t * Math.exp(logDensity - ((n + 1) / 2) * Math.log1p((t * t) / n));
    return inside < outside
      ? { share: betaShare(y, x, 0.5, n / 2), slope }
      : { share: betaShare(x, y, n / 2, 0.5), slope: -slope };
  });
}

/** From such a shape on the approximation of Wilson and Hilferty (1931) is as good as a count. */
const wilsonHilfertyFrom = 1000;

function ofGamma(p: number, mean: number, variance: number): number {
  const shape = (mean * mean) / variance;
  const third = 1 / (9 * shape);
  const root = 1 - third + ofNormal(p) * Math.sqrt(third);
  // Far below, the approximation turns over: the leading term of the distribution function there.
  const small = (p * Math.exp(logGamma(shape + 1))) ** (1 / shape) / shape;
  const start = root > 0.15 ? root ** 3 : small;
  if (shape > wilsonHilfertyFrom || start === 0) return Math.round(mean * start);
  const x = whereShareIs(Math.min(p, 1 - p), shape * start, (at) => {
    const { below, above } = gammaShares(shape, at);
    const slope = Math.exp(shape * Math.log(at) - at - logGamma(shape));
    return p < 0.5 ? { share: below, slope } : { share: above, slope: -slope };
  });
  return Math.round((mean * x) / shape);
}
