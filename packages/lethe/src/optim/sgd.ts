/** Stochastic gradient descent, plain or with (heavy-ball) momentum. */
import { kernels } from '../kernels/engine.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import { namedParameters, type ParameterSet } from '../tensor/parameters.ts';
import { makeOptimizer, type Optimizer, slotArrays } from './optimizer.ts';
import { usedParts } from './used-parts.ts';

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
export function sgd<P extends ParameterSet<P>>(parameters: P, options: SgdOptions): Optimizer {
  checkOptionNames('sgd', options, ['stepRate', 'momentum', 'weightDecay']);
  const named = namedParameters('sgd', parameters);
  const { stepRate, momentum = 0, weightDecay = 0 } = options;
  checkNumber('sgd', 'stepRate', stepRate, { above: 0 });
  checkNumber('sgd', 'momentum', momentum, { from: 0, below: 1 });
  checkNumber('sgd', 'weightDecay', weightDecay, { from: 0 });
  const velocities = momentum > 0 ? slotArrays(named) : undefined;
  const tensors = Object.values(named);
  return makeOptimizer(named, {
    name: 'sgd',
    slots: velocities === undefined ? {} : { velocity: velocities },
    fixedMomentum: velocities === undefined ? 'make it with a momentum above 0' : undefined,
    apply: (update, _, rateScale, ownMomentum = momentum) => {
      const isSparse = velocities === undefined && weightDecay === 0;
      const parts = isSparse ? usedParts(tensors, update.gradients) : undefined;
      const settings = { lr: rateScale * stepRate, momentum: ownMomentum, weightDecay, velocities };
      kernels().sgd({ ...update, ...parts, ...settings });
    },
    settle() {
      for (const velocity of velocities ?? []) velocity.fill(0);
    },
  });
}
