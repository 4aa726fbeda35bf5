/** The plain recurrent layer. Conventions: kernels.ts. */

import type { Real } from '../../tensor/dtype.ts';
import type { Activation, Active, Mask } from './fields.ts';

/**
 * Plain recurrent layer over a whole sequence (h_{-1} = h0):
 *   n_t = f((x_t ∘ maskInput) (W_in ∘ maskWeightIn) + (h_{t-1} ∘ maskRecurrent) (W_rec ∘ maskWeight) + b)
 *   n_t = n_t ∘ maskCell
 *   h_t = z h_{t-1} + (1 - z) n_t        z = zoneout (1 keeps the previous value) or zoneoutRate, else 0
 *   y_t = h_t ∘ maskOutput
 * Masks index: input over I, the others over H; `gate` strides are ignored (one gate).
 */
export interface RnnForward extends Active {
  T: number;
  B: number;
  I: number;
  H: number;
  activation: Activation;
  /** [T, B, I] */
  x: Real;
  /** [B, H] */
  h0: Real;
  /** [I, H] */
  wIn: Real;
  /** [H, H] */
  wRec: Real;
  /** [H] */
  bias: Real;
  maskInput?: Mask;
  maskRecurrent?: Mask;
  /** [H, H], on wRec */
  maskWeight?: Real;
  /** [I, H], on wIn */
  maskWeightIn?: Real;
  maskCell?: Mask;
  zoneout?: Mask;
  /** the test-time rule of zoneout: the expectation, one number for all units; exclusive with `zoneout` */
  zoneoutRate?: number;
  maskOutput?: Mask;
  /** [T, B, H], out, keep: n_t before maskCell */
  n: Real;
  /** [T, B, H], out, keep: h_t. May be the same array as `n` when there is no maskCell, zoneout or zoneoutRate. */
  h: Real;
  /** [T, B, H], out: y_t. May be the same array as `h` when there is no maskOutput. */
  y: Real;
}

/** Gradients of {@link RnnForward}. */
export interface RnnBackward extends Omit<RnnForward, 'y'> {
  /** [T, B, H] gradient of y */
  dy: Real;
  /** [B, H] gradient of the last state h_{T-1}, if it was used */
  dhLast?: Real;
  /** [I, H] */
  dwIn: Real;
  /** [H, H] */
  dwRec: Real;
  /** [H] */
  dbias: Real;
  /** [B, H] */
  dh0?: Real;
  /** [T, B, I] */
  dx?: Real;
  /** [T, B, H], workspace: the gradient of the pre-activations */
  da: Real;
}
