/** Adam (Kingma and Ba, 2015); its decoupled sibling is in adamw.ts and shares the code here. */
import { kernels } from '../kernels/engine.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import type { Real } from '../tensor/dtype.ts';
import { namedParameters, type ParameterSet } from '../tensor/parameters.ts';
import { shortenStep } from './clip.ts';
import { makeOptimizer, type Optimizer, slotArrays } from './optimizer.ts';

/** Options of {@link adam} and of `adamw`. */
export interface AdamOptions {
  /** @defaultValue 0.001 */
  stepRate?: number;
  /** @defaultValue 0.9 */
  beta1?: number;
  /** @defaultValue 0.999 */
  beta2?: number;
  /** added to the root of the second moment @defaultValue 1e-8 */
  epsilon?: number;
  /** adam: coefficient of the parameter in its own gradient @defaultValue 0 (adamw: 0.01) */
  weightDecay?: number;
  /** largest global norm of a step: longer ones are shortened to it, whatever the gradient was. @defaultValue none */
  clipStep?: number;
}

/**
 * Adam with bias correction at update k, `g` including `weightDecay w`:
 * `m = beta1 m + (1 - beta1) g`, `v = beta2 v + (1 - beta2) g^2`,
 * `w -= stepRate (m / (1 - beta1^k)) / (sqrt(v / (1 - beta2^k)) + epsilon)`.
 * @param parameters changed in place by `update`
 * @throws ConfigError for an unknown option or one out of range
 */
export function adam<P extends ParameterSet<P>>(parameters: P, options: AdamOptions = {}): Optimizer {
  return adamRule('adam', parameters, options, { weightDecay: 0, decoupled: false });
}

/** The rule behind `adam` and `adamw`. */
export function adamRule(
  name: 'adam' | 'adamw',
  parameters: unknown,
  options: AdamOptions,
  { decoupled, weightDecay: usual }: { decoupled: boolean; weightDecay: number },
): Optimizer {
  checkOptionNames(name, options, ['stepRate', 'beta1', 'beta2', 'epsilon', 'weightDecay', 'clipStep']);
  const { stepRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, clipStep } = options;
  const { weightDecay = usual } = options;
  checkNumber(name, 'stepRate', stepRate, { above: 0 });
  checkNumber(name, 'beta1', beta1, { from: 0, below: 1 });
  checkNumber(name, 'beta2', beta2, { from: 0, below: 1 });
  checkNumber(name, 'epsilon', epsilon, { above: 0 });
  checkNumber(name, 'weightDecay', weightDecay, { from: 0 });
  if (clipStep !== undefined) checkNumber(name, 'clipStep', clipStep, { above: 0 });
  const named = namedParameters(name, parameters);
  const firstMoments = slotArrays(named);
  const secondMoments = slotArrays(named);
  const settings = {
    lr: stepRate,
    beta1,
    beta2,
    epsilon,
    weightDecay,
    decoupled,
    firstMoments,
    secondMoments,
  };
  return makeOptimizer(named, {
    name,
    slots: { firstMoment: firstMoments, secondMoment: secondMoments },
    apply(update, step, rateScale, momentum = beta1) {
      const before = clipStep === undefined ? undefined : update.parameters.map((data) => data.slice());
      kernels().adam({ ...update, ...settings, beta1: momentum, step, lr: rateScale * settings.lr });
      if (before && clipStep !== undefined) shortenStep(update.parameters, before as Real[], clipStep);
    },
  });
}
