/**
 * Gauss-Hermite quadrature for a normal variable: E[f(X)] = sum_i w_i f(mu + s x_i), X ~ N(mu, s²), exact for
 * polynomials of degree below 2 n. The nodes are the roots of the Hermite polynomial of degree n orthonormal
 * under N(0, 1), h_{k+1} = (x h_k - sqrt(k) h_{k-1}) / sqrt(k+1); the weights are 1 / sum_k h_k(x_i)²
 * (Christoffel numbers; Szegő, "Orthogonal polynomials", 1939, section 3.4).
 */
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';

/** Nodes and weights of a rule for N(0, 1). */
export interface Quadrature {
  /** ascending, symmetric about 0 */
  nodes: Float64Array;
  /** sum to 1 */
  weights: Float64Array;
}

/** Most nodes that the kernels take. */
export const maxQuadraturePoints = 64;

/**
 * The rule with `points` nodes; computed once, then remembered.
 * @throws ConfigError unless points is a whole number from 1 to 64
 */
export function gaussHermite(points: number): Quadrature {
  if (!Number.isInteger(points) || points < 1 || points > maxQuadraturePoints) {
    throw new ConfigError(
      `gauss-hermite: expected points to be a whole number from 1 to ${maxQuadraturePoints}, got ${found(points)}`,
    );
  }
  let rule = known.get(points);
  if (!rule) known.set(points, (rule = compute(points)));
  return rule;
}

// --- internal ---

const known = new Map<number, Quadrature>();

function compute(points: number): Quadrature {
  // The roots of degree k lie between those of degree k-1, so each degree brackets the next.
  let roots: number[] = [];
  for (let degree = 1; degree <= points; degree++) {
    const bound = 2 * Math.sqrt(degree + 1);
    const edges = [-bound, ...roots, bound];
    roots = Array.from({ length: degree }, (_, i) => rootBetween(degree, edges[i], edges[i + 1]));
  }
  const nodes = Float64Array.from(roots, (root, i) => (root - roots[points - 1 - i]) / 2);
  const weights = Float64Array.from(nodes, (x) => 1 / hermite(points, x).squares);
  const total = weights.reduce((sum, w) => sum + w, 0);
  return { nodes, weights: weights.map((w) => w / total) };
}

/** Newton's method, kept inside a bracket that bisection shrinks. */
function rootBetween(degree: number, low: number, high: number): number {
  const rising = hermite(degree, high).value > 0;
  let x = (low + high) / 2;
  for (let iteration = 0; iteration < 200; iteration++) {
    const { value, previous } = hermite(degree, x);
    if (value > 0 === rising) high = x;
    else low = x;
    // h_n' = sqrt(n) h_{n-1}
    const newton = x - value / (Math.sqrt(degree) * previous);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= 1e-16 * (1 + Math.abs(x)) || next === x) return next;
    x = next;
  }
  return x;
}

/** h_n(x), h_{n-1}(x) and the sum of h_k(x)² for k < n. */
function hermite(n: number, x: number): { value: number; previous: number; squares: number } {
  let previous = 0;
  let value = 1;
  let squares = 0;
  for (let k = 0; k < n; k++) {
    squares += value * value;
    const next = (x * value - Math.sqrt(k) * previous) / Math.sqrt(k + 1);
    previous = value;
    value = next;
  }
  return { value, previous, squares };
}
