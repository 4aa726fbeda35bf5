/**
 * The incomplete gamma and beta functions, regularized, and where they have a value: shares of gamma and Student-t distributions, in float64
 * (Press et al. 2007, "Numerical recipes", sections 6.2 and 6.4).
 */
import { logGamma } from '../kernels/portable/gamma.ts';

/** P(a, x) and Q(a, x) = 1 - P, the shares of a gamma distribution with the shape a and the scale 1 below and above x > 0; each keeps its digits where it is the smaller. */
export function gammaShares(a: number, x: number): { below: number; above: number } {
  const front = Math.exp(a * Math.log(x) - x - logGamma(a + 1));
  if (x < a + 1) {
    let [term, sum] = [1, 1];
    for (let n = 1; n < mostTerms && term > sum * precision; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return { below: front * sum, above: 1 - front * sum };
  }
  // 1/(x + 1 - a - 1 (1 - a)/(x + 3 - a - …)), by Lentz' method.
  const above =
    front *
    a *
    continuedFraction(
      (n) => n * (a - n),
      (n) => x + 2 * n + 1 - a,
    );
  return { below: 1 - above, above };
}

/** I_x(a, b) of x and y = 1 - x, both given, so that neither loses its digits. */
export function betaShare(x: number, y: number, a: number, b: number): number {
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(y, x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log(y) + logGamma(a + b) - logGamma(a + 1) - logGamma(b));
  const fraction = continuedFraction(
    (n) => {
      const m = n >> 1;
      return n % 2 === 0
        ? (m * (b - m) * x) / ((a + n - 1) * (a + n))
        : (-(a + m) * (a + b + m) * x) / ((a + n - 1) * (a + n));
    },
    () => 1,
  );
  return front * fraction;
}

/**
 * x > 0 where a share is what it should be, by Newton's method on its logarithm over that of x, which is concave for shares below and above
 * a point of both distributions, so that it converges from any start.
 * @param share at x, and its slope by log x
 */
export function whereShareIs(
  wanted: number,
  start: number,
  share: (x: number) => { share: number; slope: number },
): number {
  let log = Math.log(start);
  for (let step = 0; step < mostSteps; step++) {
    const at = share(Math.exp(log));
    // Where a share is below the smallest number there is nothing to follow: back towards the middle.
    const move = at.share > 0 ? ((Math.log(wanted) - Math.log(at.share)) * at.share) / at.slope : -1;
    log += Math.max(-longestStep, Math.min(longestStep, move));
    if (Math.abs(move) < 1e-12) break;
  }
  return Math.exp(log);
}

// --- internal ---

const precision = 1e-16;
const mostTerms = 10_000;
const mostSteps = 500;
/** In log x. */
const longestStep = 2;
const smallest = 1e-300;

/** 1/(b_0 + a_1/(b_1 + a_2/(b_2 + …))) by Lentz' method. */
function continuedFraction(a: (n: number) => number, b: (n: number) => number): number {
  const apart = (value: number): number => (Math.abs(value) < smallest ? smallest : value);
  let c = 1 / smallest;
  let d = 1 / apart(b(0));
  let result = d;
  for (let n = 1; n < mostTerms; n++) {
    d = 1 / apart(b(n) + a(n) * d);
    c = apart(b(n) + a(n) / c);
    const factor = c * d;
    result *= factor;
    if (Math.abs(factor - 1) < precision) break;
  }
  return result;
}
