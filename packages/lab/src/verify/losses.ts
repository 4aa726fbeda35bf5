/** The reference operations `loss.bernoulli` (on the kernels) and `loss.gaussian` (on the tape). */
import { DataError, gaussianNll, gradients, tensor } from 'lethe';
import { kernels, realFrom, zeros } from 'lethe/internal';
import { type GoldenCase, input, shapedInput } from './case-file.ts';
import { type Computed, cotangent } from './compare.ts';

/** Sum over the last axis, mean over the steps that count. */
export function runBernoulli(golden: GoldenCase): Computed {
  const { shape, data } = input(golden, 'logits');
  const K = shape.at(-1) ?? 1;
  const M = K === 0 ? 0 : data.length / K;
  const stepMask = golden.inputs.step_mask
    ? realFrom(shapedInput(golden, 'step_mask', shape.slice(0, -1)).data)
    : undefined;
  const variance = golden.inputs.variance ? realFrom(shapedInput(golden, 'variance', shape).data) : undefined;
  let count = stepMask ? 0 : M;
  for (const step of stepMask ?? []) count += step;
  if (!(count > 0)) throw new DataError('no step counts; "step_mask" should hold at least one 1');
  const p = {
    M,
    K,
    logits: realFrom(data),
    targets: realFrom(shapedInput(golden, 'targets', shape).data),
    stepMask,
    variance,
  };
  const rowLoss = zeros(M);
  kernels().bernoulliNllForward({ ...p, rowLoss });
  const grads = { logits: zeros(M * K), variance: zeros(M * K) };
  const scale = cotangent(golden, 'loss', 1)[0] / count;
  kernels().bernoulliNllBackward({
    ...p,
    scale,
    dLogits: grads.logits,
    dVariance: variance && grads.variance,
  });
  let loss = 0;
  for (const row of rowLoss) loss += row / count;
  return { outputs: { loss: [loss] }, grads };
}

/** 1/2 ((y - m)^2 / v + log(2 pi v)), mean over all elements. */
export function runGaussian(golden: GoldenCase): Computed {
  const given = input(golden, 'mean');
  // One column, so that the library's mean over steps is the mean over elements.
  const shape = [given.data.length, 1];
  const mean = tensor(given.data, shape);
  const variance = tensor(shapedInput(golden, 'variance', given.shape).data, shape);
  const targets = tensor(shapedInput(golden, 'targets', given.shape).data, shape);
  const weight = cotangent(golden, 'loss', 1)[0];
  const run = gradients([mean, variance], () => gaussianNll(mean, variance, targets).loss);
  const [dMean, dVariance] = run.gradients.map((gradient) => gradient.map((g) => g * weight));
  return { outputs: { loss: [run.loss] }, grads: { mean: dMean, variance: dVariance } };
}
