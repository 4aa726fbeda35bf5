/** What a Gaussian pre-activation becomes behind a non-linearity: exactly, and by every form of the library. */

import { bernoulliNll, gradients, tensor } from 'lethe';
import { activationMoments, type MomentForm } from 'lethe/moments';

export const activations = ['tanh', 'sigmoid', 'relu'] as const;
export type ExploredActivation = (typeof activations)[number];

export const forms: readonly MomentForm[] = ['wang-manning', 'probit', 'daunizeau', 'gauss-hermite'];

export interface Moments {
  mean: number;
  variance: number;
}

/** By a form of the library. */
export function momentsBy(
  form: MomentForm,
  activation: ExploredActivation,
  { mean, variance }: Moments,
): Moments {
  const found = activationMoments({ mean: tensor([mean]), variance: tensor([variance]) }, activation, {
    form,
  });
  return { mean: found.mean.data[0], variance: found.variance.data[0] };
}

/** The value of a non-linearity. */
export const nonLinearity: Readonly<Record<ExploredActivation, (a: number) => number>> = {
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  relu: (a) => Math.max(0, a),
};

/**
 * Exactly, as far as numbers go: sums over a grid of 8,001 places from −10 to 10 deviations, which for smooth functions are as exact as
 * float64 and for relu within 10⁻⁶.
 */
export function exactMoments(activation: ExploredActivation, { mean, variance }: Moments): Moments {
  const f = nonLinearity[activation];
  const deviation = Math.sqrt(variance);
  let [weights, first, second] = [0, 0, 0];
  const centre = f(mean);
  for (let i = -4000; i <= 4000; i++) {
    const z = i / 400;
    const weight = Math.exp((-z * z) / 2);
    // Around f(mean), so that a small variance is no difference of large numbers.
    const value = f(mean + deviation * z) - centre;
    weights += weight;
    first += weight * value;
    second += weight * value * value;
  }
  const shift = first / weights;
  return { mean: centre + shift, variance: second / weights - shift * shift };
}

/** The density of a Gaussian. */
export const density = (x: number, { mean, variance }: Moments): number =>
  Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);

/** The density of f(a), a Gaussian, at a value between the ends of f; of relu without the mass at 0. */
export function densityBehind(activation: ExploredActivation, y: number, moments: Moments): number {
  if (activation === 'relu') return y > 0 ? density(y, moments) : 0;
  const [a, slope] =
    activation === 'tanh' ? [Math.atanh(y), 1 - y * y] : [Math.log(y / (1 - y)), y * (1 - y)];
  return density(a, moments) / slope;
}

/** The loss of a Gaussian logit under a target, and its slopes: δ = dJ / dV[a] is that of the variance. */
export function lossAt(
  { mean, variance }: Moments,
  target: number,
): { loss: number; dMean: number; delta: number } {
  const logit = { mean: tensor([[mean]]), variance: tensor([[variance]]) };
  const { loss, gradients: slopes } = gradients(
    [logit.mean, logit.variance],
    () => bernoulliNll(logit, tensor([[target]])).loss,
  );
  return { loss, dMean: slopes[0].data[0], delta: slopes[1].data[0] };
}
