/**
 * The LSTM as one operation on the tape: all T steps forward in one kernel call, backward in another.
 * Equations and masks: {@link LstmForward}.
 */
import {
  freshGradients,
  gradientIfUsed,
  gradientOf,
  gradientsOf,
  ifNeeded,
  recordOperation,
} from '../autograd/tape.ts';
import type { Active } from '../kernels/contract.ts';
import { kernels } from '../kernels/engine.ts';
import type { Real } from '../tensor/dtype.ts';
import { allocate } from '../tensor/scratch.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { CellNoise, CellWeights, PlainOutput, PlainState } from './cell.ts';
import { outputGradient, outputTensors } from './sequence-output.ts';

/**
 * Runs the layer; shapes are the caller's care.
 * @param x [T, B, I]
 * @param state [B, H] each
 */
export function lstmSequence(
  x: Tensor,
  state: PlainState,
  weights: CellWeights,
  noise: CellNoise = {},
  active: Active = {},
): PlainOutput {
  const [T, B, I] = x.shape;
  const { hidden: h0, cell: c0 = h0 } = state;
  const { weightIn, weightRec, bias } = weights;
  const H = h0.shape[1];
  const size = T * B * H;
  const h = allocate(size);
  const c = allocate(size);
  const y = noise.maskOutput ? allocate(size) : h;
  const call = {
    T,
    B,
    I,
    H,
    x: x.data,
    h0: h0.data,
    c0: c0.data,
    wIn: weightIn.data,
    wRec: weightRec.data,
    bias: bias.data,
    ...noise,
    ...active,
    gates: allocate(4 * size),
    c,
    h,
  };
  kernels().lstmForward({ ...call, y });
  const last = (T - 1) * B * H;
  const outputs = outputTensors(y, h, [T, B, H]);
  const hidden = new Tensor([B, H], h.subarray(last) as Real);
  const cell = new Tensor([B, H], c.subarray(last) as Real);
  recordOperation(
    [outputs.output, outputs.states, hidden, cell],
    [x, h0, c0, weightIn, weightRec, bias],
    () => {
      const { gradients: weightGradients, fresh } = freshGradients([weightIn, weightRec]);
      const [dbias, dh0, dc0, dx] = gradientsOf([bias, ifNeeded(h0), ifNeeded(c0), ifNeeded(x)]);
      const given = {
        ...outputGradient(outputs, noise.maskOutput),
        dhLast: gradientIfUsed(hidden),
        dcLast: gradientIfUsed(cell),
      };
      const wanted = {
        dwIn: weightGradients[0] ?? gradientOf(weightIn),
        dwRec: weightGradients[1] ?? gradientOf(weightRec),
        fresh,
        dbias,
        dh0,
        dc0,
        dx,
      };
      // The gradients of the pre-activations take the place of the gates: nobody reads those again.
      kernels().lstmBackward({ ...call, ...given, ...wanted, da: call.gates });
    },
  );
  return { ...outputs, state: { hidden, cell } };
}
