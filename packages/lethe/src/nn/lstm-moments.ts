/**
 * The fast-dropout LSTM as one operation on the tape: mean and variance through all T steps in one kernel call.
 * Equations: {@link MomentsLstmForward}.
 */
import { gradientIfUsed, gradientsOf, ifNeeded, recordOperation } from '../autograd/tape.ts';
import type { Active, MomentRule } from '../kernels/contract.ts';
import { kernels } from '../kernels/engine.ts';
import { collectLayer } from '../moments/decomposition.ts';
import type { Gaussian } from '../moments/gaussian.ts';
import { allocate } from '../tensor/scratch.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { CellWeights, GaussianOutput, IntegratedNoise } from './cell.ts';
import { gaussianGradient, lastStep, parts, statesBefore } from './gaussian-parts.ts';
import type { RecurrentState } from './recurrent.ts';

/**
 * Runs the layer; shapes are the caller's care.
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
  kernels().momentsLstmForward(call);
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
      kernels().momentsLstmBackward({ ...call, ...wanted, daMean: call.aMean, daVariance: call.aVariance });
      collectLayer({ rows: T * B, dMean: call.aMean, dVariance: call.aVariance }, () => [
        { weight: weightIn, noise: noise.noiseInput, mean: call.x, variance: call.xVariance },
        { weight: weightRec, noise: noise.noiseRecurrent, ...statesBefore(call) },
      ]);
    },
  );
  return { output, states: output, state: { hidden, cell } };
}
