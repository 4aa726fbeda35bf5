/** The weights that one run of a layer uses: the parameters themselves, or a draw of noisy weights. */
import { add } from '../../autograd/ops/arithmetic.ts';
import { scale } from '../../autograd/ops/elementwise.ts';
import { drawWeightNoise } from '../../dropout/masks.ts';
import type { Plan } from '../../dropout/plan.ts';
import type { NoiseStream } from '../../random/stream.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Cell, CellWeights } from '../cells/cell.ts';
import { noisyWeights, weightMoments } from '../parameters/noisy-weights.ts';
import type { RecurrentParameters } from './recurrent.ts';
import type { GaussianWeights } from './weight-noise-moments.ts';

/** The weights at their means. Two biases are one to a cell that adds them anyway; each has the whole gradient of the sum. */
export function meanWeights(
  { weightIn, weightRec, bias, biasRec }: RecurrentParameters,
  { hasRecurrentBias }: Cell,
): CellWeights {
  if (hasRecurrentBias || !biasRec) return { weightIn, weightRec, bias, biasRec };
  return { weightIn, weightRec, bias: add(bias, biasRec) };
}

/** Weights whose pre-activations are `slope` times as large. */
export function sloped(weights: CellWeights, slope: number): CellWeights {
  if (slope === 1) return weights;
  const { weightIn, weightRec, bias } = weights;
  return {
    ...weights,
    weightIn: scale(weightIn, slope),
    weightRec: scale(weightRec, slope),
    bias: scale(bias, slope),
  };
}

/** Weights drawn for one run where they are noisy, one draw for the sequence and the batch. */
export function drawnWeights(
  parameters: RecurrentParameters,
  cell: Cell,
  plan: Plan,
  noise: NoiseStream,
): CellWeights {
  const means = meanWeights(parameters, cell);
  if (!plan.regularizer.weightNoise) return means;
  const draw = (site: 'weight' | 'weightIn', mean: Tensor, logDeviation: Tensor): Tensor =>
    noisyWeights(mean, logDeviation, drawWeightNoise(plan, site, noise, mean.size));
  return {
    ...means,
    weightIn: draw('weightIn', parameters.weightIn, parameters.weightInLogDeviation!),
    weightRec: draw('weight', parameters.weightRec, parameters.weightRecLogDeviation!),
  };
}

/** Weights as distributions, for the closed form. */
export function closedFormWeights(parameters: RecurrentParameters): GaussianWeights {
  const { weightIn, weightRec, weightInLogDeviation, weightRecLogDeviation, bias, biasRec } = parameters;
  return {
    weightIn: weightMoments({ mean: weightIn, logDeviation: weightInLogDeviation! }),
    weightRec: weightMoments({ mean: weightRec, logDeviation: weightRecLogDeviation! }),
    bias,
    biasRec,
  };
}
