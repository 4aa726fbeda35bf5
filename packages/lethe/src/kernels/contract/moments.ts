/** Mean and variance through activations, linear maps and recurrent layers. Conventions: kernels.ts. */

import type { Real } from '../../tensor/dtype.ts';
import type { Active, MomentFunction, MomentRule, NoiseMoments } from './fields.ts';

/** (outMean, outVariance) = moments of f(X), X ~ N(mean, variance), element by element; variance clamped at 0. */
export interface MomentsActivation extends MomentFunction {
  /** number of elements */
  n: number;
  mean: Real;
  variance: Real;
  outMean: Real;
  outVariance: Real;
}

/** Gradients of {@link MomentsActivation}. */
export interface MomentsActivationBackward extends MomentsActivation {
  dOutMean: Real;
  dOutVariance: Real;
  dMean: Real;
  dVariance: Real;
}

/**
 * Linear map of noisy independent inputs (exact moments):
 *   outMean = noise.mean * mean W + b;  outVariance = (noise.square * mean^2 + noise.variance * variance) (W ∘ W)
 */
export interface MomentsLinear {
  /** rows */
  M: number;
  I: number;
  O: number;
  /** [M, I] */
  mean: Real;
  /** [M, I], absent: 0 */
  variance?: Real;
  /** [I, O] */
  w: Real;
  /** [O] */
  bias: Real;
  noise: NoiseMoments;
  /** [M, I], out, keep: the variance of the noisy input */
  noisyVariance: Real;
  /** [M, O] */
  outMean: Real;
  /** [M, O] */
  outVariance: Real;
}

/** Gradients of {@link MomentsLinear}; outMean and outVariance are not read. */
export interface MomentsLinearBackward extends Omit<MomentsLinear, 'outMean' | 'outVariance'> {
  /** [M, O] */
  dOutMean: Real;
  /** [M, O] */
  dOutVariance: Real;
  /** [M, I] */
  dMean?: Real;
  /** [M, I] */
  dVariance?: Real;
  /** dMean and dVariance hold nothing yet: overwrite them; default false */
  fresh?: boolean;
  /** [I, O] */
  dw: Real;
  /** [O] */
  dbias: Real;
}

/**
 * What every recurrent layer is given in the moments run. G gates, one of the plain cell; A blocks of pre-activations, one of the plain
 * cell, four of the gated ones.
 */
interface MomentsLayerForward extends Active {
  T: number;
  B: number;
  I: number;
  H: number;
  /** [T, B, I] */
  x: Real;
  /** [T, B, I], absent: 0 */
  xVariance?: Real;
  /** [B, H] */
  h0: Real;
  /** [B, H], absent: 0 */
  h0Variance?: Real;
  /** [I, G*H] */
  wIn: Real;
  /** [H, G*H] */
  wRec: Real;
  /** [G*H] */
  bias: Real;
  noiseInput: NoiseMoments;
  noiseRecurrent: NoiseMoments;
  /** [T, B, A*H], standard normal draws for the columns of aMean: pre-activations are drawn, variances from there on are 0 */
  epsilon?: Real;
  /** [T, B, A*H], out, keep */
  aMean: Real;
  /** [T, B, A*H], out, keep */
  aVariance: Real;
  /** [T, B, H], out, keep */
  hMean: Real;
  /** [T, B, H], out, keep */
  hVariance: Real;
}

/** What every recurrent layer gives back; daMean and daVariance may be the arrays of aMean and aVariance, which are then lost. */
interface MomentsLayerGradients {
  /** [T, B, H] gradient of hMean */
  dhMean: Real;
  /** [T, B, H] gradient of hVariance, absent: 0 */
  dhVariance?: Real;
  /** [I, G*H] */
  dwIn: Real;
  /** [H, G*H] */
  dwRec: Real;
  /** [G*H] */
  dbias: Real;
  /** [B, H] */
  dh0?: Real;
  /** [B, H] */
  dh0Variance?: Real;
  /** [T, B, I] */
  dx?: Real;
  /** [T, B, I] */
  dxVariance?: Real;
  /** [T, B, A*H], out: gradient of aMean, 0 on inactive steps */
  daMean: Real;
  /** [T, B, A*H], out: gradient of aVariance, 0 on inactive steps */
  daVariance: Real;
}

/**
 * Fast-dropout recurrent layer over a whole sequence: mean and variance propagated together.
 *   aMean_t = noiseInput.mean * x_t W_in + noiseRecurrent.mean * hMean_{t-1} W_rec + b
 *   aVar_t  = V(noiseInput, x_t) (W_in ∘ W_in) + V(noiseRecurrent, h_{t-1}) (W_rec ∘ W_rec),
 *             V(noise, u) = noise.square * E[u]^2 + noise.variance * Var[u]
 *   (hMean_t, hVar_t) = moments of f(N(aMean_t, aVar_t))
 * With `epsilon` (the `gaussian` mode) the pre-activation is drawn instead: hMean_t = f(aMean_t + epsilon_t sqrt(aVar_t)), hVar_t = 0.
 * On an inactive step (hMean, hVar) stay; aMean and aVar of that step are not meaningful.
 */
export interface MomentsRnnForward extends MomentsLayerForward, MomentFunction {}

/** Gradients of {@link MomentsRnnForward}. */
export interface MomentsRnnBackward extends MomentsRnnForward, MomentsLayerGradients {}

/**
 * Fast-dropout LSTM: pre-activation moments as in {@link MomentsRnnForward}, gates in blocks i f g o; gates by
 * logistic and tanh moments, then, factors taken as independent (product: mean m1 m2, variance
 * m1² v2 + v1 m2² + v1 v2):
 *   c_t = f c_{t-1} + i g,   h_t = o tanh(c_t), tanh by its moments
 * With `epsilon` the gates are plain numbers: c_t = f cMean_{t-1} + i g, h_t = o tanh(c_t), variances 0.
 */
export interface MomentsLstmForward extends MomentsLayerForward, MomentRule {
  /** [B, H] */
  c0: Real;
  /** [B, H], absent: 0 */
  c0Variance?: Real;
  /** [T, B, H], out, keep */
  cMean: Real;
  /** [T, B, H], out, keep */
  cVariance: Real;
}

/** Gradients of {@link MomentsLstmForward}. */
export interface MomentsLstmBackward extends MomentsLstmForward, MomentsLayerGradients {
  /** [B, H] gradients of the last cell state, if it was used */
  dcMeanLast?: Real;
  dcVarianceLast?: Real;
  /** [B, H] */
  dc0?: Real;
  /** [B, H] */
  dc0Variance?: Real;
}

/**
 * Fast-dropout GRU with the reset gate after the product. The 4H columns of aMean and aVariance are r, z, the
 * candidate's input side (x W_n + b_n) and its recurrent side (h U_n + bRec_n); r and z hold both sides. With
 * the product of independents as for the LSTM,
 *   a_n = input side + r (recurrent side),  n = tanh(a_n) by its moments
 *   mean h_t = (1-mz) mn + mz mh
 *   variance h_t = (1-mz)² vn + mz² vh + vz (mn-mh)² + vz (vn+vh)    (z is shared by both terms)
 * With `epsilon` the four are plain numbers, and so are n and h_t.
 */
export interface MomentsGruForward extends MomentsLayerForward, MomentRule {
  /** [3H] */
  biasRec: Real;
}

/** Gradients of {@link MomentsGruForward}. */
export interface MomentsGruBackward extends MomentsGruForward, MomentsLayerGradients {
  /** [3H] */
  dbiasRec: Real;
}
