/** Losses, and the readout of language models with its own. Conventions: kernels.ts. */
import type { Real } from '../../tensor/dtype.ts';

/**
 * Bernoulli negative log-likelihood from logits, natural log:
 *   rowLoss_m = stepMask_m * sum_k (softplus(z_mk) - y_mk z_mk)
 * With `variance` the probability is logistic(z / sqrt(1 + pi/8 v)) (MacKay; the music runs of Bayer et al. 2013).
 */
export interface BernoulliNll {
  /** rows */
  M: number;
  K: number;
  /** [M, K] */
  logits: Real;
  /** [M, K] */
  variance?: Real;
  /** [M, K] */
  targets: Real;
  /** [M], 1 counts, 0 does not; absent: all count */
  stepMask?: Real;
  /** [M], out */
  rowLoss: Real;
}

/** Gradients of `scale` * sum_m rowLoss_m; rowLoss is not read. */
export interface BernoulliNllBackward extends Omit<BernoulliNll, 'rowLoss'> {
  scale: number;
  /** dLogits and dVariance hold nothing yet: overwrite them; default false */
  fresh?: boolean;
  /** [M, K] */
  dLogits: Real;
  /** [M, K] */
  dVariance?: Real;
}

/**
 * Squared error, of a Gaussian output its expectation:
 *   rowLoss_m = stepMask_m * sum_k ((y_mk - mean_mk)^2 + variance_mk)
 */
export interface SquaredError {
  /** rows */
  M: number;
  K: number;
  /** [M, K] */
  mean: Real;
  /** [M, K]; absent: 0 */
  variance?: Real;
  /** [M, K] */
  targets: Real;
  /** [M], 1 counts, 0 does not; absent: all count */
  stepMask?: Real;
  /** [M], out */
  rowLoss: Real;
}

/** Gradients of `scale` * sum_m rowLoss_m; rowLoss is not read. */
export interface SquaredErrorBackward extends Omit<SquaredError, 'rowLoss'> {
  scale: number;
  /** dMean and dVariance hold nothing yet: overwrite them; default false */
  fresh?: boolean;
  /** [M, K]; absent: nobody wants it */
  dMean?: Real;
  /** [M, K]; absent: nobody wants it */
  dVariance?: Real;
}

/**
 * Categorical negative log-likelihood from logits, natural log, with the target smoothed to (1 - e) [k = target] + e / K
 * (Szegedy et al. 2016, section 7):
 *   rowNll_m = stepMask_m * (log sum_k exp(z_mk) - z_m,target)
 *   rowLoss_m = rowNll_m + stepMask_m * e * (z_m,target - mean_k z_mk) = stepMask_m * ((1 - e) nll_m + e mean_k(-log p_mk))
 */
export interface SoftmaxNll {
  /** rows */
  M: number;
  K: number;
  /** [M, K] */
  logits: Real;
  /** [M], in 0 .. K-1 */
  targets: Int32Array;
  /** [M], 1 counts, 0 does not; absent: all count */
  stepMask?: Real;
  /** e; default 0 */
  smoothing?: number;
  /** [M], out */
  rowLoss: Real;
  /** [M], out: the loss without smoothing */
  rowNll?: Real;
}

/** Gradients of `scale` * sum_m rowLoss_m; rowLoss is not read. */
export interface SoftmaxNllBackward extends Omit<SoftmaxNll, 'rowLoss' | 'rowNll'> {
  scale: number;
  /** dLogits holds nothing yet: overwrite it; default false */
  fresh?: boolean;
  /** [M, K] */
  dLogits: Real;
}

/** A linear readout over K classes, z_m = x_m W^T + b, computed for a stretch of rows at a time: [M, K] logits never exist. */
interface Readout {
  /** rows */
  M: number;
  I: number;
  /** classes */
  K: number;
  /** [M, I] */
  x: Real;
  /** [K, I]: a row for each class, as an embedding has it */
  w: Real;
  /** of the gradients; default 1 */
  scale?: number;
  /** [M, I], out: overwritten; absent: not computed */
  dx?: Real;
  /** [K, I], out: overwritten */
  dw?: Real;
}

/**
 * Categorical negative log-likelihood of a readout, natural log, its targets smoothed as those of SoftmaxNll, and in the same pass the
 * gradients of scale * sum_m rowLoss_m.
 */
export interface ReadoutNll extends Readout {
  /** [K], absent: 0 */
  bias?: Real;
  /** [M], in 0 .. K-1 */
  targets: Int32Array;
  /** [M], 1 counts, 0 does not; absent: all count */
  stepMask?: Real;
  /** e; default 0 */
  smoothing?: number;
  /** [M], out */
  rowLoss: Real;
  /** [M], out: the loss without smoothing */
  rowNll?: Real;
  /** [K], out: overwritten */
  dbias?: Real;
}

/** The sum of z² of a readout without bias, and the gradients of scale * that sum. */
export type ReadoutSquares = Readout;

/** The N most probable classes of every row of a readout, and log Σ exp over all: log p of a class is its logit less that. Logits of all never exist. */
export interface ReadoutTop {
  /** rows */
  M: number;
  I: number;
  /** classes */
  K: number;
  /** classes wanted of each row */
  N: number;
  /** [M, I] */
  x: Real;
  /** [K, I]: a row for each class, as an embedding has it */
  w: Real;
  /** [K], absent: 0 */
  bias?: Real;
  /** [M, N], out: best first, of equal logits the smaller; -1 behind the last that has a logit above -Infinity */
  classes: Int32Array;
  /** [M, N], out: their logits, -Infinity behind the last */
  logits: Real;
  /** [M], out: log Σ_k exp(z_mk); not a number where a logit is none, or infinite */
  totals: Real;
}
