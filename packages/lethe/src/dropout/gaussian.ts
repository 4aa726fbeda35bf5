/** Gaussian dropout: units are multiplied by numbers around 1. */
import { checkOptionNames } from '../options.ts';
import { methodName } from './method-name.ts';
import { entriesAt, type Regularizer } from './noise.ts';
import { oneOf } from './one-of.ts';

/** Rates p of the drop noise with the same variance, p / (1 - p); default 0. */
export interface GaussianOptions {
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
export function gaussian(options: GaussianOptions = {}): Regularizer {
  checkOptionNames('gaussian', options, ['input', 'recurrent', 'output', 'cell', 'update', 'interval']);
  const { interval = 'step', ...rates } = options;
  oneOf('gaussian', 'interval', interval, ['step', 'sequence']);
  return {
    name: methodName('gaussian', options),
    reference:
      'Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, Dropout: a simple way to prevent neural networks from overfitting, section 10',
    noise: entriesAt('gaussian', rates, { kind: 'gaussian', interval }),
    modes: { train: 'sample', test: 'mean' },
  };
}
