/** Variational dropout: one mask for the whole sequence, on what goes upwards and on what is carried. */
import { checkOptionNames } from '../options.ts';
import { withDefaultRates } from './default-rates.ts';
import { type MethodKeys, rateKey } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer } from './noise.ts';
import { entriesAt } from './noise-entry.ts';
import { oneOf } from './one-of.ts';

/** Its settings. */
export const variationalKeys = {
  input: rateKey('on the input of every layer'),
  recurrent: rateKey('on h_{t-1} in front of its weights'),
  transition: rateKey('on what a layer of a deep transition gives to the next; of deep-rnn cells'),
  output: rateKey('on the output of the last layer'),
  embedding: rateKey('of whole words, everywhere in the sequence or nowhere'),
  context: rateKey('on what attention reads, of an encoder and decoder'),
  gates: {
    kind: 'word',
    about: 'one mask for all gates of an LSTM or GRU, or one for each',
    words: ['tied', 'untied'],
    default: 'tied',
  },
} as const satisfies MethodKeys;

/**
 * Options of {@link variational}. Rates are probabilities of dropping: where none is given input .4, recurrent .2 and output .4, ours: the authors' of the large network
 * on Penn Treebank (.5, .3 and .5, with .3 of its words) scaled down for a medium one; else 0.
 */
export interface VariationalOptions {
  /** on the input of every layer */
  input?: number;
  /** on h_{t-1} in front of its weights, in every layer */
  recurrent?: number;
  /** on what a layer of a deep transition gives to the next */
  transition?: number;
  /** on the output of the last layer */
  output?: number;
  /** of whole words: a word is dropped everywhere in the sequence, or nowhere */
  embedding?: number;
  /** on what attention reads, of an encoder and decoder */
  context?: number;
  /** `untied`: a mask for every gate of an LSTM or GRU, at input and recurrent. @defaultValue 'tied' */
  gates?: 'tied' | 'untied';
}

/**
 * Gal and Ghahramani 2016, "A theoretically grounded application of dropout in recurrent neural networks":
 * (x_t ∘ m_x) W + (h_{t-1} ∘ m_h) U in front of every gate, m_x and m_h drawn once for a sequence and
 * example, the same for all gates (tied) or not (untied), inverted scaling. The paper tests with the mean
 * network, or with the average of sampled ones (MC dropout): that is a forward run with a noise stream.
 * @throws ConfigError for an unknown option, a word that is none of the known ones, or a rate outside [0, 1)
 */
export function variational(options: VariationalOptions = {}): Regularizer {
  checkOptionNames('variational', options, Object.keys(variationalKeys));
  const rates = ['input', 'recurrent', 'transition', 'output', 'embedding', 'context'] as const;
  const chosen = withDefaultRates(options, rates, {
    input: 0.4,
    recurrent: 0.2,
    output: 0.4,
  });
  const { input, recurrent, transition, output, embedding, context, gates = 'tied' } = chosen;
  oneOf('variational', 'gates', gates, variationalKeys.gates.words);
  const interval = 'sequence';
  return {
    name: methodName('variational', chosen),
    reference:
      'Gal, Ghahramani 2016, A theoretically grounded application of dropout in recurrent neural networks',
    noise: [
      ...entriesAt('variational', { input, recurrent }, { interval, gates }),
      ...entriesAt('variational', { transition, output, embedding, context }, { interval }),
    ],
    modes: { train: 'sample', test: 'mean' },
  };
}
