/**
 * The fast-dropout GRU as one operation on the tape: mean and variance through all T steps in one kernel call.
 * Equations: {@link MomentsGruForward}.
 */
import { gradientsOf, ifNeeded, recordOperation } from '../autograd/tape.ts';
import type { Active, MomentRule } from '../kernels/contract.ts';
import { kernels } from '../kernels/engine.ts';
import { collectLayer } from '../moments/decomposition.ts';
import type { Gaussian } from '../moments/gaussian.ts';
import { allocate } from '../tensor/scratch.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { CellWeights, GaussianOutput, IntegratedNoise } from './cell.ts';
import { gaussianGradient, lastStep, parts, statesBefore } from './gaussian-parts.ts';

/**
 * Runs the layer, the reset gate after the product; shapes are the caller's care.
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
  kernels().momentsGruForward(call);
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
      kernels().momentsGruBackward({ ...call, ...wanted, daMean: call.aMean, daVariance: call.aVariance });
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
