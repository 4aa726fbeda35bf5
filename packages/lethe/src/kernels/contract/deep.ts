/** What recurrent layers with a deep transition are told. Conventions: kernels.ts. */
import type { Real } from '../../tensor/dtype.ts';
import type { Activation, Active, Mask, MomentFunction, NoiseMoments } from './fields.ts';
import type { LayerForward, LayerGradients } from './recurrent.ts';

/**
 * What a unit makes of its pieces. Most functions have one; `maxout` takes the largest (Goodfellow et al. 2013), `lp` the norm
 * (mean |a_c|^p)^(1/p) (Gulcehre et al. 2014).
 */
export type TransferFunction = Activation | 'maxout' | 'lp';

/** Units of a whole array: unit j of row m of the pieces a[m, c, j]. */
export interface TransferUnits {
  M: number;
  H: number;
  /** 1 of functions that have one piece */
  P: number;
  activation: TransferFunction;
  /** The order of lp units is 2^doublings, at most 2^8. */
  doublings: number;
  /** [M, P*H] */
  a: Real;
  /** [M, H], out, keep */
  units: Real;
}

/** Gradients of {@link TransferUnits}. */
export interface TransferUnitsBackward extends TransferUnits {
  /** [M, H] */
  dUnits: Real;
  /** [M, P*H] */
  da: Real;
}

/**
 * Recurrent layer with a deep transition over a whole sequence (h_{-1} = h0; Pascanu et al. 2014): N layers of H units between h_{t-1}
 * and the new state, each unit of P pieces, those of the new state of Q, and with S = 1 a shortcut past the layers.
 *   u_1 = inner((x_t ∘ maskInput) (W_in ∘ maskWeightIn) + (h_{t-1} ∘ maskRecurrent) W_1 + b_1)
 *   u_l = inner((u_{l-1} ∘ m_l) W_l + b_l)                                                     l = 2 .. N, m_l of maskTransition
 *   n_t = activation((u_N ∘ m_N) V + (h_{t-1} ∘ maskRecurrent) S + b)
 *   n_t = n_t ∘ maskCell,  h_t = z h_{t-1} + (1 - z) n_t,  y_t = h_t ∘ maskOutput     as in the plain layer
 * Columns of W_rec are blocks of H: the P pieces of W_1, .., of W_N, the Q of V, the Q of S. Pre-activations and biases have the same
 * blocks but those of S.
 */
export interface DeepRnnForward
  extends Omit<LayerForward, 'wIn' | 'wRec' | 'bias' | 'maskWeight' | 'maskWeightIn'> {
  /** at least 1 */
  N: number;
  /** 1 of functions that have one piece */
  P: number;
  /** 1 of functions that have one piece */
  Q: number;
  /** 0 or 1 */
  S: number;
  /** of the new state */
  activation: TransferFunction;
  /** of the layers in front of it */
  inner: TransferFunction;
  /** The order of lp units is 2^doublings, at most 2^8. */
  doublings: number;
  /** [I, P*H] */
  wIn: Real;
  /** [N*P*H*H + Q*H*H + S*Q*H*H], a row for each of H */
  wRec: Real;
  /** [N*P*H + Q*H] */
  bias: Real;
  /** over N*H, of what the layers in front of the new state give to the next */
  maskTransition?: Mask;
  /** [N*P*H*H + Q*H*H + S*Q*H*H], on wRec */
  maskWeight?: Real;
  /** [I, P*H], on wIn */
  maskWeightIn?: Real;
  /** [T*B*N*P*H + T*B*Q*H], out, keep: the pre-activations; needed where units have pieces, and else not written */
  a?: Real;
  /** [T, B, N*H], out, keep: u_1 .. u_N */
  units: Real;
  /** [T, B, H], out, keep: n_t before maskCell. May be the same array as `h` when there is no maskCell, zoneout or zoneoutRate. */
  n: Real;
}

/** Gradients of {@link DeepRnnForward}. */
export interface DeepRnnBackward
  extends Omit<DeepRnnForward, 'y'>,
    Omit<LayerGradients, 'dwIn' | 'dwRec' | 'dbias' | 'da'> {
  /** [I, P*H] */
  dwIn: Real;
  /** [N*P*H*H + Q*H*H + S*Q*H*H] */
  dwRec: Real;
  /** [N*P*H + Q*H] */
  dbias: Real;
  /** [T*B*N*P*H + T*B*Q*H], workspace: the gradient of the pre-activations; may be the same array as `a` */
  da: Real;
}

/**
 * The same under fast dropout: mean and variance propagated together, as in MomentsRnnForward, through the layers of every step.
 *   aMean_1 = noiseInput.mean * x_t W_in + noiseRecurrent.mean * hMean_{t-1} W_1 + b_1
 *   aVar_1  = V(noiseInput, x_t) (W_in ∘ W_in) + V(noiseRecurrent, h_{t-1}) (W_1 ∘ W_1),   V(noise, u) = noise.square E[u]² + noise.variance Var[u]
 *   (uMean_l, uVar_l) = moments of inner(N(aMean_l, aVar_l)),   the next layer with noiseTransition in front of it
 *   (hMean_t, hVar_t) = moments of activation(N(aMean_{N+1}, aVar_{N+1})), to which with S = 1 hMean_{t-1} S and V(noiseRecurrent, h_{t-1}) (S ∘ S) are added
 * With `epsilon` every pre-activation is drawn instead, and no unit varies. On an inactive step (hMean, hVar) stay.
 */
export interface MomentsDeepRnnForward extends Active, MomentFunction {
  T: number;
  B: number;
  I: number;
  H: number;
  /** at least 1 */
  N: number;
  /** 0 or 1 */
  S: number;
  inner: Activation;
  /** [T, B, I] */
  x: Real;
  /** [T, B, I], absent: 0 */
  xVariance?: Real;
  /** [B, H] */
  h0: Real;
  /** [B, H], absent: 0 */
  h0Variance?: Real;
  /** [I, H] */
  wIn: Real;
  /** [N*H*H + H*H + S*H*H], a row for each of H */
  wRec: Real;
  /** [N*H + H] */
  bias: Real;
  noiseInput: NoiseMoments;
  noiseRecurrent: NoiseMoments;
  /** in front of every layer but the first */
  noiseTransition: NoiseMoments;
  /** [T*B*N*H + T*B*H] standard normal draws */
  epsilon?: Real;
  /** [T*B*N*H + T*B*H], out, keep */
  aMean: Real;
  /** [T*B*N*H + T*B*H], out, keep */
  aVariance: Real;
  /** [T, B, N*H], out, keep */
  unitsMean: Real;
  /** [T, B, N*H], out, keep */
  unitsVariance: Real;
  /** [T, B, H], out, keep */
  hMean: Real;
  /** [T, B, H], out, keep */
  hVariance: Real;
}

/** Gradients of {@link MomentsDeepRnnForward}; daMean and daVariance may be the arrays of aMean and aVariance, which are then lost. */
export interface MomentsDeepRnnBackward extends MomentsDeepRnnForward {
  /** [T, B, H] gradient of hMean */
  dhMean: Real;
  /** [T, B, H] gradient of hVariance, absent: 0 */
  dhVariance?: Real;
  /** [I, H] */
  dwIn: Real;
  /** [N*H*H + H*H + S*H*H] */
  dwRec: Real;
  /** [N*H + H] */
  dbias: Real;
  /** [B, H] */
  dh0?: Real;
  /** [B, H] */
  dh0Variance?: Real;
  /** [T, B, I] */
  dx?: Real;
  /** [T, B, I] */
  dxVariance?: Real;
  /** [T*B*N*H + T*B*H], out: gradient of aMean, 0 on inactive steps */
  daMean: Real;
  /** [T*B*N*H + T*B*H], out: gradient of aVariance, 0 on inactive steps */
  daVariance: Real;
}
