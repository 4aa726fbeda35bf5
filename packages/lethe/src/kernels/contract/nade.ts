/** The NADE readout. Conventions: kernels.ts; besides D dimensions of a frame, K hidden units. */
import type { Real } from '../../tensor/dtype.ts';
import type { Mask } from './fields.ts';

/** What both passes read. */
interface Nade {
  T: number;
  B: number;
  /** dimensions of a frame */
  D: number;
  /** hidden units */
  K: number;
  /** [T*B*K + T*B*D], of every frame those of the hidden units, then those of the dimensions */
  biases: Real;
  /**
   * [T*B*K + T*B*D], of the biases, absent: 0; a hidden unit is then logistic(a / sqrt(1 + pi/8 variance)) (MacKay 1992), and so are the
   * logits
   */
  variances?: Real;
  /** [T, B, D], the frames: 0 or 1 */
  visible: Real;
  /** [D, K], from the dimensions to the hidden units */
  weightIn: Real;
  /** [D, K], from the hidden units to the dimensions, a row for each dimension */
  weightOut: Real;
  /** [D], a permutation: the dimension that comes at each place */
  order: Int32Array;
  /** [T, B, K], on the hidden units, the same for all dimensions */
  maskHidden?: Mask;
  /** [T, B, D], keep: z */
  logits: Real;
}

/**
 * Negative log-likelihood of binary frames under a neural autoregressive distribution estimator (Larochelle, Murray 2011, equations
 * 1 to 3), whose biases are given for every frame (RNN-NADE: Boulanger-Lewandowski, Bengio, Vincent 2012), natural log:
 *   h_i = mask ∘ logistic(bias + sum of v_j weightIn_j over the dimensions before i)
 *   z_i = bias_i + weightOut_i · h_i
 *   rowLoss = stepMask * sum_i (softplus(z_i) - v_i z_i)
 */
export interface NadeForward extends Nade {
  /** [T, B], 1 counts, 0 does not and is not read; absent: all count */
  stepMask?: Real;
  /** [T, B], out */
  rowLoss: Real;
}

/** Gradients of {@link NadeForward}, of which visible has none. */
export interface NadeBackward extends Nade {
  /** [T, B], of sum_i (softplus(z_i) - v_i z_i); frames of which it is 0 are not read */
  dRowLoss: Real;
  /** [T*B*K + T*B*D] */
  dBiases?: Real;
  /** [T*B*K + T*B*D]; only with variances */
  dVariances?: Real;
  /** [D, K] */
  dWeightIn?: Real;
  /** [D, K] */
  dWeightOut?: Real;
  /** dBiases and dVariances hold nothing yet and are overwritten, those of frames that are not read with 0. Absent: false. */
  fresh?: boolean;
}
