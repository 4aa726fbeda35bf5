/** Weight decay. */
import { checkNumber, checkOptionNames } from '../options.ts';
import type { MethodKeys } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer } from './noise.ts';
import { oneOf } from './one-of.ts';

/** Its settings. */
export const weightDecayKeys = {
  lambda: {
    kind: 'number',
    about: 'weight of half the sum of squares of all parameters',
    default: 1.2e-6,
    search: { from: 1e-7, to: 1e-3 },
  },
  decoupled: {
    kind: 'flag',
    about: 'shrinks the weights after each update instead of adding to the loss',
    default: false,
  },
} as const satisfies MethodKeys;

/** Options of {@link weightDecay}. */
export interface WeightDecayOptions {
  /** @defaultValue 1.2e-6, the AWD-LSTM's */
  lambda?: number;
  /** shrinks the weights after each update instead of adding to the loss. @defaultValue false */
  decoupled?: boolean;
}

/**
 * Krogh and Hertz 1992, "A simple weight decay can improve generalization": adds lambda/2 sum(w²) to the
 * training loss; decoupled (Loshchilov and Hutter 2019, "Decoupled weight decay regularization"; Gal and
 * Ghahramani's code): w -= lambda w after each update, whatever the step size.
 * @throws ConfigError for an unknown option or a negative lambda
 */
export function weightDecay(options: WeightDecayOptions = {}): Regularizer {
  checkOptionNames('weight-decay', options, Object.keys(weightDecayKeys));
  const { lambda = 1.2e-6, decoupled = false } = options;
  checkNumber('weight-decay', 'lambda', lambda, { from: 0 });
  oneOf('weight-decay', 'decoupled', decoupled, [true, false]);
  return {
    name: methodName('weight-decay', options),
    reference: decoupled
      ? 'Loshchilov, Hutter 2019, Decoupled weight decay regularization'
      : 'Krogh, Hertz 1992, A simple weight decay can improve generalization',
    noise: [],
    modes: { train: 'mean', test: 'mean' },
    penalties: [{ kind: 'weight-decay', lambda, decoupled }],
  };
}
