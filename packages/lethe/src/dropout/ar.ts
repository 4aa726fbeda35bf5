/** Activation regularization (AR). */
import { checkNumber, checkOptionNames } from '../options.ts';
import type { MethodKeys } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer } from './noise.ts';

/** Its settings. */
export const arKeys = {
  alpha: {
    kind: 'number',
    about: 'weight of the mean square of the outputs',
    default: 2,
    search: { from: 0.1, to: 10 },
  },
} as const satisfies MethodKeys;

/** Options of {@link ar}. */
export interface ArOptions {
  /** @defaultValue 2, the AWD-LSTM's */
  alpha?: number;
}

/**
 * Merity, McCann, Socher 2017, "Revisiting activation regularization for language RNNs": adds alpha mean(y²)
 * to the training loss, y the last layer's output after its mask. Test is as without.
 * @throws ConfigError for an unknown option or a negative alpha
 */
export function ar(options: ArOptions = {}): Regularizer {
  checkOptionNames('ar', options, Object.keys(arKeys));
  const { alpha = 2 } = options;
  checkNumber('ar', 'alpha', alpha, { from: 0 });
  return {
    name: methodName('ar', options),
    reference: 'Merity, McCann, Socher 2017, Revisiting activation regularization for language RNNs',
    noise: [],
    modes: { train: 'mean', test: 'mean' },
    penalties: [{ kind: 'activation', alpha }],
  };
}
