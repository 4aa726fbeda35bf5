/**
 * rmsprop with Nesterov momentum, as Bayer et al. (2013) train their music models. The mean square starts at
 * one, which makes the first updates small; the parameters hold the look-ahead point between updates.
 */
import { kernels } from '../kernels/engine.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import { namedParameters, type ParameterSet } from '../tensor/parameters.ts';
import { makeOptimizer, type Optimizer, type Rule, slotArrays } from './optimizer.ts';

/** Options of {@link rmsprop}. */
export interface RmspropOptions {
  stepRate: number;
  /** @defaultValue 0 */
  momentum?: number;
  /** share of the old mean square that is kept @defaultValue 0.9 */
  decay?: number;
  /** added to the mean square under the root @defaultValue 1e-8 */
  epsilon?: number;
  /** @defaultValue 1 */
  initialMeanSquare?: number;
  /** coefficient of the parameter in its own gradient @defaultValue 0 */
  weightDecay?: number;
}

/**
 * rmsprop: with the gradient g taken at the look-ahead point,
 * `r = decay r + (1 - decay) g^2`, `s = stepRate g / sqrt(r + epsilon)`, `v = momentum v + s`,
 * `point -= s + momentum v`.
 * `evaluate` runs at `point + momentum v`, the parameters without the look-ahead.
 * @param parameters changed in place by `update`
 * @throws ConfigError for an unknown option or one out of range
 */
export function rmsprop<P extends ParameterSet<P>>(parameters: P, options: RmspropOptions): Optimizer {
  const known = ['stepRate', 'momentum', 'decay', 'epsilon', 'initialMeanSquare', 'weightDecay'];
  checkOptionNames('rmsprop', options, known);
  const named = namedParameters('rmsprop', parameters);
  const { stepRate, momentum = 0, decay = 0.9, epsilon = 1e-8, initialMeanSquare = 1 } = options;
  const { weightDecay = 0 } = options;
  checkNumber('rmsprop', 'stepRate', stepRate, { above: 0 });
  checkNumber('rmsprop', 'momentum', momentum, { from: 0, below: 1 });
  checkNumber('rmsprop', 'decay', decay, { from: 0, below: 1 });
  checkNumber('rmsprop', 'epsilon', epsilon, { above: 0 });
  checkNumber('rmsprop', 'initialMeanSquare', initialMeanSquare, { from: 0 });
  checkNumber('rmsprop', 'weightDecay', weightDecay, { from: 0 });
  const meanSquares = slotArrays(named, initialMeanSquare);
  const velocities = slotArrays(named);
  const settings = { stepRate, momentum, decay, epsilon, weightDecay, meanSquares, velocities };
  /** of the last update: the parameters are evaluated at the point plus so much of the velocity */
  const last = Float64Array.of(momentum);
  const lookAhead = {
    velocities,
    get momentum() {
      return last[0];
    },
  };
  const rule: Rule = {
    name: 'rmsprop',
    slots: { meanSquare: meanSquares, velocity: velocities },
    fixedMomentum: momentum > 0 ? undefined : 'make it with a momentum above 0',
    apply(update, _, rateScale, ownMomentum) {
      // Of a momentum that never moved a state says nothing.
      if (ownMomentum !== undefined) rule.scalars = { momentum: last };
      last[0] = ownMomentum ?? momentum;
      kernels().rmsprop({ ...update, ...settings, momentum: last[0], stepRate: rateScale * stepRate });
    },
    lookAhead: momentum > 0 ? lookAhead : undefined,
    settle() {
      for (const velocity of velocities) velocity.fill(0);
    },
    adopt(state) {
      const moved = momentum > 0 && Object.hasOwn(state, 'momentum');
      if (moved)
        checkNumber('rmsprop', 'momentum of the stored state', state.momentum.data[0], {
          above: 0,
          below: 1,
        });
      return {
        slots: ['meanSquare', 'velocity'],
        scalars: moved ? ['momentum'] : [],
        hasPoint: momentum > 0,
        take() {
          rule.scalars = moved ? { momentum: last } : undefined;
          last[0] = momentum;
        },
      };
    },
  };
  return makeOptimizer(named, rule);
}
