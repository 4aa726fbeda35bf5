/** The reference operations `loss.*`: Bernoulli on the kernels, the others on the tape. */
import {
  activationPenalty,
  add,
  affine,
  DataError,
  distancePenalty,
  gaussianNll,
  gradients,
  scale,
  softmaxNll,
  type Tensor,
  temporalPenalty,
  tensor,
} from 'lethe';
import { kernels, realFrom, realZeros } from 'lethe/engine';
import { configNumber, type GoldenCase, input, shapedInput } from './case-file.ts';
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
  const rowLoss = realZeros(M);
  kernels().bernoulliNllForward({ ...p, rowLoss });
  const grads = { logits: realZeros(M * K), variance: realZeros(M * K) };
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
  const [dMean, dVariance] = run.gradients.map((gradient) => gradient.data.map((g: number) => g * weight));
  return { outputs: { loss: [run.loss] }, grads: { mean: dMean, variance: dVariance } };
}

/** Categorical cross-entropy, mean over rows. */
export function runSoftmax(golden: GoldenCase): Computed {
  return onTape(golden, ['logits'], ([logits]) => softmaxNll(logits, classes(golden)).loss);
}

/** The same behind a linear layer. */
export function runLinearSoftmax(golden: GoldenCase): Computed {
  return onTape(golden, ['h', 'w', 'b'], ([h, w, b]) => softmaxNll(affine(h, w, b), classes(golden)).loss);
}

/** AR on the dropped output plus TAR on the raw one. */
export function runActivationRegularization(golden: GoldenCase): Computed {
  const { alpha, beta } = { alpha: number(golden, 'alpha'), beta: number(golden, 'beta') };
  return onTape(golden, ['dropped', 'raw'], ([dropped, raw]) =>
    add(activationPenalty(dropped, alpha), temporalPenalty(raw, beta)),
  );
}

/** Half of both cross-entropies plus the distance of the logits. */
export function runFraternal(golden: GoldenCase): Computed {
  const kappa = number(golden, 'kappa');
  return onTape(golden, ['logits1', 'logits2'], ([first, second]) => {
    const both = add(softmaxNll(first, classes(golden)).loss, softmaxNll(second, classes(golden)).loss);
    return add(scale(both, 0.5), distancePenalty(first, second, kappa));
  });
}

// --- internal ---

/** The loss of the named inputs and its gradients, weighted by the cotangent of the case. */
function onTape(
  golden: GoldenCase,
  names: readonly string[],
  loss: (inputs: readonly Tensor[]) => Tensor,
): Computed {
  const inputs = names.map((name) => tensor(input(golden, name).data, input(golden, name).shape));
  const run = gradients(inputs, () => loss(inputs));
  const weight = cotangent(golden, 'loss', 1)[0];
  const grads = names.map((name, i) => [name, run.gradients[i].data.map((g: number) => g * weight)] as const);
  return { outputs: { loss: [run.loss] }, grads: Object.fromEntries(grads) };
}

function classes(golden: GoldenCase): Int32Array {
  return Int32Array.from(input(golden, 'targets').data);
}

function number(golden: GoldenCase, name: string): number {
  const value = configNumber(golden, name);
  if (value === undefined) throw new DataError(`config "${name}" is missing`);
  return value;
}
