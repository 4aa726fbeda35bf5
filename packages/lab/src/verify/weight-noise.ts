/** The reference operation `weight-noise.closed-form`: a linear map with Gaussian weights, on the tape. */
import { add, gradients, mul, sum, tensor } from 'lethe';
import { weightNoiseMoments } from 'lethe/moments';
import { type GoldenCase, input, shapedInput } from './case-file.ts';
import { type Computed, cotangent } from './compare.ts';

/** Equations 5 and 6 of the 2013 paper and their gradients. */
export function runWeightNoise(golden: GoldenCase): Computed {
  const xShape = input(golden, 'x_mean').shape;
  const wShape = input(golden, 'w_mean').shape;
  const given = (name: string, shape: number[]) => tensor(shapedInput(golden, name, shape).data, shape);
  const x = { mean: given('x_mean', xShape), variance: given('x_variance', xShape) };
  const w = { mean: given('w_mean', wShape), variance: given('w_variance', wShape) };
  const outputs: Computed['outputs'] = {};
  const run = gradients([x.mean, x.variance, w.mean, w.variance], () => {
    const y = weightNoiseMoments(x, w);
    outputs.mean = y.mean.toArray();
    outputs.variance = y.variance.toArray();
    const weights = (name: string) => tensor(cotangent(golden, name, y.mean.size), y.mean.shape);
    return sum(add(mul(y.mean, weights('mean')), mul(y.variance, weights('variance'))));
  });
  const [xMean, xVariance, wMean, wVariance] = run.gradients.map(({ data }) => data);
  return {
    outputs,
    grads: { x_mean: xMean, x_variance: xVariance, w_mean: wMean, w_variance: wVariance },
  };
}
