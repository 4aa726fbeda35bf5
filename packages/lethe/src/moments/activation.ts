/** The moments of an activation of Gaussians, element by element, on the tape. */
import { gradientIfUsed, gradientOf, gradientsOf, ifNeeded, recordOperation } from '../autograd/tape.ts';
import { ConfigError } from '../errors.ts';
import type { Activation, MomentForm, MomentFunction } from '../kernels/contract/fields.ts';
import { kernels } from '../kernels/engine.ts';
import { checkOptionNames, checkWord } from '../options.ts';
import { allocate, allocateZeros } from '../tensor/scratch.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Gaussian } from './gaussian.ts';
import { checkGaussian } from './gaussian.ts';
import { gaussHermite } from './quadrature.ts';

export const activations: readonly Activation[] = ['tanh', 'sigmoid', 'relu', 'identity'];

export const momentForms = [
  'wang-manning',
  'probit',
  'daunizeau',
  'gauss-hermite',
] as const satisfies MomentForm[];

/** Which function, and how its moments are computed. */
export interface MomentFunctionOptions {
  form?: MomentForm;
  /** gauss-hermite only. @defaultValue 15 */
  points?: number;
}

/**
 * What the kernels take: the form, with nodes and weights where it needs them.
 * @throws ConfigError if the form is unknown, or points is given to a form without nodes
 */
export function momentFunction(activation: Activation, options: MomentFunctionOptions = {}): MomentFunction {
  const { form = 'gauss-hermite', points } = options;
  checkWord('moments', 'form', form, momentForms);
  checkWord('moments', 'activation', activation, activations);
  if (form === 'gauss-hermite') return { activation, form, ...gaussHermite(points ?? 15) };
  if (points !== undefined) {
    throw new ConfigError(`moments: expected points only with the gauss-hermite form, got it with ${form}`);
  }
  return { activation, form };
}

/**
 * Mean and variance of f(X), X ~ N(x.mean, x.variance): Wang and Manning 2013 (sigmoid, tanh), exact for relu
 * and identity.
 * @param x any shape
 * @param options the form. @defaultValue gauss-hermite with 15 points
 * @throws ConfigError for an unknown activation, form or option
 */
export function activationMoments(
  x: Gaussian,
  activation: Activation,
  options: MomentFunctionOptions = {},
): Gaussian {
  checkGaussian('activationMoments', 'x', x);
  checkOptionNames('activationMoments', options, ['form', 'points']);
  const { shape, size } = x.mean;
  const mean = new Tensor(shape, allocate(size));
  const variance = new Tensor(shape, allocate(size));
  const call = {
    ...momentFunction(activation, options),
    n: size,
    mean: x.mean.data,
    variance: x.variance.data,
    outMean: mean.data,
    outVariance: variance.data,
  };
  kernels().momentsActivationForward(call);
  recordOperation([mean, variance], [x.mean, x.variance], () => {
    const [dMean, dVariance] = gradientsOf([ifNeeded(x.mean), ifNeeded(x.variance)]);
    kernels().momentsActivationBackward({
      ...call,
      dOutMean: gradientOf(mean),
      dOutVariance: gradientIfUsed(variance) ?? allocateZeros(size),
      dMean: dMean ?? allocateZeros(size),
      dVariance: dVariance ?? allocateZeros(size),
    });
  });
  return { mean, variance };
}
