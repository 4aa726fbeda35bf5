/** Recurrent dropout without memory loss: what is added to the memory is dropped, never the memory. */
import { checkOptionNames } from '../options.ts';
import { withDefaultRates } from './default-rates.ts';
import { intervalKey, type MethodKeys, rateKey } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer } from './noise.ts';
import { entriesAt } from './noise-entry.ts';
import { oneOf } from './one-of.ts';

/** Its settings. */
export const semeniutaKeys = {
  update: rateKey('on the candidate of an LSTM (g) or GRU (n)'),
  recurrent: rateKey('on h_{t-1} in front of its weights: the place of the mask in a plain RNN'),
  input: rateKey('on the input of every layer, fresh at every step'),
  output: rateKey('on the output of the last layer, fresh at every step'),
  interval: intervalKey('step'),
} as const satisfies MethodKeys;

/**
 * Options of {@link semeniuta}. Rates are probabilities of dropping: where none is given update .5 with interval `sequence`, a recipe of the authors' code (a plain cell
 * has no update: theirs for it is recurrent .25 at every step); else 0.
 */
export interface SemeniutaOptions {
  /** on the candidate of an LSTM (g) or GRU (n) */
  update?: number;
  /** on h_{t-1} in front of its weights: the place of the mask in a plain RNN */
  recurrent?: number;
  /** on the input of every layer, fresh at every step */
  input?: number;
  /** on the output of the last layer, fresh at every step */
  output?: number;
  /** of the masks at update and recurrent. @defaultValue 'step' */
  interval?: 'step' | 'sequence';
}

/**
 * Semeniuta, Severyn, Barth 2016, "Recurrent dropout without memory loss": c_t = f ∘ c_{t-1} + i ∘ (m_t ∘ g)
 * for an LSTM, h_t = (1 - z) ∘ (m_t ∘ n) + z ∘ h_{t-1} for a GRU, h_t = f(W x + U (m_t ∘ h_{t-1})) for a
 * plain RNN. As in the authors' code these masks are not scaled in training, and the same vectors are
 * multiplied by 1 - rate at test; the forward dropout beside them (`input`, `output`) is inverted.
 * @throws ConfigError for an unknown option, an unknown interval, or a rate outside [0, 1)
 */
export function semeniuta(options: SemeniutaOptions = {}): Regularizer {
  checkOptionNames('semeniuta', options, Object.keys(semeniutaKeys));
  const chosen = withDefaultRates(options, ['update', 'recurrent', 'input', 'output'], {
    update: 0.5,
    interval: 'sequence',
  });
  const { update, recurrent, input, output, interval = 'step' } = chosen;
  oneOf('semeniuta', 'interval', interval, semeniutaKeys.interval.words);
  return {
    name: methodName('semeniuta', chosen),
    reference: 'Semeniuta, Severyn, Barth 2016, Recurrent dropout without memory loss',
    noise: [
      ...entriesAt('semeniuta', { update, recurrent }, { interval, scaling: 'paper' }),
      ...entriesAt('semeniuta', { input, output }),
    ],
    modes: { train: 'sample', test: 'mean' },
  };
}
