/** Fast dropout: the noise that standard dropout samples, integrated. */
import { ConfigError } from '../errors.ts';
import type { MomentForm } from '../kernels/contract/fields.ts';
import { momentForms, momentFunction } from '../moments/activation.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import { withDefaultRates } from './default-rates.ts';
import { type MethodKeys, rateKey, scalingKey } from './method-keys.ts';
import { methodName } from './method-name.ts';
import type { Regularizer, RunMode } from './noise.ts';
import { entriesAt } from './noise-entry.ts';
import { oneOf } from './one-of.ts';

/** Its settings. */
export const fastKeys = {
  input: rateKey('on the input of every layer'),
  recurrent: rateKey('on h_{t-1} in front of its weights'),
  transition: rateKey('on what a layer of a deep transition gives to the next; of deep-rnn cells'),
  output: rateKey('on what the last recurrent layer gives to the final layer'),
  form: {
    kind: 'word',
    about: 'how moments pass through a non-linearity',
    words: momentForms,
    default: 'wang-manning',
  },
  points: { kind: 'number', about: 'nodes of the form gauss-hermite: 15 unless given' },
  mode: {
    kind: 'word',
    about: 'how it trains; moments and gaussian test with moments, the others with the mean network',
    words: ['moments', 'gaussian', 'sample', 'mean'],
    default: 'moments',
  },
  scaling: scalingKey('paper'),
  propagateVariance: {
    kind: 'flag',
    about: 'variance goes through the recurrence; false is footnote 1 of the paper',
    default: true,
  },
  finalLayer: {
    kind: 'word',
    about: 'the final layer reads mean and variance, or the means alone',
    words: ['fast', 'plain'],
    default: 'fast',
  },
  slope: { kind: 'number', about: "of the plain cell: f(slope a); the authors' code has .5", default: 1 },
  recurrentMean: {
    kind: 'word',
    about: "what multiplies the mean of the recurrent product; the authors' code has rate",
    words: ['keep', 'rate'],
    default: 'keep',
  },
} as const satisfies MethodKeys;

/**
 * Options of {@link fast}. Rates are probabilities of dropping: where none is given input .1, recurrent .2 and output .5 (unless the final layer is plain), the
 * paper's for JSB Chorales (table 3); else 0.
 */
export interface FastOptions {
  input?: number;
  recurrent?: number;
  /** on what a layer of a deep transition gives to the next */
  transition?: number;
  /** on what the last recurrent layer gives to the final layer */
  output?: number;
  /** @defaultValue 'wang-manning', the paper's */
  form?: MomentForm;
  /** nodes of the gauss-hermite form. @defaultValue 15 */
  points?: number;
  /**
   * How it trains: `moments` (and so at test), `gaussian` (draws of the pre-activation; moments at test),
   * `sample` (masks; the mean network at test) or `mean`.
   * @defaultValue 'moments'
   */
  mode?: RunMode;
  /** @defaultValue 'paper' */
  scaling?: 'inverted' | 'paper';
  /** false: footnote 1 of Bayer et al., the form of Wang and Manning. @defaultValue true */
  propagateVariance?: boolean;
  /** `plain`: the final layer reads the means alone; then there is no output rate. @defaultValue 'fast' */
  finalLayer?: 'fast' | 'plain';
  /** Of the plain cell: f(slope a). The code of Bayer et al. computes tanh(a / 2), .5. @defaultValue 1 */
  slope?: number;
  /**
   * What multiplies the mean of the recurrent product. The code of Bayer et al. takes the rate of dropping where it should be
   * that of keeping: `rate`, to find its figures again.
   * @defaultValue 'keep'
   */
  recurrentMean?: 'keep' | 'rate';
}

/**
 * Fast dropout for recurrent networks: Bayer, Osendorfer, Korhammer, Chen, Urban, van der Smagt 2013, "On
 * fast dropout and its applicability to recurrent networks", after Wang and Manning 2013, "Fast dropout
 * training". Mean and variance of every unit are propagated, in training and at test alike; through an LSTM
 * or GRU the gates' moments are multiplied as those of independent variables. `mode: 'sample'` draws the
 * masks that are integrated otherwise.
 * @throws ConfigError for an unknown option, a rate outside [0, 1), or options that contradict each other
 */
export function fast(options: FastOptions = {}): Regularizer {
  checkOptionNames('fast', options, Object.keys(fastKeys));
  const usual = { input: 0.1, recurrent: 0.2, ...(options.finalLayer !== 'plain' && { output: 0.5 }) };
  const chosen = withDefaultRates(options, ['input', 'recurrent', 'transition', 'output'], usual);
  const { input, recurrent, transition, output, form = 'wang-manning', points, mode = 'moments' } = chosen;
  const { scaling = 'paper', propagateVariance, finalLayer, slope, recurrentMean } = chosen;
  oneOf('fast', 'mode', mode, fastKeys.mode.words);
  oneOf('fast', 'scaling', scaling, fastKeys.scaling.words);
  oneOf('fast', 'finalLayer', finalLayer ?? 'fast', fastKeys.finalLayer.words);
  oneOf('fast', 'propagateVariance', propagateVariance ?? true, [true, false]);
  momentFunction('tanh', { form, points });
  checkDepartures(chosen);
  const noise = entriesAt('fast', { input, recurrent, transition, output }, { scaling });
  if (finalLayer === 'plain' && output) {
    throw new ConfigError(
      `fast: expected no output rate with a plain final layer, got ${output}; leave out one of the two`,
    );
  }
  return {
    name: methodName('fast', chosen),
    reference:
      'Bayer, Osendorfer, Korhammer, Chen, Urban, van der Smagt 2013, On fast dropout and its applicability to recurrent networks',
    noise,
    modes: { train: mode, test: testMode[mode] },
    moments: { form, points, propagateVariance, finalLayer, slope, recurrentMean },
  };
}

// --- internal ---

/** What the authors' code does differently has a meaning in moments alone, of masks that are not scaled up. */
function checkDepartures(options: FastOptions): void {
  const { slope, recurrentMean, recurrent, mode = 'moments', scaling = 'paper' } = options;
  if (slope !== undefined) checkNumber('fast', 'slope', slope, { above: 0 });
  oneOf('fast', 'recurrentMean', recurrentMean ?? 'keep', fastKeys.recurrentMean.words);
  if ((slope ?? 1) === 1 && recurrentMean !== 'rate') return;
  if (recurrentMean === 'rate' && !recurrent) {
    throw new ConfigError(
      "fast: expected a recurrent rate with recurrentMean 'rate', got none; leave one out",
    );
  }
  if ((mode === 'moments' || mode === 'gaussian') && scaling === 'paper') return;
  throw new ConfigError(
    `fast: expected slope and recurrentMean with mode moments or gaussian and scaling paper, got ${mode} and ${scaling}; leave them out`,
  );
}

/** The network at test for each way to train. */
const testMode: Record<RunMode, RunMode> = {
  moments: 'moments',
  gaussian: 'moments',
  sample: 'mean',
  mean: 'mean',
};
