/**
 * Adaptive weight noise: weights that are Gaussians with a learned mean and deviation (Graves 2011, "Practical
 * variational inference for neural networks"). They are drawn, and their description length is the price.
 */
import { exp, scale } from '../../autograd/ops/elementwise.ts';
import { gradientOf, gradientsOf, ifNeeded, recordOperation } from '../../autograd/tape.ts';
import { checkArray, isObject } from '../../checks.ts';
import { ConfigError } from '../../errors.ts';
import { found } from '../../found.ts';
import { kernels } from '../../kernels/engine.ts';
import type { Gaussian } from '../../moments/gaussian.ts';
import { checkOptionNames } from '../../options.ts';
import { checkReal, checkTensor } from '../../tensor/check.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate, allocateZeros } from '../../tensor/scratch.ts';
import { expectShape, Tensor } from '../../tensor/tensor.ts';

/** The distribution of an array of weights; each weight is N(mean, exp(2 logDeviation)). */
export interface WeightPosterior {
  mean: Tensor;
  /** shape of `mean` */
  logDeviation: Tensor;
}

/** The distributions among the parameters of a layer: those with a logDeviation beside them, `xLogDeviation` beside `x`. */
export function weightPosteriors(parameters: object): WeightPosterior[] {
  if (!isObject(parameters)) {
    throw new ConfigError(
      `weightPosteriors: expected an object of parameters by name, got ${found(parameters)}; give layer.parameters`,
    );
  }
  const named = parameters as Record<string, Tensor | undefined>;
  const ending = 'LogDeviation';
  return Object.entries(named).flatMap(([name, logDeviation]) => {
    const mean = name.endsWith(ending) ? named[name.slice(0, -ending.length)] : undefined;
    if (!mean || !logDeviation) return [];
    checkTensor('weightPosteriors', name, logDeviation);
    checkTensor('weightPosteriors', name.slice(0, -ending.length), mean);
    return [{ mean, logDeviation }];
  });
}

/** The distribution as mean and variance, exp(2 logDeviation), on the tape. */
export function weightMoments({ mean, logDeviation }: WeightPosterior): Gaussian {
  return { mean, variance: exp(scale(logDeviation, 2)) };
}

/**
 * One draw of the weights: mean + exp(logDeviation) ∘ epsilon.
 * @param epsilon standard normal, one for each weight
 * @throws ShapeError
 */
export function noisyWeights(mean: Tensor, logDeviation: Tensor, epsilon: Real): Tensor {
  checkTensor('noisyWeights', 'mean', mean);
  checkTensor('noisyWeights', 'logDeviation', logDeviation);
  expectShape('noisyWeights', 'logDeviation', logDeviation.shape, mean.shape);
  checkReal('noisyWeights', 'epsilon', epsilon, mean.size);
  const n = mean.size;
  const weights = new Tensor(mean.shape, allocate(n));
  const call = { n, logDeviation: logDeviation.data, epsilon };
  kernels().noisyWeights({ ...call, mean: mean.data, out: weights.data });
  recordOperation(weights, [mean, logDeviation], () => {
    const [dMean, dLogDeviation] = gradientsOf([ifNeeded(mean), ifNeeded(logDeviation)]);
    kernels().noisyWeightsBackward({
      ...call,
      dOut: gradientOf(weights),
      dMean: dMean ?? allocateZeros(n),
      dLogDeviation: dLogDeviation ?? allocateZeros(n),
    });
  });
  return weights;
}

/**
 * The description length of the weights in nats: the sum of KL(N(mean, s²) || N(m0, s0²)) under the best Gaussian
 * prior, m0 = mean of the means and s0² = mean of (mean - m0)² + s², for which it is sum log(s0 / s). The prior's
 * own gradient is zero there. 0 for no weights.
 */
export function descriptionLength(posteriors: readonly WeightPosterior[]): Tensor {
  checkArray('descriptionLength', 'posteriors', posteriors, 'distributions of weights');
  for (const [i, posterior] of posteriors.entries()) {
    checkOptionNames(`descriptionLength: posteriors[${i}]`, posterior, ['mean', 'logDeviation']);
    checkTensor('descriptionLength', 'mean', posterior.mean);
    checkTensor('descriptionLength', 'logDeviation', posterior.logDeviation);
    expectShape('descriptionLength', 'logDeviation', posterior.logDeviation.shape, posterior.mean.shape);
  }
  const sums = [0, 0, 0, 0];
  let n = 0;
  for (const { mean, logDeviation } of posteriors) {
    n += mean.size;
    const own = kernels().gaussianSums({ n: mean.size, mean: mean.data, logDeviation: logDeviation.data });
    for (let k = 0; k < 4; k++) sums[k] += own[k];
  }
  const priorMean = n > 0 ? sums[0] / n : 0;
  const priorVariance = n > 0 ? (sums[1] + sums[2]) / n - priorMean * priorMean : 1;
  const length = new Tensor([], allocate(1));
  length.data[0] = (n / 2) * Math.log(priorVariance) - sums[3];
  const inputs = posteriors.flatMap(({ mean, logDeviation }) => [mean, logDeviation]);
  recordOperation(length, inputs, () => {
    const scale = gradientOf(length)[0];
    for (const { mean, logDeviation } of posteriors) {
      const [dMean, dLogDeviation] = gradientsOf([mean, logDeviation]);
      kernels().gaussianKlBackward({
        n: mean.size,
        mean: mean.data,
        logDeviation: logDeviation.data,
        priorMean,
        priorVariance,
        scale,
        dMean,
        dLogDeviation,
      });
    }
  });
  return length;
}
