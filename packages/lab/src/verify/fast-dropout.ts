/**
 * The reference operations `fast-dropout.moments` (an activation alone), `fast-dropout.rnn` (recurrent layer,
 * output layer, probability) and `fast-dropout.lstm`, in the Wang-Manning form, run on the kernels directly.
 */

import type { Real } from 'lethe';
import { DataError } from 'lethe';
import { kernels, realFrom, realZeros } from 'lethe/engine';
import type { NoiseMoments } from 'lethe/moments';
import { activation } from './activation.ts';
import { configNumber, type GoldenCase, input, shapedInput } from './case-file.ts';
import { type Computed, cotangent } from './compare.ts';
import { recurrentGradients, recurrentInputs, recurrentSizes } from './recurrent.ts';

const KAPPA = Math.PI / 8;

/** Mean and variance of an activation of Gaussians, any shape. */
export function runMoments(golden: GoldenCase): Computed {
  const given = input(golden, 'mean');
  const n = given.data.length;
  const p = {
    n,
    activation: activation(golden),
    form: 'wang-manning',
    mean: realFrom(given.data),
    variance: realFrom(shapedInput(golden, 'variance', given.shape).data),
    outMean: realZeros(n),
    outVariance: realZeros(n),
  } as const;
  kernels().momentsActivationForward(p);
  const grads = { mean: realZeros(n), variance: realZeros(n) };
  kernels().momentsActivationBackward({
    ...p,
    dOutMean: realFrom(cotangent(golden, 'mean', n)),
    dOutVariance: realFrom(cotangent(golden, 'variance', n)),
    dMean: grads.mean,
    dVariance: grads.variance,
  });
  return { outputs: { mean: p.outMean, variance: p.outVariance }, grads };
}

/** The fast-dropout network of the 2013 paper. */
export function runFastRnn(golden: GoldenCase): Computed {
  const sizes = recurrentSizes(golden);
  const { T, B, H } = sizes;
  const p = {
    ...recurrentInputs(golden, sizes),
    activation: activation(golden),
    form: 'wang-manning',
    noiseInput: dropMoments(golden, 'dropInput'),
    noiseRecurrent: dropMoments(golden, 'dropRecurrent'),
    aMean: realZeros(T * B * H),
    aVariance: realZeros(T * B * H),
    hMean: realZeros(T * B * H),
    hVariance: realZeros(T * B * H),
  } as const;
  kernels().momentsRnnForward(p);
  const dhMean = realFrom(cotangent(golden, 'hidden_mean', T * B * H));
  const dhVariance = realFrom(cotangent(golden, 'hidden_variance', T * B * H));
  const readout = golden.inputs.w_out
    ? runReadout(golden, p, dhMean, dhVariance)
    : { outputs: {}, grads: {} };
  const grads = recurrentGradients(sizes);
  kernels().momentsRnnBackward({
    ...p,
    dhMean,
    dhVariance,
    dwIn: grads.w_in,
    dwRec: grads.w_rec,
    dbias: grads.b,
    dh0: grads.h0,
    dx: grads.x,
    daMean: realZeros(T * B * H),
    daVariance: realZeros(T * B * H),
  });
  return {
    outputs: { hidden_mean: p.hMean, hidden_variance: p.hVariance, ...readout.outputs },
    grads: { ...grads, ...readout.grads },
  };
}

/** The fast-dropout LSTM: moments through gates and products. The states begin at zero. */
export function runFastLstm(golden: GoldenCase): Computed {
  const sizes = recurrentSizes(golden, 4);
  const { T, B, H } = sizes;
  const size = T * B * H;
  const p = {
    ...recurrentInputs(golden, sizes),
    c0: realZeros(B * H),
    form: 'wang-manning',
    noiseInput: dropMoments(golden, 'dropInput'),
    noiseRecurrent: dropMoments(golden, 'dropRecurrent'),
    aMean: realZeros(4 * size),
    aVariance: realZeros(4 * size),
    cMean: realZeros(size),
    cVariance: realZeros(size),
    hMean: realZeros(size),
    hVariance: realZeros(size),
  } as const;
  kernels().momentsLstmForward(p);
  const grads = recurrentGradients(sizes);
  kernels().momentsLstmBackward({
    ...p,
    dhMean: realFrom(cotangent(golden, 'hidden_mean', size)),
    dhVariance: realFrom(cotangent(golden, 'hidden_variance', size)),
    dwIn: grads.w_in,
    dwRec: grads.w_rec,
    dbias: grads.b,
    dx: grads.x,
    daMean: realZeros(4 * size),
    daVariance: realZeros(4 * size),
  });
  return { outputs: { hidden_mean: p.hMean, hidden_variance: p.hVariance }, grads };
}

// --- internal ---

interface Hidden {
  T: number;
  B: number;
  H: number;
  hMean: Real;
  hVariance: Real;
}

/** Moments of unscaled drop noise with the rate of that name. */
function dropMoments(golden: GoldenCase, name: string): NoiseMoments {
  const rate = configNumber(golden, name) ?? 0;
  if (rate < 0 || rate >= 1)
    throw new DataError(`config "${name}" should be a rate in [0, 1), found ${rate}`);
  const keep = 1 - rate;
  const propagate = golden.config.propagateVariance ?? true;
  return { mean: keep, square: rate * keep, variance: propagate ? keep : 0 };
}

/** The output layer and its probability; adds to the gradients of the hidden moments. */
function runReadout(golden: GoldenCase, hidden: Hidden, dhMean: Real, dhVariance: Real): Computed {
  const { T, B, H, hMean: mean, hVariance: variance } = hidden;
  const [, O = 0] = input(golden, 'w_out').shape;
  const M = T * B;
  const w = realFrom(shapedInput(golden, 'w_out', [H, O]).data);
  const bias = realFrom(shapedInput(golden, 'b_out', [O]).data);
  const outMean = realZeros(M * O);
  const outVariance = realZeros(M * O);
  const dw = realZeros(H * O);
  const dbias = realZeros(O);
  const grads = { w_out: dw, b_out: dbias };
  if (configNumber(golden, 'dropOutput') === undefined) {
    kernels().matmul({ m: M, n: O, k: H, a: mean, b: w, c: outMean, bias });
    const back = backFromProbability(golden, outMean, undefined);
    kernels().matmul({
      m: M,
      n: H,
      k: O,
      a: back.dMean,
      b: w,
      transposeB: true,
      c: dhMean,
      accumulate: true,
    });
    kernels().matmul({ m: H, n: O, k: M, a: mean, transposeA: true, b: back.dMean, c: dw, accumulate: true });
    const ones = realZeros(M).fill(1);
    kernels().matmul({ m: 1, n: O, k: M, a: ones, b: back.dMean, c: dbias, accumulate: true });
    return { outputs: { output_mean: outMean, probability: back.probability }, grads };
  }
  const noise = dropMoments(golden, 'dropOutput');
  const layer = { M, I: H, O, mean, variance, w, bias, noise, noisyVariance: realZeros(M * H) };
  kernels().momentsLinearForward({ ...layer, outMean, outVariance });
  const back = backFromProbability(golden, outMean, outVariance);
  kernels().momentsLinearBackward({
    ...layer,
    dOutMean: back.dMean,
    dOutVariance: back.dVariance,
    dMean: dhMean,
    dVariance: dhVariance,
    dw,
    dbias,
  });
  return {
    outputs: { output_mean: outMean, output_variance: outVariance, probability: back.probability },
    grads,
  };
}

/** probability = logistic(c mean), c = (1 + pi/8 variance)^(-1/2), and the gradients of the output moments. */
function backFromProbability(golden: GoldenCase, mean: Real, variance: Real | undefined) {
  const n = mean.length;
  const probability = realZeros(n);
  const dMean = realFrom(cotangent(golden, 'output_mean', n));
  const dVariance = realFrom(cotangent(golden, 'output_variance', n));
  const weights = cotangent(golden, 'probability', n);
  for (let i = 0; i < n; i++) {
    const c = 1 / Math.sqrt(1 + KAPPA * (variance ? variance[i] : 0));
    const e = 1 / (1 + Math.exp(-c * mean[i]));
    const slope = weights[i] * e * (1 - e);
    probability[i] = e;
    dMean[i] += c * slope;
    dVariance[i] -= 0.5 * KAPPA * c ** 3 * mean[i] * slope;
  }
  return { probability, dMean, dVariance };
}
