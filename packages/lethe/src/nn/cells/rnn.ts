/** The plain recurrent cell: h_t = f(x_t W_in + h_{t-1} W_rec + b). Equations, masks and moments: {@link RnnForward}, {@link MomentsRnnForward}. */

import { gradientIfUsed, gradientsOf, ifNeeded, recordOperation } from '../../autograd/tape.ts';
import type { Activation, Active, MomentFunction } from '../../kernels/contract/fields.ts';
import { layerKernels } from '../../kernels/engine.ts';
import { momentsRnnBackward, momentsRnnForward } from '../../kernels/portable/moments-rnn.ts';
import { rnnBackward, rnnForward } from '../../kernels/portable/rnn.ts';
import { activationMoments, momentFunction } from '../../moments/activation.ts';
import { collectLayer } from '../../moments/decomposition.ts';
import type { Gaussian } from '../../moments/gaussian.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type { Cell, CellNoise, CellWeights, GaussianOutput, IntegratedNoise, PlainOutput } from './cell.ts';
import { recordGaussianLayer } from './gaussian-layer.ts';
import { parts, statesBefore, sumOf } from './gaussian-parts.ts';
import { outputGradient, outputTensors } from './sequence-output.ts';

/** What runs where no engine has these kernels. */
const portable = { rnnForward, rnnBackward, momentsRnnForward, momentsRnnBackward };

export function rnnCell(activation: Activation): Cell {
  return {
    name: 'rnn',
    gates: 1,
    hasCellState: false,
    hasRecurrentBias: false,
    drawnGates: 1,
    isExact: activation === 'relu' || activation === 'identity',
    sequence: (x, { hidden }, weights, noise, active) =>
      rnnSequence(x, hidden, weights, activation, noise, active),
    moments: (x, { hidden }, weights, form, noise, active) =>
      rnnMoments(x, hidden, weights, momentFunction(activation, form), noise, active),
    momentStep: ({ fromInput, fromState, form }) => ({
      hidden: activationMoments(sumOf(fromInput, fromState), activation, form),
    }),
  };
}

/**
 * The layer as one operation on the tape: all T steps forward in one kernel call, backward in another; shapes are the caller's care.
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
  layerKernels(portable).rnnForward({ ...call, y });
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
      layerKernels(portable).rnnBackward({ ...call, ...given, ...wanted, da: allocate(size) });
    },
  );
  return { ...outputs, state: { hidden } };
}

/**
 * The layer under fast dropout as one operation: mean and variance through all T steps in one kernel call; shapes are the caller's care.
 * @param x [T, B, I], plain: variance 0
 * @param h0 [B, H], plain: variance 0
 */
export function rnnMoments(
  x: Tensor | Gaussian,
  h0: Tensor | Gaussian,
  weights: CellWeights,
  activation: MomentFunction,
  noise: IntegratedNoise,
  active: Active = {},
): GaussianOutput {
  const input = parts(x);
  const initial = parts(h0);
  const { weightIn, weightRec, bias } = weights;
  const [T, B, I] = input.mean.shape;
  const H = bias.size;
  const size = T * B * H;
  const call = {
    T,
    B,
    I,
    H,
    ...activation,
    x: input.mean.data,
    xVariance: input.variance?.data,
    h0: initial.mean.data,
    h0Variance: initial.variance?.data,
    wIn: weightIn.data,
    wRec: weightRec.data,
    bias: bias.data,
    ...noise,
    ...active,
    aMean: allocate(size),
    aVariance: allocate(size),
    hMean: allocate(size),
    hVariance: allocate(size),
  };
  layerKernels(portable).momentsRnnForward(call);
  const output = { mean: new Tensor([T, B, H], call.hMean), variance: new Tensor([T, B, H], call.hVariance) };
  return recordGaussianLayer(output, { input, initial, weights }, (wanted) => {
    // The gradients of the pre-activations take the place of the pre-activations: nobody reads those again.
    layerKernels(portable).momentsRnnBackward({
      ...call,
      ...wanted,
      daMean: call.aMean,
      daVariance: call.aVariance,
    });
    collectLayer({ rows: T * B, dMean: call.aMean, dVariance: call.aVariance }, () => [
      { weight: weightIn, noise: noise.noiseInput, mean: call.x, variance: call.xVariance },
      { weight: weightRec, noise: noise.noiseRecurrent, ...statesBefore(call) },
    ]);
  });
}
