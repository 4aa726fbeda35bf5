/**
 * The plain recurrent layer as one operation on the tape: all T steps forward in one kernel call, backward in
 * another. Equations and masks: {@link RnnForward}.
 */
import { gradientIfUsed, gradientsOf, ifNeeded, recordOperation } from '../autograd/tape.ts';
import type { Activation, Active } from '../kernels/contract.ts';
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
 */
export function rnnSequence(
  x: Tensor,
  h0: Tensor,
  weights: CellWeights,
  activation: Activation,
  noise: CellNoise = {},
  active: Active = {},
): PlainOutput {
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
  const outputs = outputTensors(y, h, [T, B, H]);
  const hidden = new Tensor([B, H], h.subarray((T - 1) * B * H) as Real);
  recordOperation(
    [outputs.output, outputs.states, hidden],
    [x, h0, weights.weightIn, weights.weightRec, weights.bias],
    () => {
      const { weightIn, weightRec, bias } = weights;
      const [dwIn, dwRec, dbias, dh0, dx] = gradientsOf([
        weightIn,
        weightRec,
        bias,
        ifNeeded(h0),
        ifNeeded(x),
      ]);
      const given = { ...outputGradient(outputs, noise.maskOutput), dhLast: gradientIfUsed(hidden) };
      const wanted = { dwIn, dwRec, dbias, dh0, dx };
      kernels().rnnBackward({ ...call, ...given, ...wanted, da: allocate(size) });
    },
  );
  return { ...outputs, state: { hidden } };
}
