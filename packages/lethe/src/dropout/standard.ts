/** Standard dropout: masks drawn afresh for every unit, step and example. */
import { ConfigError } from '../errors.ts';
import { checkOptionNames } from '../options.ts';
import { methodName } from './method-name.ts';
import { entriesAt, type Regularizer } from './noise.ts';

/** Rates are probabilities of dropping, default 0. */
export interface StandardOptions {
  input?: number;
  recurrent?: number;
  output?: number;
  /** @defaultValue 'inverted' */
  scaling?: 'inverted' | 'paper';
}

/**
 * Dropout as in Hinton et al. 2012, "Improving neural networks by preventing co-adaptation of feature
 * detectors": independent Bernoulli masks at every step for every example; at test the mean network.
 * `recurrent` masks h_{t-1} in front of its weights.
 * @throws ConfigError for an unknown option or a rate outside [0, 1)
 */
export function standard(options: StandardOptions = {}): Regularizer {
  checkOptionNames('standard', options, ['input', 'recurrent', 'output', 'scaling']);
  const { scaling = 'inverted', ...rates } = options;
  if (scaling !== 'inverted' && scaling !== 'paper') {
    throw new ConfigError(`standard: expected scaling to be inverted or paper, got ${scaling}`);
  }
  return {
    name: methodName('standard', options),
    reference:
      'Hinton, Srivastava, Krizhevsky, Sutskever, Salakhutdinov 2012, Improving neural networks by preventing co-adaptation of feature detectors',
    noise: entriesAt('standard', rates, { scaling }),
    modes: { train: 'sample', test: 'mean' },
  };
}
