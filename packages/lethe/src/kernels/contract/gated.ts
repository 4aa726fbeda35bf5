/** The gated layers, LSTM and GRU. Conventions: kernels.ts. */

import type { Real } from '../../tensor/dtype.ts';
import type { Mask } from './fields.ts';
import type { LayerForward, LayerGradients } from './recurrent.ts';

/** What both gated cells are given besides; gates in the order i f g o (LSTM) or r z n (GRU). */
interface GatedForward extends LayerForward {
  /** over H, on the candidate (g, n) */
  maskUpdate?: Mask;
  /** [T, B, G*H], out, keep: the activated gates; not meaningful on inactive steps */
  gates: Real;
}

/** What both gated cells give back; `da` may be the array of `gates`, which is then lost. */
interface GatedGradients extends LayerGradients {
  /** dwIn and dwRec hold nothing yet: overwrite them; default false */
  fresh?: boolean;
}

/**
 * LSTM layer over a whole sequence (Hochreiter and Schmidhuber 1997, with forget gates; one bias):
 *   a_t = (x_t ∘ maskInput)(W_in ∘ maskWeightIn) + (h_{t-1} ∘ maskRecurrent)(W_rec ∘ maskWeight) + b
 *   i, f, o = logistic(a_i, a_f, a_o),  g = tanh(a_g)
 *   c~ = (f c_{t-1} + i (g ∘ maskUpdate)) ∘ maskCell,   h~ = o tanh(c~)
 *   c_t = zc c_{t-1} + (1 - zc) c~,   h_t = z h_{t-1} + (1 - z) h~,   y_t = h_t ∘ maskOutput
 * h is made from the c~ before zoneout (Krueger et al. 2017).
 */
export interface LstmForward extends GatedForward {
  /** [B, H] */
  c0: Real;
  /** over H, of c: 1 keeps the previous value */
  zoneoutCell?: Mask;
  /** as zoneoutRate, of c; exclusive with `zoneoutCell` */
  zoneoutCellRate?: number;
  /** [T, B, H], out, keep: c_t */
  c: Real;
}

/** Gradients of {@link LstmForward}. */
export interface LstmBackward extends Omit<LstmForward, 'y'>, GatedGradients {
  /** [B, H] gradient of the last cell state c_{T-1}, if it was used */
  dcLast?: Real;
  /** [B, H] */
  dc0?: Real;
}

/**
 * GRU layer over a whole sequence (Cho et al. 2014), u_t = h_{t-1} ∘ maskRecurrent in front of each gate:
 *   r, z = logistic((x_t ∘ maskInput) W + u U + b + bRec)           (masks of weights as for the LSTM)
 *   n = tanh((x_t ∘ maskInput) W_n + b_n + r (u U_n + bRec_n))      resetAfter
 *   n = tanh((x_t ∘ maskInput) W_n + b_n + (r u) U_n + bRec_n)      otherwise
 *   h~ = ((1 - z)(n ∘ maskUpdate) + z h_{t-1}) ∘ maskCell           the leak uses the clean h
 *   h_t = zone h_{t-1} + (1 - zone) h~,   y_t = h_t ∘ maskOutput
 */
export interface GruForward extends GatedForward {
  /** [3H], on the recurrent side */
  biasRec: Real;
  resetAfter: boolean;
  /** [T, B, H], out, keep. resetAfter: u U_n + bRec_n; otherwise not touched. */
  recurrentCandidate: Real;
}

/** Gradients of {@link GruForward}. */
export interface GruBackward extends Omit<GruForward, 'y'>, GatedGradients {
  /** [3H] */
  dbiasRec: Real;
  /** [T, B, H], workspace: gradient of the candidate's recurrent side; may be the array of recurrentCandidate, which is then lost */
  daRec: Real;
}
