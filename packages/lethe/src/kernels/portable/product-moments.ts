/** Mean and variance of a product of independents, m1 m2 and m1² v2 + v1 m2² + v1 v2, and their gradients. */

/** [mean, variance] */
export type Pair = readonly [number, number];

export function independent([m1, v1]: Pair, [m2, v2]: Pair): Pair {
  return [m1 * m2, m1 * m1 * v2 + v1 * (m2 * m2 + v2)];
}

/** The gradient of the first factor from that of the product. */
export function independentGradient([m1]: Pair, [m2, v2]: Pair, [dm, dv]: Pair): Pair {
  return [dm * m2 + 2 * dv * m1 * v2, dv * (m2 * m2 + v2)];
}
