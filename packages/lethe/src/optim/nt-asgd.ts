/** Averaged SGD that begins to average when told (NT-ASGD; Merity, Keskar, Socher 2017). */
import { kernels } from '../kernels/engine.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import type { Real } from '../tensor/dtype.ts';
import { namedParameters, type ParameterSet } from '../tensor/parameters.ts';
import { makeOptimizer, type Optimizer, type Rule, slotArrays } from './optimizer.ts';
import { usedParts } from './used-parts.ts';

/** Options of {@link ntAsgd}. */
export interface NtAsgdOptions {
  stepRate: number;
  /** coefficient of the parameter in its own gradient @defaultValue 0 */
  weightDecay?: number;
  /**
   * Does as torch.optim.ASGD, with which the published figures were made: the average begins with the second update, and
   * while averaging each update has the step rate that was asked for the one before.
   * @defaultValue false
   */
  lagging?: boolean;
}

/**
 * Gradient descent, `w -= stepRate (g + weightDecay w)`; after `startAveraging` also the mean of the parameters after each
 * update since, which is what `evaluate` shows (Merity, Keskar, Socher 2017, algorithm 1). When to start is the
 * caller's to say: a validation worse than the best of all but the last n.
 * @param parameters changed in place by `update`
 * @throws ConfigError for an unknown option or one out of range
 */
export function ntAsgd<P extends ParameterSet<P>>(parameters: P, options: NtAsgdOptions): Optimizer {
  checkOptionNames('ntAsgd', options, ['stepRate', 'weightDecay', 'lagging']);
  const named = namedParameters('ntAsgd', parameters);
  const { stepRate, weightDecay = 0, lagging = false } = options;
  checkNumber('ntAsgd', 'stepRate', stepRate, { above: 0 });
  checkNumber('ntAsgd', 'weightDecay', weightDecay, { from: 0 });
  const tensors = Object.values(named);
  let average: Real[] | undefined;
  /** updates since averaging began */
  const averaged = new Float64Array(1);
  /** the step rate's factor that was asked for last */
  const asked = Float64Array.of(1);

  const rule: Rule = {
    name: 'nt-asgd',
    slots: {},
    scalars: { averaged, asked },
    fixedMomentum: 'it has none',
    apply(update, _, rateScale) {
      const factor = average && lagging ? asked[0] : rateScale;
      asked[0] = average ? rateScale : 1;
      const parts = weightDecay === 0 ? usedParts(tensors, update.gradients) : undefined;
      kernels().sgd({ ...update, ...parts, lr: factor * stepRate, momentum: 0, weightDecay });
      if (!average) return;
      averaged[0] += 1;
      const share = 1 / Math.max(1, averaged[0] - (lagging ? 1 : 0));
      for (const [i, target] of average.entries()) {
        const a = update.parameters[i];
        if (share === 1) target.set(a);
        else kernels().addDifference({ n: a.length, a, b: target, factor: share, target });
      }
    },
    evaluated: () => (averaged[0] > 0 ? average : undefined),
    settle() {
      averaged[0] = 0;
    },
    adopt(state) {
      const isAveraging = Object.keys(state).some((key) => key.startsWith('average.'));
      // Whether the point is part of the state goes by whether anything has been averaged.
      const count = state.averaged?.data[0] ?? 0;
      return {
        slots: isAveraging || count > 0 ? ['average'] : [],
        hasPoint: count > 0,
        take() {
          if (isAveraging) startAveraging();
          else stopAveraging();
          averaged[0] = count;
        },
      };
    },
  };
  const startAveraging = (): void => {
    if (average) return;
    average = slotArrays(named);
    rule.slots = { average };
  };
  const stopAveraging = (): void => {
    average = undefined;
    rule.slots = {};
  };
  return { ...makeOptimizer(named, rule), startAveraging };
}
