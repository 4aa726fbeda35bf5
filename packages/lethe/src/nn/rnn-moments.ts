/**
 * The fast-dropout recurrent layer as one operation on the tape: mean and variance through all T steps in one
 * kernel call. Equations: {@link MomentsRnnForward}.
 */
import { gradientOf, hasGradient, needsGradient, record } from '../autograd/tape.ts';
import type { Active, MomentFunction, NoiseMoments } from '../kernels/contract.ts';
import { kernels } from '../kernels/engine.ts';
import { type Gaussian, isGaussian } from '../moments/gaussian.ts';
import type { Real } from '../tensor/dtype.ts';
import { allocate } from '../tensor/scratch.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { RnnWeights } from './rnn-sequence.ts';

/** The noise that is integrated. */
export interface RnnMomentsNoise {
  noiseInput: NoiseMoments;
  noiseRecurrent: NoiseMoments;
  /** [T, B, H] standard normal: the pre-activation is drawn and the variance of the output is 0 */
  epsilon?: Real;
}

/**
 * Runs the layer; shapes are the caller's care.
 * @param x [T, B, I], plain: variance 0
 * @param h0 [B, H], plain: variance 0
 * @returns output [T, B, H] and the state after the last step [B, H]
 */
export function rnnMoments(
  x: Tensor | Gaussian,
  h0: Tensor | Gaussian,
  weights: RnnWeights,
  activation: MomentFunction,
  noise: RnnMomentsNoise,
  active: Active = {},
): { output: Gaussian; state: Gaussian } {
  const input = parts(x);
  const initial = parts(h0);
  const [T, B, I] = input.mean.shape;
  const H = weights.bias.size;
  const size = T * B * H;
  const hMean = allocate(size);
  const hVariance = allocate(size);
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
    wIn: weights.weightIn.data,
    wRec: weights.weightRec.data,
    bias: weights.bias.data,
    ...noise,
    ...active,
    aMean: allocate(size),
    aVariance: allocate(size),
    hMean,
    hVariance,
  };
  kernels().momentsRnnForward(call);
  const last = (T - 1) * B * H;
  const output = { mean: new Tensor([T, B, H], hMean), variance: new Tensor([T, B, H], hVariance) };
  const state = { mean: lastStep(hMean, last, B, H), variance: lastStep(hVariance, last, B, H) };
  const inputs = [input.mean, input.variance, initial.mean, initial.variance, ...Object.values(weights)];
  record(
    [output.mean, output.variance, state.mean, state.variance],
    inputs.filter((one): one is Tensor => one !== undefined),
    () => {
      // Nobody reads the gradients of the outputs after this, so the state's may be added to their last step.
      const dhMean = withLastStep(output.mean, state.mean, last);
      const hasVariance = hasGradient(output.variance) || hasGradient(state.variance);
      const wanted = {
        dhMean,
        dhVariance: hasVariance ? withLastStep(output.variance, state.variance, last) : undefined,
        dwIn: gradientOf(weights.weightIn),
        dwRec: gradientOf(weights.weightRec),
        dbias: gradientOf(weights.bias),
        dh0: gradientIfNeeded(initial.mean),
        dh0Variance: gradientIfNeeded(initial.variance),
        dx: gradientIfNeeded(input.mean),
        dxVariance: gradientIfNeeded(input.variance),
      };
      // The gradients of the pre-activations take the place of the pre-activations: nobody reads those again.
      kernels().momentsRnnBackward({ ...call, ...wanted, daMean: call.aMean, daVariance: call.aVariance });
    },
  );
  return { output, state };
}

// --- internal ---

function parts(value: Tensor | Gaussian): { mean: Tensor; variance?: Tensor } {
  return isGaussian(value) ? value : { mean: value };
}

function lastStep(h: Real, from: number, B: number, H: number): Tensor {
  return new Tensor([B, H], h.subarray(from) as Real);
}

function gradientIfNeeded(tensor: Tensor | undefined): Real | undefined {
  return tensor && needsGradient(tensor) ? gradientOf(tensor) : undefined;
}

/** The gradient of a sequence with that of its last step, seen as the state, added. */
function withLastStep(sequence: Tensor, state: Tensor, from: number): Real {
  const gradient = gradientOf(sequence);
  if (hasGradient(state)) {
    const ofState = gradientOf(state);
    for (let i = 0; i < ofState.length; i++) gradient[from + i] += ofState[i];
  }
  return gradient;
}
