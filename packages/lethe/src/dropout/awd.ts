/** The noise and the penalties of the AWD-LSTM. */
import { checkOptionNames } from '../options.ts';
import { ar } from './ar.ts';
import { withDefaultRates } from './default-rates.ts';
import { type MethodKeys, rateKey } from './method-keys.ts';
import { methodName } from './method-name.ts';
import { checkRate, type Penalty, type Regularizer } from './noise.ts';
import { entriesAt } from './noise-entry.ts';
import { oneOf } from './one-of.ts';
import { tar } from './tar.ts';

/** Its settings. */
export const awdKeys = {
  weight: rateKey('on the recurrent weights, one mask for the batch'),
  input: rateKey('on the input of the first layer, one mask for a sequence'),
  hidden: rateKey('on the input of the later layers, one mask for a sequence'),
  output: rateKey('on the output of the last layer, one mask for a sequence'),
  embedding: rateKey('of whole words, one mask for the batch'),
  ar: {
    kind: 'number',
    about: "alpha of the activation penalty; the paper's is 2",
    default: 0,
    search: { from: 0.1, to: 10 },
  },
  tar: {
    kind: 'number',
    about: "beta of the temporal activation penalty; the paper's is 1",
    default: 0,
    search: { from: 0.1, to: 10 },
  },
  rows: {
    kind: 'flag',
    about: 'drops columns of the recurrent weights instead of single ones',
    default: false,
  },
} as const satisfies MethodKeys;

/**
 * Options of {@link awd}. Rates are probabilities of dropping. Where neither a rate nor a penalty is given weight .5, input .4, output .4, ar 2 and tar 1, the
 * authors' on Penn Treebank (with hidden .25, which needs several layers, and embedding .1, which needs words); else 0. Names as in the
 * paper: `hidden` is what passes between layers.
 */
export interface AwdOptions {
  /** on the recurrent weights of every layer, one mask for the batch (DropConnect) */
  weight?: number;
  /** on the input of the first layer, one mask for a sequence (locked) */
  input?: number;
  /** on the input of the later layers, locked */
  hidden?: number;
  /** on the output of the last layer, locked */
  output?: number;
  /** of whole words, one mask for the batch */
  embedding?: number;
  /** alpha of the activation penalty (AR); the paper's is 2. @defaultValue 0 */
  ar?: number;
  /** beta of the temporal activation penalty (TAR); the paper's is 1. @defaultValue 0 */
  tar?: number;
  /**
   * drops columns of the recurrent weights, one draw for each pre-activation (`variational` in the authors'
   * code).
   * @defaultValue false
   */
  rows?: boolean;
}

/**
 * Merity, Keskar, Socher 2017, "Regularizing and optimizing LSTM language models": DropConnect on
 * the recurrent weights, masks held over the sequence between layers, embedding dropout, and penalties of the
 * activations and of their change. All masks inverted; at test the plain network.
 * @throws ConfigError for an unknown option, a rate outside [0, 1), or a negative penalty
 */
export function awd(options: AwdOptions = {}): Regularizer {
  checkOptionNames('awd', options, Object.keys(awdKeys));
  const chosen = withDefaultRates(
    options,
    ['weight', 'input', 'hidden', 'output', 'embedding', 'ar', 'tar'],
    {
      weight: 0.5,
      input: 0.4,
      output: 0.4,
      ar: 2,
      tar: 1,
    },
  );
  const { weight, input, hidden, output, embedding, rows = false } = chosen;
  oneOf('awd', 'rows', rows, [true, false]);
  const interval = 'sequence';
  const penalties: Penalty[] = [];
  if (chosen.ar !== undefined && chosen.ar !== 0)
    penalties.push(...(ar({ alpha: chosen.ar }).penalties ?? []));
  if (chosen.tar !== undefined && chosen.tar !== 0)
    penalties.push(...(tar({ beta: chosen.tar }).penalties ?? []));
  return {
    name: methodName('awd', chosen),
    reference: 'Merity, Keskar, Socher 2017, Regularizing and optimizing LSTM language models',
    noise: [
      ...entriesAt('awd', { weight }, { interval, examples: 'batch', ...(rows && { weights: 'column' }) }),
      ...entriesAt('awd', { input }, { interval, layers: 'first' }),
      ...entriesAt('awd', { input: checkRate('awd', 'hidden', hidden) }, { interval, layers: 'later' }),
      ...entriesAt('awd', { output }, { interval }),
      ...entriesAt('awd', { embedding }, { interval, examples: 'batch' }),
    ],
    modes: { train: 'sample', test: 'mean' },
    ...(penalties.length > 0 && { penalties }),
  };
}
