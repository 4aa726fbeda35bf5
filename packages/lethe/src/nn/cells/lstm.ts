/** The LSTM, gates in the order i f g o. Equations, masks and moments: {@link LstmForward}, {@link MomentsLstmForward}. */

import {
  freshGradients,
  gradientIfUsed,
  gradientOf,
  gradientsOf,
  ifNeeded,
  recordOperation,
} from '../../autograd/tape.ts';
import type { Activation, Active, MomentRule } from '../../kernels/contract/fields.ts';
import { layerKernels } from '../../kernels/engine.ts';
import { lstmBackward, lstmForward } from '../../kernels/portable/lstm.ts';
import { momentsLstmBackward, momentsLstmForward } from '../../kernels/portable/moments-lstm.ts';
import { activationMoments, momentFunction } from '../../moments/activation.ts';
import { collectLayer } from '../../moments/decomposition.ts';
import type { Gaussian } from '../../moments/gaussian.ts';
import { productMoments } from '../../moments/product.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type {
  Cell,
  CellNoise,
  CellWeights,
  GaussianOutput,
  IntegratedNoise,
  MomentStep,
  PlainOutput,
  PlainState,
  RecurrentState,
} from './cell.ts';
import { block, gaussianGradient, lastStep, parts, statesBefore, sumOf } from './gaussian-parts.ts';
import { outputGradient, outputTensors } from './sequence-output.ts';

/** What runs where no engine has these kernels. */
const portable = { lstmForward, lstmBackward, momentsLstmForward, momentsLstmBackward };

export const lstmCell: Cell = {
  name: 'lstm',
  gates: 4,
  hasCellState: true,
  hasRecurrentBias: false,
  drawnGates: 4,
  isExact: false,
  sequence: lstmSequence,
  moments: (x, { hidden, cell }, weights, form, noise, active) =>
    lstmMoments(x, { hidden, cell: cell! }, weights, momentFunction('tanh', form), noise, active),
  momentStep: lstmMomentStep,
};

/**
 * The layer as one operation on the tape: all T steps forward in one kernel call, backward in another; shapes are the caller's care.
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
  layerKernels(portable).lstmForward({ ...call, y });
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
      layerKernels(portable).lstmBackward({ ...call, ...given, ...wanted, da: call.gates });
    },
  );
  return { ...outputs, state: { hidden, cell } };
}

/**
 * The layer under fast dropout as one operation: mean and variance through all T steps in one kernel call; shapes are the caller's care.
 * @param x [T, B, I], plain: variance 0
 * @param state [B, H] each, plain: variance 0
 */
export function lstmMoments(
  x: Tensor | Gaussian,
  state: Required<RecurrentState>,
  weights: CellWeights,
  rule: MomentRule,
  noise: IntegratedNoise,
  active: Active = {},
): GaussianOutput {
  const input = parts(x);
  const h0 = parts(state.hidden);
  const c0 = parts(state.cell);
  const { weightIn, weightRec, bias } = weights;
  const [T, B, I] = input.mean.shape;
  const H = h0.mean.shape[1];
  const size = T * B * H;
  const call = {
    T,
    B,
    I,
    H,
    ...rule,
    x: input.mean.data,
    xVariance: input.variance?.data,
    h0: h0.mean.data,
    h0Variance: h0.variance?.data,
    c0: c0.mean.data,
    c0Variance: c0.variance?.data,
    wIn: weightIn.data,
    wRec: weightRec.data,
    bias: bias.data,
    ...noise,
    ...active,
    aMean: allocate(4 * size),
    aVariance: allocate(4 * size),
    cMean: allocate(size),
    cVariance: allocate(size),
    hMean: allocate(size),
    hVariance: allocate(size),
  };
  layerKernels(portable).momentsLstmForward(call);
  const tensor = (data: typeof call.hMean) => new Tensor([T, B, H], data);
  const output = { mean: tensor(call.hMean), variance: tensor(call.hVariance) };
  const hidden = lastStep(output);
  const cell = lastStep({ mean: tensor(call.cMean), variance: tensor(call.cVariance) });
  const inputs = [
    input.mean,
    input.variance,
    h0.mean,
    h0.variance,
    c0.mean,
    c0.variance,
    weightIn,
    weightRec,
    bias,
  ];
  recordOperation(
    [output.mean, output.variance, hidden.mean, hidden.variance, cell.mean, cell.variance],
    inputs.filter((one) => one !== undefined),
    () => {
      const [dwIn, dwRec, dbias, dh0, dh0Variance, dc0, dc0Variance, dx, dxVariance] = gradientsOf([
        weightIn,
        weightRec,
        bias,
        ifNeeded(h0.mean),
        ifNeeded(h0.variance),
        ifNeeded(c0.mean),
        ifNeeded(c0.variance),
        ifNeeded(input.mean),
        ifNeeded(input.variance),
      ]);
      const given = {
        ...gaussianGradient(output, hidden),
        dcMeanLast: gradientIfUsed(cell.mean),
        dcVarianceLast: gradientIfUsed(cell.variance),
      };
      const wanted = { ...given, dwIn, dwRec, dbias, dh0, dh0Variance, dc0, dc0Variance, dx, dxVariance };
      // The gradients of the pre-activations take the place of the pre-activations: nobody reads those again.
      layerKernels(portable).momentsLstmBackward({
        ...call,
        ...wanted,
        daMean: call.aMean,
        daVariance: call.aVariance,
      });
      collectLayer({ rows: T * B, dMean: call.aMean, dVariance: call.aVariance }, () => [
        { weight: weightIn, noise: noise.noiseInput, mean: call.x, variance: call.xVariance },
        { weight: weightRec, noise: noise.noiseRecurrent, ...statesBefore(call) },
      ]);
    },
  );
  return { output, states: output, state: { hidden, cell } };
}

function lstmMomentStep({ fromInput, fromState, now, form }: MomentStep): MomentStep['now'] {
  const a = sumOf(fromInput, fromState);
  const gate = (g: number, activation: Activation) => activationMoments(block(a, g, 4), activation, form);
  const cell = sumOf(
    productMoments(gate(1, 'sigmoid'), now.cell!),
    productMoments(gate(0, 'sigmoid'), gate(2, 'tanh')),
  );
  return { cell, hidden: productMoments(gate(3, 'sigmoid'), activationMoments(cell, 'tanh', form)) };
}
