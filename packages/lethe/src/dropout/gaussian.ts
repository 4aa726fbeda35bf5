/** Gaussian dropout: units are multiplied by numbers around 1. */
import { checkOptionNames } from '../options.ts';
import { withDefaultRates } from './default-rates.ts';
import { intervalKey, type MethodKeys, rateKey } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer } from './noise.ts';
import { entriesAt } from './noise-entry.ts';
import { oneOf } from './one-of.ts';

/** Its settings. */
export const gaussianKeys = {
  input: rateKey('on the input of every layer'),
  recurrent: rateKey('on h_{t-1} in front of its weights'),
  output: rateKey('on the output of the last layer'),
  cell: rateKey('on the new state: c of an LSTM, h of other cells'),
  update: rateKey('on the candidate of an LSTM or GRU'),
  interval: intervalKey('step'),
} as const satisfies MethodKeys;

/**
 * Options of {@link gaussianDropout}. Rates p of the drop noise with the same variance, p / (1 - p): where none is given input .2 and output .5, the paper's of inputs and
 * hidden units in dropping; else 0.
 */
export interface GaussianDropoutOptions {
  input?: number;
  recurrent?: number;
  /** on the output of the last layer */
  output?: number;
  /** on the new state: c of an LSTM, h of other cells */
  cell?: number;
  /** on the candidate of an LSTM or GRU */
  update?: number;
  /** @defaultValue 'step' */
  interval?: 'step' | 'sequence';
}

/**
 * Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, "Dropout: a simple way to prevent neural
 * networks from overfitting", section 10: multiplies by N(1, p / (1 - p)) for every example. The mean is 1,
 * so nothing is scaled at test.
 * @throws ConfigError for an unknown option, an unknown interval, or a rate outside [0, 1)
 */
export function gaussianDropout(options: GaussianDropoutOptions = {}): Regularizer {
  checkOptionNames('gaussianDropout', options, Object.keys(gaussianKeys));
  const chosen = withDefaultRates(options, ['input', 'recurrent', 'output', 'cell', 'update'], {
    input: 0.2,
    output: 0.5,
  });
  const { interval = 'step', ...rates } = chosen;
  oneOf('gaussian', 'interval', interval, gaussianKeys.interval.words);
  return {
    name: methodName('gaussian', chosen),
    reference:
      'Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, Dropout: a simple way to prevent neural networks from overfitting, section 10',
    noise: entriesAt('gaussian', rates, { kind: 'gaussian', interval }),
    modes: { train: 'sample', test: 'mean' },
  };
}
