/** What every recurrent layer is told, and the plain one. Conventions: kernels.ts. */

import type { Real } from '../../tensor/dtype.ts';
import type { Activation, Active, Mask } from './fields.ts';

/**
 * What every recurrent layer is given. G gates, one of the plain cell; the columns of weights and biases are G blocks of H. A mask
 * with a `gate` stride other than 0 has a row of its own for every gate.
 */
export interface LayerForward extends Active {
  T: number;
  B: number;
  I: number;
  H: number;
  /** [T, B, I] */
  x: Real;
  /** [B, H] */
  h0: Real;
  /** [I, G*H] */
  wIn: Real;
  /** [H, G*H] */
  wRec: Real;
  /** [G*H] */
  bias: Real;
  /** over I; per gate where `gate` is not 0 */
  maskInput?: Mask;
  /** over H, on h_{t-1} in front of wRec; per gate where `gate` is not 0 */
  maskRecurrent?: Mask;
  /** [H, G*H], on wRec */
  maskWeight?: Real;
  /** [I, G*H], on wIn */
  maskWeightIn?: Real;
  /** over H, on the new state (c of an LSTM, else h), before zoneout */
  maskCell?: Mask;
  /** over H, of h: 1 keeps the previous value */
  zoneout?: Mask;
  /** the test-time rule: the expectation, one number for all units; exclusive with `zoneout` */
  zoneoutRate?: number;
  /** over H */
  maskOutput?: Mask;
  /** [T, B, H], out, keep: h_t */
  h: Real;
  /** [T, B, H], out: y_t = h_t ∘ maskOutput. May be the same array as `h` when there is no maskOutput. */
  y: Real;
}

/** What every recurrent layer gives back. */
export interface LayerGradients {
  /** [T, B, H] gradient of y */
  dy: Real;
  /** [B, H] gradient of the last state h_{T-1}, if it was used */
  dhLast?: Real;
  /** [I, G*H] */
  dwIn: Real;
  /** [H, G*H] */
  dwRec: Real;
  /** [G*H] */
  dbias: Real;
  /** [B, H] */
  dh0?: Real;
  /** [T, B, I] */
  dx?: Real;
  /** [T, B, G*H], workspace: the gradient of the pre-activations (input side); 0 on inactive steps of a gated cell */
  da: Real;
}

/**
 * Plain recurrent layer over a whole sequence (h_{-1} = h0):
 *   n_t = f((x_t ∘ maskInput) (W_in ∘ maskWeightIn) + (h_{t-1} ∘ maskRecurrent) (W_rec ∘ maskWeight) + b)
 *   n_t = n_t ∘ maskCell
 *   h_t = z h_{t-1} + (1 - z) n_t        z = zoneout (1 keeps the previous value) or zoneoutRate, else 0
 *   y_t = h_t ∘ maskOutput
 */
export interface RnnForward extends LayerForward {
  activation: Activation;
  /** [T, B, H], out, keep: n_t before maskCell. May be the same array as `h` when there is no maskCell, zoneout or zoneoutRate. */
  n: Real;
}

/** Gradients of {@link RnnForward}. */
export interface RnnBackward extends Omit<RnnForward, 'y'>, LayerGradients {}
