/** Zoneout: units keep their previous value instead of losing it. */
import { checkOptionNames } from '../options.ts';
import { withDefaultRates } from './default-rates.ts';
import { type MethodKeys, rateKey } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer } from './noise.ts';
import { entriesAt } from './noise-entry.ts';

/** Its settings. */
export const zoneoutKeys = {
  hidden: rateKey('of keeping the previous h'),
  cell: rateKey('of keeping the previous c of an LSTM'),
} as const satisfies MethodKeys;

/**
 * Options of {@link zoneout}. Rates are probabilities of keeping the previous value: where none is given hidden .05 and cell .5, the paper's for an LSTM on the
 * characters of Penn Treebank (other cells have h alone: give hidden); else 0.
 */
export interface ZoneoutOptions {
  /** of h */
  hidden?: number;
  /** of an LSTM's c */
  cell?: number;
}

/**
 * Krueger, Maharaj, Kramár, Pezeshki, Ballas, Ke, Goyal, Bengio, Courville, Pal 2017, "Zoneout: regularizing
 * RNNs by randomly preserving hidden activations": c_t = d ∘ c_{t-1} + (1 - d) ∘ c~, and so h_t, whose new
 * value is made from the c~ before zoneout; a fresh d for every step and example, c and h on their own. At
 * test d is its expectation.
 * @throws ConfigError for an unknown option, or a rate outside [0, 1)
 */
export function zoneout(options: ZoneoutOptions = {}): Regularizer {
  checkOptionNames('zoneout', options, Object.keys(zoneoutKeys));
  const chosen = withDefaultRates(options, ['hidden', 'cell'], { hidden: 0.05, cell: 0.5 });
  const { hidden, cell } = chosen;
  return {
    name: methodName('zoneout', chosen),
    reference:
      'Krueger, Maharaj, Kramár, Pezeshki, Ballas, Ke, Goyal, Bengio, Courville, Pal 2017, Zoneout: regularizing RNNs by randomly preserving hidden activations',
    noise: entriesAt('zoneout', { hidden, cell }, { kind: 'zoneout' }),
    modes: { train: 'sample', test: 'mean' },
  };
}
