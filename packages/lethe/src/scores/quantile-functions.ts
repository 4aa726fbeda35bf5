/** Quantile functions of the distributions that heads give: the values below which a share of what comes should lie. */

import { logGamma } from '../kernels/portable/gamma.ts';
import { normalCdf, normalDensity } from '../kernels/portable/gaussian.ts';
import { checkNumber, checkNumbers } from '../options.ts';

/** The standard normal quantile, to the rounding of float64: Acklam's rational start (2003) and one step of Halley's method. @throws ConfigError for p outside (0, 1) */
export function normalQuantile(p: number): number {
  checkLevel('normalQuantile', p);
  return ofNormal(p);
}

/**
 * The quantile of the standard Student-t distribution, its error below 3e-4 of it (Hill 1970, algorithm 396; closed forms for 1 and 2).
 * @param dof degrees of freedom, at least 1
 * @throws ConfigError for p outside (0, 1), or dof below 1
 */
export function studentTQuantile(p: number, dof: number): number {
  checkLevel('studentTQuantile', p);
  checkNumber('studentTQuantile', 'dof', dof, { from: 1 });
  const tail = 2 * Math.min(p, 1 - p);
  return p < 0.5 ? -upperStudentT(tail, dof) : upperStudentT(tail, dof);
}

/**
 * Quantiles of a negative binomial distribution, the smallest counts with P(Y <= count) >= p; above a mean of 2,000 those of the gamma
 * distribution with its mean and variance (Wilson and Hilferty 1931), rounded.
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
  const most = largestCount(mean, dispersion);
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
    return count;
  });
}

// --- internal ---

/** Above it, counting up costs more than the difference is worth. */
const countedUpTo = 2000;

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

function ofGamma(p: number, mean: number, variance: number): number {
  const shape = (mean * mean) / variance;
  const third = 1 / (9 * shape);
  const root = 1 - third + ofNormal(p) * Math.sqrt(third);
  // Far below, the approximation turns over: the leading term of the distribution function there.
  const small = (p * Math.exp(logGamma(shape + 1))) ** (1 / shape) / shape;
  return Math.round(mean * (root > 0.15 ? root ** 3 : small));
}
