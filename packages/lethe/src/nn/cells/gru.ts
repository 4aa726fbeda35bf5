/** The GRU, gates in the order r z n. Equations, masks and moments: {@link GruForward}, {@link MomentsGruForward}. */

import { add, mul, sub } from '../../autograd/ops/arithmetic.ts';
import { addScalar, scale, square } from '../../autograd/ops/elementwise.ts';
import {
  freshGradients,
  gradientIfUsed,
  gradientOf,
  gradientsOf,
  ifNeeded,
  recordOperation,
} from '../../autograd/tape.ts';
import type { Active, MomentRule } from '../../kernels/contract/fields.ts';
import { layerKernels } from '../../kernels/engine.ts';
import { gruBackward, gruForward } from '../../kernels/portable/gru.ts';
import { momentsGruBackward, momentsGruForward } from '../../kernels/portable/moments-gru.ts';
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
} from './cell.ts';
import { block, gaussianGradient, lastStep, parts, statesBefore, sumOf } from './gaussian-parts.ts';
import { outputGradient, outputTensors } from './sequence-output.ts';

/** What runs where no engine has these kernels. */
const portable = { gruForward, gruBackward, momentsGruForward, momentsGruBackward };

export function gruCell(resetAfter: boolean): Cell {
  return {
    name: 'gru',
    gates: 3,
    hasCellState: false,
    hasRecurrentBias: true,
    drawnGates: 4,
    isExact: false,
    obstacleToMoments: resetAfter
      ? undefined
      : 'got a GRU with the reset gate in front of the product; set resetAfter to true',
    sequence: (x, { hidden }, weights, noise, active) =>
      gruSequence(x, hidden, withBiasRec(weights), resetAfter, noise, active),
    moments: (x, { hidden }, weights, form, noise, active) =>
      gruMoments(x, hidden, withBiasRec(weights), momentFunction('tanh', form), noise, active),
    momentStep: gruMomentStep,
  };
}

/** A GRU always has both biases. */
function withBiasRec(weights: CellWeights): Required<CellWeights> {
  return weights as Required<CellWeights>;
}

/**
 * The layer as one operation on the tape: all T steps forward in one kernel call, backward in another; shapes are the caller's care.
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
  layerKernels(portable).gruForward({ ...call, y });
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
      layerKernels(portable).gruBackward({
        ...call,
        ...given,
        ...wanted,
        da: call.gates,
        daRec: call.recurrentCandidate,
      });
    },
  );
  return { ...outputs, state: { hidden } };
}

/**
 * The layer under fast dropout as one operation, the reset gate after the product: mean and variance through all T steps in one kernel
 * call; shapes are the caller's care.
 * @param x [T, B, I], plain: variance 0
 * @param h0 [B, H], plain: variance 0
 * @param weights with biasRec
 */
export function gruMoments(
  x: Tensor | Gaussian,
  h0: Tensor | Gaussian,
  weights: Required<CellWeights>,
  rule: MomentRule,
  noise: IntegratedNoise,
  active: Active = {},
): GaussianOutput {
  const input = parts(x);
  const initial = parts(h0);
  const { weightIn, weightRec, bias, biasRec } = weights;
  const [T, B, I] = input.mean.shape;
  const H = initial.mean.shape[1];
  const size = T * B * H;
  const call = {
    T,
    B,
    I,
    H,
    ...rule,
    x: input.mean.data,
    xVariance: input.variance?.data,
    h0: initial.mean.data,
    h0Variance: initial.variance?.data,
    wIn: weightIn.data,
    wRec: weightRec.data,
    bias: bias.data,
    biasRec: biasRec.data,
    ...noise,
    ...active,
    aMean: allocate(4 * size),
    aVariance: allocate(4 * size),
    hMean: allocate(size),
    hVariance: allocate(size),
  };
  layerKernels(portable).momentsGruForward(call);
  const output = { mean: new Tensor([T, B, H], call.hMean), variance: new Tensor([T, B, H], call.hVariance) };
  const hidden = lastStep(output);
  const inputs = [
    input.mean,
    input.variance,
    initial.mean,
    initial.variance,
    weightIn,
    weightRec,
    bias,
    biasRec,
  ];
  recordOperation(
    [output.mean, output.variance, hidden.mean, hidden.variance],
    inputs.filter((one) => one !== undefined),
    () => {
      const [dwIn, dwRec, dbias, dbiasRec, dh0, dh0Variance, dx, dxVariance] = gradientsOf([
        weightIn,
        weightRec,
        bias,
        biasRec,
        ifNeeded(initial.mean),
        ifNeeded(initial.variance),
        ifNeeded(input.mean),
        ifNeeded(input.variance),
      ]);
      const given = gaussianGradient(output, hidden);
      const wanted = { ...given, dwIn, dwRec, dbias, dbiasRec, dh0, dh0Variance, dx, dxVariance };
      // The gradients of the pre-activations take the place of the pre-activations: nobody reads those again.
      layerKernels(portable).momentsGruBackward({
        ...call,
        ...wanted,
        daMean: call.aMean,
        daVariance: call.aVariance,
      });
      // Units: r, z, and the candidate's input and recurrent side.
      const blocks = (...used: number[]) => ({ count: 4, used });
      collectLayer({ rows: T * B, dMean: call.aMean, dVariance: call.aVariance }, () => [
        {
          weight: weightIn,
          noise: noise.noiseInput,
          mean: call.x,
          variance: call.xVariance,
          blocks: blocks(0, 1, 2),
        },
        { weight: weightRec, noise: noise.noiseRecurrent, ...statesBefore(call), blocks: blocks(0, 1, 3) },
      ]);
    },
  );
  return { output, states: output, state: { hidden } };
}

function gruMomentStep({ fromInput, fromState, now: { hidden: h }, form }: MomentStep): MomentStep['now'] {
  const both = sumOf(fromInput, fromState);
  const r = activationMoments(block(both, 0, 3), 'sigmoid', form);
  const z = activationMoments(block(both, 1, 3), 'sigmoid', form);
  const candidate = sumOf(block(fromInput, 2, 3), productMoments(r, block(fromState, 2, 3)));
  const n = activationMoments(candidate, 'tanh', form);
  const keep = addScalar(scale(z.mean, -1), 1);
  const gap = sub(n.mean, h.mean);
  const shared = mul(z.variance, add(square(gap), add(n.variance, h.variance)));
  const own = add(mul(square(keep), n.variance), mul(square(z.mean), h.variance));
  return {
    hidden: { mean: add(mul(keep, n.mean), mul(z.mean, h.mean)), variance: add(own, shared) },
  };
}
