/**
 * The GRU as one operation on the tape: all T steps forward in one kernel call, backward in another.
 * Equations and masks: {@link GruForward}.
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
import type { CellNoise, CellWeights, PlainOutput } from './cell.ts';
import { outputGradient, outputTensors } from './sequence-output.ts';

/**
 * Runs the layer; shapes are the caller's care.
 * @param x [T, B, I]
 * @param h0 [B, H]
 * @param weights with biasRec
 * @param resetAfter the reset gate acts after the recurrent product
 */
export function gruSequence(
  x: Tensor,
  h0: Tensor,
  weights: Required<CellWeights>,
  resetAfter: boolean,
  noise: CellNoise = {},
  active: Active = {},
): PlainOutput {
  const [T, B, I] = x.shape;
  const { weightIn, weightRec, bias, biasRec } = weights;
  const H = h0.shape[1];
  const size = T * B * H;
  const h = allocate(size);
  const y = noise.maskOutput ? allocate(size) : h;
  const call = {
    T,
    B,
    I,
    H,
    x: x.data,
    h0: h0.data,
    wIn: weightIn.data,
    wRec: weightRec.data,
    bias: bias.data,
    biasRec: biasRec.data,
    resetAfter,
    ...noise,
    ...active,
    gates: allocate(3 * size),
    recurrentCandidate: allocate(size),
    h,
  };
  kernels().gruForward({ ...call, y });
  const outputs = outputTensors(y, h, [T, B, H]);
  const hidden = new Tensor([B, H], h.subarray((T - 1) * B * H) as Real);
  recordOperation(
    [outputs.output, outputs.states, hidden],
    [x, h0, weightIn, weightRec, bias, biasRec],
    () => {
      const { gradients: weightGradients, fresh } = freshGradients([weightIn, weightRec]);
      const [dbias, dbiasRec, dh0, dx] = gradientsOf([bias, biasRec, ifNeeded(h0), ifNeeded(x)]);
      const given = { ...outputGradient(outputs, noise.maskOutput), dhLast: gradientIfUsed(hidden) };
      const wanted = {
        dwIn: weightGradients[0] ?? gradientOf(weightIn),
        dwRec: weightGradients[1] ?? gradientOf(weightRec),
        fresh,
        dbias,
        dbiasRec,
        dh0,
        dx,
      };
      // What backward computes takes the place of what forward kept: nobody reads that again.
      kernels().gruBackward({ ...call, ...given, ...wanted, da: call.gates, daRec: call.recurrentCandidate });
    },
  );
  return { ...outputs, state: { hidden } };
}
