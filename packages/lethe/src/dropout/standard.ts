/** Standard dropout: masks drawn for every unit. */
import { checkOptionNames } from '../options.ts';
import { withDefaultRates } from './default-rates.ts';
import { intervalKey, type MethodKeys, rateKey, scalingKey } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer } from './noise.ts';
import { entriesAt } from './noise-entry.ts';
import { oneOf } from './one-of.ts';

/** Its settings. */
export const standardKeys = {
  input: rateKey('on the input of every layer'),
  recurrent: rateKey('on h_{t-1} in front of its weights'),
  transition: rateKey('on what a layer of a deep transition gives to the next; of deep-rnn cells'),
  output: rateKey('on what the last layer gives to the layer that reads it'),
  interval: intervalKey('step'),
  scaling: scalingKey('inverted'),
} as const satisfies MethodKeys;

/** Options of {@link standard}. Rates are probabilities of dropping: where none is given input .2 and output .5, the paper's of inputs and hidden units; else 0. */
export interface StandardOptions {
  input?: number;
  recurrent?: number;
  /** on what a layer of a deep transition gives to the next */
  transition?: number;
  /** on what the last layer gives to the layer that reads it */
  output?: number;
  /** a mask for every step, or one for the sequence. @defaultValue 'step' */
  interval?: 'step' | 'sequence';
  /** @defaultValue 'inverted' */
  scaling?: 'inverted' | 'paper';
}

/**
 * Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, "Dropout: a simple way to prevent neural
 * networks from overfitting": independent Bernoulli masks for every example on what a layer reads.
 * `recurrent` masks h_{t-1} in front of its weights. At test the mean network: weights times 1 - rate in paper
 * scaling, as they are when training is inverted.
 * @throws ConfigError for an unknown option, a word that is none of the known ones, or a rate outside [0, 1)
 */
export function standard(options: StandardOptions = {}): Regularizer {
  checkOptionNames('standard', options, Object.keys(standardKeys));
  const chosen = withDefaultRates(options, ['input', 'recurrent', 'transition', 'output'], {
    input: 0.2,
    output: 0.5,
  });
  const { interval = 'step', scaling = 'inverted', ...rates } = chosen;
  oneOf('standard', 'interval', interval, standardKeys.interval.words);
  oneOf('standard', 'scaling', scaling, standardKeys.scaling.words);
  return {
    name: methodName('standard', chosen),
    reference:
      'Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, Dropout: a simple way to prevent neural networks from overfitting',
    noise: entriesAt('standard', rates, { interval, scaling }),
    modes: { train: 'sample', test: 'mean' },
  };
}
