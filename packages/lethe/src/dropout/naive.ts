/** Dropout of what goes upwards only, never of what is carried through time. */
import { checkOptionNames } from '../options.ts';
import { withDefaultRates } from './default-rates.ts';
import { type MethodKeys, rateKey, scalingKey } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer } from './noise.ts';
import { entriesAt } from './noise-entry.ts';
import { oneOf } from './one-of.ts';

/** Its settings. */
export const naiveKeys = {
  input: rateKey('on the input of every layer'),
  output: rateKey('on the output of the last layer'),
  context: rateKey('on what attention reads, of an encoder and decoder'),
  scaling: scalingKey('inverted'),
} as const satisfies MethodKeys;

/** Options of {@link naive}. Rates are probabilities of dropping: where none is given .5 and .5, the medium network of Zaremba et al.; else 0. */
export interface NaiveOptions {
  /** on the input of every layer */
  input?: number;
  /** on the output of the last layer */
  output?: number;
  /** on what attention reads, of an encoder and decoder */
  context?: number;
  /** `paper`: Pham et al., who scale at test. @defaultValue 'inverted', Zaremba et al. */
  scaling?: 'inverted' | 'paper';
}

/**
 * Pham, Bluche, Kermorvant, Louradour 2013, "Dropout improves recurrent neural networks for handwriting
 * recognition", and Zaremba, Sutskever, Vinyals 2014, "Recurrent neural network regularization": h_t^l =
 * cell(D(h_t^{l-1}), h_{t-1}^l), a fresh mask at every step for every example. At test the mean network.
 * @throws ConfigError for an unknown option, an unknown scaling, or a rate outside [0, 1)
 */
export function naive(options: NaiveOptions = {}): Regularizer {
  checkOptionNames('naive', options, Object.keys(naiveKeys));
  const chosen = withDefaultRates(options, ['input', 'output', 'context'], { input: 0.5, output: 0.5 });
  const { scaling = 'inverted', ...rates } = chosen;
  oneOf('naive', 'scaling', scaling, naiveKeys.scaling.words);
  return {
    name: methodName('naive', chosen),
    reference:
      'Pham, Bluche, Kermorvant, Louradour 2013, Dropout improves recurrent neural networks for handwriting recognition; ' +
      'Zaremba, Sutskever, Vinyals 2014, Recurrent neural network regularization',
    noise: entriesAt('naive', rates, { scaling }),
    modes: { train: 'sample', test: 'mean' },
  };
}
