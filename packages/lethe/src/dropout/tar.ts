/** Temporal activation regularization (TAR). */
import { checkNumber, checkOptionNames } from '../options.ts';
import type { MethodKeys } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer } from './noise.ts';

/** Its settings. */
export const tarKeys = {
  beta: {
    kind: 'number',
    about: 'weight of the mean square of the change of the states',
    default: 1,
    search: { from: 0.1, to: 10 },
  },
} as const satisfies MethodKeys;

/** Options of {@link tar}. */
export interface TarOptions {
  /** @defaultValue 1, the AWD-LSTM's */
  beta?: number;
}

/**
 * Merity, McCann, Socher 2017, "Revisiting activation regularization for language RNNs": adds beta
 * mean((h_{t+1} - h_t)²) to the training loss, h the last layer's states without output noise. Test is as
 * without.
 * @throws ConfigError for an unknown option or a negative beta
 */
export function tar(options: TarOptions = {}): Regularizer {
  checkOptionNames('tar', options, Object.keys(tarKeys));
  const { beta = 1 } = options;
  checkNumber('tar', 'beta', beta, { from: 0 });
  return {
    name: methodName('tar', options),
    reference: 'Merity, McCann, Socher 2017, Revisiting activation regularization for language RNNs',
    noise: [],
    modes: { train: 'mean', test: 'mean' },
    penalties: [{ kind: 'temporal-activation', beta }],
  };
}
