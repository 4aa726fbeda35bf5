/**
 * The plain recurrent layer as one operation on the tape: all T steps forward in one kernel call, backward in
 * another. Equations and masks: {@link RnnForward}.
 */
import { gradientOf, hasGradient, needsGradient, record } from '../autograd/tape.ts';
import type { Activation, Active, Mask } from '../kernels/contract.ts';
import { kernels } from '../kernels/engine.ts';
import type { Real } from '../tensor/dtype.ts';
import { allocate, scoped } from '../tensor/scratch.ts';
import { Tensor } from '../tensor/tensor.ts';

/** The weights of a recurrent layer. */
export interface RnnWeights {
  /** [I, H] */
  weightIn: Tensor;
  /** [H, H] */
  weightRec: Tensor;
  /** [H] */
  bias: Tensor;
}

/** What acts on the layer from outside; all may be absent. */
export interface RnnNoise {
  maskInput?: Mask;
  maskRecurrent?: Mask;
  maskWeight?: Real;
  maskWeightIn?: Real;
  maskCell?: Mask;
  zoneout?: Mask;
  zoneoutRate?: number;
  maskOutput?: Mask;
}

/**
 * Runs the layer; shapes are the caller's care.
 * @param x [T, B, I]
 * @param h0 [B, H]
 * @returns y [T, B, H] and the state after the last step [B, H]
 */
export function rnnSequence(
  x: Tensor,
  h0: Tensor,
  weights: RnnWeights,
  activation: Activation,
  noise: RnnNoise = {},
  active: Active = {},
): { output: Tensor; state: Tensor } {
  const [T, B, I] = x.shape;
  const H = weights.bias.size;
  const size = T * B * H;
  // Arrays are told apart only where a mask makes them differ.
  const n = allocate(size);
  const h = noise.maskCell || noise.zoneout || noise.zoneoutRate !== undefined ? allocate(size) : n;
  const y = noise.maskOutput ? allocate(size) : h;
  const call = {
    T,
    B,
    I,
    H,
    activation,
    x: x.data,
    h0: h0.data,
    wIn: weights.weightIn.data,
    wRec: weights.weightRec.data,
    bias: weights.bias.data,
    ...noise,
    ...active,
    n,
    h,
  };
  kernels().rnnForward({ ...call, y });
  const output = new Tensor([T, B, H], y);
  const state = new Tensor([B, H], h.subarray((T - 1) * B * H) as Real);
  record([output, state], [x, h0, weights.weightIn, weights.weightRec, weights.bias], () => {
    const wanted = {
      dy: gradientOf(output),
      dhLast: hasGradient(state) ? gradientOf(state) : undefined,
      dwIn: gradientOf(weights.weightIn),
      dwRec: gradientOf(weights.weightRec),
      dbias: gradientOf(weights.bias),
      dh0: needsGradient(h0) ? gradientOf(h0) : undefined,
      dx: needsGradient(x) ? gradientOf(x) : undefined,
    };
    scoped(() => kernels().rnnBackward({ ...call, ...wanted, da: allocate(size) }));
  });
  return { output, state };
}
