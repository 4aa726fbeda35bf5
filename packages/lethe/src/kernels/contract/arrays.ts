/** Products, sums and noise over whole arrays. Conventions: kernels.ts. */

import type { Real } from '../../tensor/dtype.ts';
import type { Active, Mask } from './fields.ts';

/** C = alpha * op(A) op(B) (+ C when `accumulate`), op(A) [m, k], op(B) [k, n], C [m, n]. */
export interface Matmul {
  m: number;
  n: number;
  k: number;
  /** [m, k], or [k, m] when transposeA */
  a: Real;
  transposeA?: boolean;
  /** [k, n], or [n, k] when transposeB */
  b: Real;
  transposeB?: boolean;
  /** [m, n] */
  c: Real;
  /** default 1 */
  alpha?: number;
  /** add to c instead of overwriting it; default false */
  accumulate?: boolean;
  /** [n], added to every row; only without accumulate */
  bias?: Real;
}

/** Weights drawn from their distribution: out = mean + exp(logDeviation) ∘ epsilon, element by element. */
export interface NoisyWeights {
  /** number of elements */
  n: number;
  mean: Real;
  logDeviation: Real;
  /** standard normal draws */
  epsilon: Real;
  out: Real;
}

/** Gradients of {@link NoisyWeights}: dMean += dOut, dLogDeviation += dOut ∘ epsilon ∘ exp(logDeviation). */
export interface NoisyWeightsBackward extends Omit<NoisyWeights, 'mean' | 'out'> {
  dOut: Real;
  dMean: Real;
  dLogDeviation: Real;
}

/**
 * Sums over n Gaussians, in float64 and in a fixed order: of the means, of their squares, of the variances
 * exp(2 logDeviation) and of logDeviation. They give the description length of the weights under the best
 * Gaussian prior.
 */
export interface GaussianSums {
  n: number;
  mean: Real;
  logDeviation: Real;
}

/** Gradient of scale * KL(N(mean, exp(2 logDeviation)) || N(priorMean, priorVariance)), summed over elements. */
export interface GaussianKlBackward extends GaussianSums {
  priorMean: number;
  priorVariance: number;
  scale: number;
  /** += scale (mean - priorMean) / priorVariance */
  dMean: Real;
  /** += scale (exp(2 logDeviation) / priorVariance - 1) */
  dLogDeviation: Real;
}

/** Rows of a table by number: rows [M, n], table [V, n]. */
export interface TableRows {
  M: number;
  n: number;
  /** rows of the table */
  V: number;
  /** [M], in 0 .. V-1 */
  numbers: Int32Array;
  /** [M], absent: 1 */
  factors?: Real;
  table: Real;
  rows: Real;
}

/** Steps of every row, and a row for their sum; of each row the active steps count. */
export interface StepSums extends Active {
  T: number;
  B: number;
  n: number;
  /** [B], absent: 1 */
  factors?: Real;
  /** [T, B, n] */
  steps: Real;
  /** [B, n] */
  sums: Real;
}

/** target += source ∘ mask; arrays [T, B, n]. */
export interface AddMasked {
  T: number;
  B: number;
  n: number;
  source: Real;
  mask: Mask;
  target: Real;
}

/** Two arrays of n elements, which may overlap: h.subarray(k) and h are h_{t+1} and h_t. */
export interface SquaredDistance {
  n: number;
  a: Real;
  b: Real;
}

/** target += factor (a - b), without b: target += factor a; `target` may be `a`. */
export interface AddDifference {
  n: number;
  a: Real;
  b?: Real;
  factor: number;
  target: Real;
}
