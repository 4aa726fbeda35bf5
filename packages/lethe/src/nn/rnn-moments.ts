/**
 * The fast-dropout recurrent layer as one operation on the tape: mean and variance through all T steps in one
 * kernel call. Equations: {@link MomentsRnnForward}.
 */
import { gradientsOf, ifNeeded, recordOperation } from '../autograd/tape.ts';
import type { Active, MomentFunction } from '../kernels/contract.ts';
import { kernels } from '../kernels/engine.ts';
import { collectLayer } from '../moments/decomposition.ts';
import type { Gaussian } from '../moments/gaussian.ts';
import { allocate } from '../tensor/scratch.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { CellWeights, GaussianOutput, IntegratedNoise } from './cell.ts';
import { gaussianGradient, lastStep, parts, statesBefore } from './gaussian-parts.ts';

/**
 * Runs the layer; shapes are the caller's care.
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
  kernels().momentsRnnForward(call);
  const output = { mean: new Tensor([T, B, H], call.hMean), variance: new Tensor([T, B, H], call.hVariance) };
  const hidden = lastStep(output);
  const inputs = [input.mean, input.variance, initial.mean, initial.variance, weightIn, weightRec, bias];
  recordOperation(
    [output.mean, output.variance, hidden.mean, hidden.variance],
    inputs.filter((one) => one !== undefined),
    () => {
      const [dwIn, dwRec, dbias, dh0, dh0Variance, dx, dxVariance] = gradientsOf([
        weightIn,
        weightRec,
        bias,
        ifNeeded(initial.mean),
        ifNeeded(initial.variance),
        ifNeeded(input.mean),
        ifNeeded(input.variance),
      ]);
      const given = gaussianGradient(output, hidden);
      const wanted = { ...given, dwIn, dwRec, dbias, dh0, dh0Variance, dx, dxVariance };
      // The gradients of the pre-activations take the place of the pre-activations: nobody reads those again.
      kernels().momentsRnnBackward({ ...call, ...wanted, daMean: call.aMean, daVariance: call.aVariance });
      collectLayer({ rows: T * B, dMean: call.aMean, dVariance: call.aVariance }, () => [
        { weight: weightIn, noise: noise.noiseInput, mean: call.x, variance: call.xVariance },
        { weight: weightRec, noise: noise.noiseRecurrent, ...statesBefore(call) },
      ]);
    },
  );
  return { output, states: output, state: { hidden } };
}
