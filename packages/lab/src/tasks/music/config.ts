/** The configuration of a music run: its schema and its defaults. */
import { z } from 'zod';
import { oneOf, positiveNumber, UsageError } from '../../common/usage.ts';
import {
  anyCell,
  anyModel,
  anyRun,
  anyTraining,
  count,
  optimizerDefaults,
  orNone,
  positive,
  runDefaults,
  trainingDefaults,
} from '../../runs/config.ts';
import type { ConfigKind, Lookup, TaskOption } from '../kind.ts';
import { parseReadout, readoutForms } from './readout/words.ts';
import { transitionDefaults } from './transition.ts';
import { transitionKeys, transitionOptions } from './transition-keys.ts';

const model = z.strictObject({
  ...anyModel,
  cell: anyCell.describe('recurrent cell'),
  hidden: count.describe('units of each hidden layer'),
  activation: z
    .enum(['tanh', 'sigmoid', 'relu', 'identity', 'maxout', 'lp'])
    .describe('non-linearity of the plain cell and of a deep-rnn; maxout and lp of a deep-rnn'),
  ...transitionKeys,
  initialState: z.enum(['learned', 'zeros']).describe('what a sequence starts from'),
  initialVariance: orNone(z.number().min(0)).describe(
    'sigma^2 of the normal initial weights W_rec and W_out; none: 1 / rows',
  ),
  inputVariance: orNone(z.number().min(0)).describe(
    'sigma^2 of the normal initial weights W_in; none: 1 / rows',
  ),
  spectralRadius: orNone(positive).describe(
    'spectral radius that W_rec, or that of each gate, is scaled to; none: as drawn',
  ),
  maxIncoming: orNone(count).describe('number of non-zero incoming recurrent weights of a unit; none: all'),
  readout: z
    .string()
    .superRefine((text, context) => {
      try {
        parseReadout(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    })
    .default('bernoulli')
    .describe(`the distribution of a frame: ${readoutForms}`),
  outputBias: z.number().describe('initial value of every output bias'),
  forgetBias: z.number().default(1).describe('of the LSTM: initial bias of the forget gates'),
  resetAfter: z
    .boolean()
    .default(true)
    .describe('of the GRU: the reset gate acts behind the recurrent product'),
});

const training = z.strictObject({
  ...anyTraining,
  batch: count.describe('chunks in a minibatch'),
  chunk: z.int().min(2).describe('longest chunk of the training set, in frames'),
  firstFrame: z
    .boolean()
    .default(false)
    .describe('whether the first frame of a piece is learned, too, from the initial state'),
});

/** Samples are written as MIDI of 480 ticks in a quarter note. */
const dividesTicks = (steps: number): boolean => Number.isInteger(480 / steps);

const music = z.strictObject({
  stepsPerQuarter: orNone(positive.refine(dividesTicks, 'a number of steps that divides 480'))
    .default(null)
    .describe(
      "of music of one's own: time steps in a quarter note, which 480 ticks can be cut into; none: eighth notes, 2, or those of a published set",
    ),
  damaged: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe(
      'share of files and tunes that may be damaged, and are then left out; one may be unless it is 0',
    ),
  splits: z
    .enum(['names', 'hash'])
    .default('hash')
    .describe(
      'names of folders and files such as train, valid and test, or nothing but a hash of names, as before there was a choice',
    ),
});

const quirks = z.strictObject({
  varianceIsDeviation: z
    .boolean()
    .describe(
      "reads initialVariance and inputVariance as deviations, as the authors' notebook does with Table 3",
    ),
  radiusFirst: z
    .boolean()
    .default(false)
    .describe(
      "scales W_rec to its spectral radius before maxIncoming zeroes most of it, as the class of the authors' fast networks does",
    ),
  clipEnlarges: z
    .boolean()
    .default(false)
    .describe(
      "gradients longer than the root of clipNorm are made clipNorm long, shorter or longer than they were (the authors' code since November 2013)",
    ),
});

const schema = z.strictObject({
  ...anyRun,
  task: z.literal('music').describe('the task'),
  music: music.prefault({}).describe("how music of one's own is read; absent from older runs"),
  model,
  training,
  quirks,
});

export type MusicConfig = z.infer<typeof schema>;

/** The option of `train` and of `data stats`. */
export const stepsPerQuarter: TaskOption = {
  flags: '--steps-per-quarter <N>',
  description: "of music of one's own: time steps in a quarter note (default: 2, eighth notes)",
  read: (text) => {
    const steps = positiveNumber('--steps-per-quarter')(text);
    if (dividesTicks(steps)) return steps;
    throw new UsageError(`--steps-per-quarter expects a number of steps that divides 480, found '${text}'`);
  },
  key: 'music.stepsPerQuarter',
};

/** The option of `train`. */
const readoutOption: TaskOption = {
  flags: '--readout <NAME>',
  description: `of music: ${readoutForms} (default: bernoulli)`,
  key: 'model.readout',
};

/**
 * Music: for the plain cell the size and optimizer of Bayer et al. 2013 for JSB Chorales; for gated cells, of which
 * the paper says nothing, what trains them well out of the box.
 */
export function musicDefaults(at: Lookup = () => undefined): MusicConfig {
  const cell = at('model.cell');
  return cell === 'lstm' || cell === 'gru' ? gatedMusic(cell) : plainMusic();
}

export const musicConfig: ConfigKind<MusicConfig> = {
  schema,
  defaults: musicDefaults,
  choices: [
    {
      flags: '--cell <NAME>',
      description: 'of music: the defaults of rnn, deep-rnn, lstm or gru',
      read: oneOf('--cell', ['rnn', 'deep-rnn', 'lstm', 'gru']),
      key: 'model.cell',
    },
  ],
  options: [stepsPerQuarter, readoutOption, ...transitionOptions],
  sizes: ['model.hidden', 'model.layers', 'training.batch', 'training.chunk'],
  // What is read shows in the checksum of the data.
  conditions: [],
};

// --- internal ---

function plainMusic(): MusicConfig {
  return {
    ...runDefaults,
    task: 'music',
    dataset: 'jsb-chorales',
    music: { stepsPerQuarter: null, damaged: 0.1, splits: 'names' },
    model: {
      cell: 'rnn',
      hidden: 400,
      layers: 1,
      activation: 'tanh',
      ...transitionDefaults,
      dropout: 'none',
      initialState: 'learned',
      initialVariance: 0.0001,
      inputVariance: 0.01,
      spectralRadius: 1.2,
      maxIncoming: 15,
      readout: 'bernoulli',
      outputBias: -0.8,
      forgetBias: 1,
      resetAfter: true,
    },
    optimizer: optimizerDefaults.rmsprop,
    training: {
      ...trainingDefaults,
      epochs: 500,
      batch: 50,
      chunk: 100,
      firstFrame: false,
      patience: 50,
      checkpointEvery: 20,
    },
    quirks: { varianceIsDeviation: false, radiusFirst: false, clipEnlarges: false },
  };
}

function gatedMusic(cell: 'lstm' | 'gru'): MusicConfig {
  const base = plainMusic();
  return {
    ...base,
    model: {
      ...base.model,
      cell,
      hidden: 200,
      initialVariance: null,
      inputVariance: null,
      spectralRadius: null,
      maxIncoming: null,
    },
    optimizer: { ...optimizerDefaults.adam, stepRate: 0.002, clipNorm: 5 },
    training: { ...base.training, batch: 16, patience: 30 },
  };
}
