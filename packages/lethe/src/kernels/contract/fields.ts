/** What several families of kernels are told. Conventions: kernels.ts. */
import type { Real } from '../../tensor/dtype.ts';

/** Activation of a recurrent cell or of a layer. */
export type Activation = 'tanh' | 'sigmoid' | 'relu' | 'identity';

/**
 * A mask, already scaled, seen through strides: element j of row b at step t and gate g is
 * `data[g*gate + t*time + b*batch + j]`. A stride of 0 shares the mask along that axis, so per-step,
 * per-sequence, per-example and shared masks are one code path.
 */
export interface Mask {
  data: Real;
  gate: number;
  time: number;
  batch: number;
}

/**
 * Which steps of a row count: row b is active for start[b] <= t < stop[b]. On an inactive step the state
 * (mean and variance) stays as it was and no gradient enters from that step's own equations. The inputs that stand there must be
 * zeros: layers put them in place of whatever was given.
 */
export interface Active {
  /** [B], default 0 */
  start?: Int32Array;
  /** [B], default T */
  stop?: Int32Array;
}

/**
 * First two moments of independent multiplicative noise m on the inputs u of a linear map, as they act on
 * the moments of u: E[m u] = mean * E[u]; Var[m u] = square * E[u]^2 + variance * Var[u].
 * Bernoulli with drop rate p, unscaled: mean = 1-p, square = p(1-p), variance = 1-p. Gaussian or inverted
 * drop: mean = 1, square = s2, variance = 1+s2. variance = 0 leaves out the variance not due to the noise
 * (footnote 1 of Bayer et al. 2013).
 */
export interface NoiseMoments {
  mean: number;
  square: number;
  variance: number;
}

/** How the moments of a non-linear activation of a Gaussian are computed. relu and identity are exact in every form. */
export type MomentForm = 'wang-manning' | 'probit' | 'daunizeau' | 'gauss-hermite';

/** An activation in the moments run. */
export interface MomentFunction {
  activation: Activation;
  form: MomentForm;
  /** gauss-hermite only: nodes x_i and weights w_i with sum(w) = 1, E[f] = sum w_i f(mu + s x_i); float64, at most 64 */
  nodes?: Float64Array;
  weights?: Float64Array;
}

/** How the moments of the gates are computed; see {@link MomentFunction}. */
export type MomentRule = Omit<MomentFunction, 'activation'>;

/**
 * Address of a stream of random numbers. Philox 4x32-10 with key = seed (low word first) and counter =
 * (block, step, site, pass): element i of a draw is lane i mod 4 of block floor(i/4).
 */
export interface StreamAddress {
  /** low and high 32 bits of the seed */
  seedLow: number;
  seedHigh: number;
  /** counter word 1: the training step */
  step: number;
  /** counter word 2: layer * 2^16 + site * 2^8 + entry */
  site: number;
  /** counter word 3: pass * 2^16 + direction */
  pass: number;
}
