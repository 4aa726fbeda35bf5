/** RNNDrop: the memory cell itself loses values. */
import { checkOptionNames } from '../options.ts';
import { intervalKey, type MethodKeys } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer } from './noise.ts';
import { entriesAt } from './noise-entry.ts';
import { oneOf } from './one-of.ts';

/** Its settings. */
export const rnndropKeys = {
  cell: { kind: 'rate', about: 'on the new state: c of an LSTM, h of other cells; to be given' },
  interval: intervalKey('sequence'),
} as const satisfies MethodKeys;

/** Options of {@link rnndrop}. */
export interface RnndropOptions {
  /**
   * probability of dropping a value of the new state: c of an LSTM, h of other cells; 0 is none. There is no default: a layer refuses the
   * method without a rate
   */
  cell?: number;
  /** @defaultValue 'sequence', the paper's */
  interval?: 'step' | 'sequence';
}

/**
 * Moon, Choi, Lee, Song 2015, "RNNDrop: a novel dropout for RNNs in ASR": c_t = m ∘ (f ∘ c_{t-1} + i ∘ g), m
 * drawn once for a sequence and example and not scaled, h_t from the masked c_t; at test m is the constant 1
 * - rate at every step. (Scaling kept values in training would make them grow by 1 / (1 - rate) at every
 * step.)
 * @throws ConfigError for an unknown option, an unknown interval, or a rate outside [0, 1)
 */
export function rnndrop(options: RnndropOptions = {}): Regularizer {
  checkOptionNames('rnndrop', options, Object.keys(rnndropKeys));
  const { cell, interval = 'sequence' } = options;
  oneOf('rnndrop', 'interval', interval, rnndropKeys.interval.words);
  return {
    name: methodName('rnndrop', options),
    reference: 'Moon, Choi, Lee, Song 2015, RNNDrop: a novel dropout for RNNs in ASR',
    noise: entriesAt('rnndrop', { cell }, { interval, scaling: 'paper' }),
    modes: { train: 'sample', test: 'mean' },
    ...(cell === undefined && { lacks: 'a rate, as in rnndrop:cell=.3' }),
  };
}
