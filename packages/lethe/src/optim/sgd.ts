/** Stochastic gradient descent, plain or with (heavy-ball) momentum. */
import { kernels } from '../kernels/engine.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { makeOptimizer, type Optimizer, slotArrays } from './optimizer.ts';

/** Options of {@link sgd}. */
export interface SgdOptions {
  stepRate: number;
  /** @defaultValue 0 */
  momentum?: number;
  /** coefficient of the parameter in its own gradient @defaultValue 0 */
  weightDecay?: number;
}

/**
 * Gradient descent: `u = momentum u + (g + weightDecay w)`, `w -= stepRate u`.
 * @param parameters changed in place by `update`
 * @throws ConfigError for an unknown option or one out of range
 */
export function sgd(parameters: Record<string, Tensor>, options: SgdOptions): Optimizer {
  checkOptionNames('sgd', options, ['stepRate', 'momentum', 'weightDecay']);
  const { stepRate, momentum = 0, weightDecay = 0 } = options;
  checkNumber('sgd', 'stepRate', stepRate, { above: 0 });
  checkNumber('sgd', 'momentum', momentum, { from: 0, below: 1 });
  checkNumber('sgd', 'weightDecay', weightDecay, { from: 0 });
  const velocities = momentum > 0 ? slotArrays(parameters) : undefined;
  return makeOptimizer(parameters, {
    name: 'sgd',
    slots: velocities === undefined ? {} : { velocity: velocities },
    apply: (update, _, rateScale) =>
      kernels().sgd({ ...update, lr: rateScale * stepRate, momentum, weightDecay, velocities }),
  });
}
