/**
 * The configuration of a run: one strict tree, the content of `config.json`, fully resolved. Names are
 * the field's; rates are probabilities of dropping. How a tree is put together from a recipe and
 * overrides stands in resolve.ts.
 */
import { ConfigError } from 'lethe';
import { z } from 'zod';
import { encodings, lineEnds } from '../data/text/decode-text.ts';
import { tokenizers } from '../data/text/types.ts';
import { conventions } from '../tasks/text/conventions.ts';
import { issueSentence } from './config-errors.ts';
import { observerNames } from './observe/names.ts';

const count = z.int().min(1);
const positive = z.number().positive();
/** `none` (or null) leaves the setting out. */
const orNone = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === 'none' ? null : value), schema.nullable());

const cell = z.enum(['rnn', 'lstm', 'gru']);

const musicModel = z.strictObject({
  cell: cell.describe('recurrent cell'),
  hidden: count.describe('units of each hidden layer'),
  layers: z.int().min(1).max(8).describe('recurrent layers'),
  activation: z.enum(['tanh', 'sigmoid', 'relu', 'identity']).describe('non-linearity of the plain cell'),
  dropout: z.string().min(1).describe('a regularizer in the words of --dropout; lethe methods lists them'),
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
  outputBias: z.number().describe('initial value of every output bias'),
  forgetBias: z.number().default(1).describe('of the LSTM: initial bias of the forget gates'),
  resetAfter: z
    .boolean()
    .default(true)
    .describe('of the GRU: the reset gate acts behind the recurrent product'),
});

const textModel = z.strictObject({
  cell: cell.describe('recurrent cell'),
  embedding: count.describe('features of a word'),
  hidden: count.describe(
    'units of each hidden layer; with a tied readout the last layer has as many as a word has features',
  ),
  layers: z.int().min(1).max(8).describe('recurrent layers'),
  tied: z.boolean().describe("the readout reads with the embedding's table"),
  cutoffs: z
    .preprocess(
      (value) => (value === 'none' ? [] : value),
      z.union([z.literal('auto'), z.array(count)]).default('auto'),
    )
    .describe(
      'of an adaptive softmax, the first word of each cluster of rare ones; auto: for more than 75,000 words, where Merity et al. (2017) cut; none: one softmax',
    ),
  dropout: z.string().min(1).describe('a regularizer in the words of --dropout; lethe methods lists them'),
  initialLimit: orNone(positive).describe(
    'recurrent layers start uniform on (-limit, limit); none: 1 / sqrt(hidden)',
  ),
  embeddingLimit: positive.describe(
    "embedding and readout start uniform on (-limit, limit); a tied readout's bias starts at 0",
  ),
  forgetBias: orNone(z.number()).describe(
    'of the LSTM: initial bias of the forget gates; none: as the other biases',
  ),
  resetAfter: z.boolean().describe('of the GRU: the reset gate acts behind the recurrent product'),
});

/** Settings of all optimizers: the largest global norm of the gradients, and a coefficient of the weights themselves. */
const anyOptimizer = {
  stepRate: positive.describe('step rate'),
  clipNorm: orNone(positive).describe('largest global norm of the gradients; none: any'),
  weightDecay: z.number().min(0).describe('coefficient of the weights themselves'),
};
const fraction = z.number().min(0).lt(1);
const adamOptimizer = {
  ...anyOptimizer,
  beta1: fraction.describe('decay of the mean of the gradients'),
  beta2: fraction.describe('decay of the mean of their squares'),
  epsilon: positive.describe('added to the root of that mean'),
  clipStep: orNone(positive).default(null).describe('the largest global norm of a step'),
};

const optimizer = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('rmsprop').describe('the optimizer'),
    ...anyOptimizer,
    momentum: fraction.describe('Nesterov momentum'),
    decay: fraction.describe('of the mean square of the gradients'),
    epsilon: positive.describe('added to the root of that mean'),
  }),
  z.strictObject({
    name: z.literal('sgd').describe('the optimizer'),
    ...anyOptimizer,
    momentum: fraction.describe('momentum'),
  }),
  z.strictObject({
    name: z.literal('nt-asgd').describe('the optimizer'),
    ...anyOptimizer,
    patience: count.describe(
      'averaging begins when a validation is worse than the best of all but so many before it',
    ),
    averageFrom: z
      .enum(['worse', 'start'])
      .default('worse')
      .describe('averaging begins by patience (worse), or with the first step, as fine-tuning does (start)'),
    lagging: z.boolean().describe('averages as torch.optim.ASGD does'),
  }),
  z.strictObject({ name: z.literal('adam').describe('the optimizer'), ...adamOptimizer }),
  z.strictObject({ name: z.literal('adamw').describe('the optimizer'), ...adamOptimizer }),
]);

const anyTraining = {
  epochs: count.describe('epochs after which the run ends'),
  patience: orNone(count).describe('epochs without a better validation after which the run ends'),
  minutes: orNone(positive).describe(
    'minutes in which the run ends: reading, training, and the evaluations at its end',
  ),
  evaluateEvery: count.describe('epochs between validations; the last epoch is always validated'),
  evaluationShare: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('of validation and test that is evaluated; less where minutes would not allow for it'),
  checkpointEvery: z.number().min(0).describe('seconds between checkpoints; 0 saves after every step'),
};

const musicTraining = z.strictObject({
  ...anyTraining,
  batch: count.describe('chunks in a minibatch'),
  chunk: z.int().min(2).describe('longest chunk of the training set, in frames'),
});

const textTraining = z.strictObject({
  ...anyTraining,
  batch: count.describe('streams of text read side by side, each with its state carried on'),
  steps: count.describe('steps of a segment of truncated backpropagation'),
  lengths: z
    .enum(['fixed', 'random'])
    .describe(
      'random: segments of normal length, deviation 5, around steps, or once in twenty around half of it; the step rate goes with it',
    ),
  longest: orNone(count).describe('longest random segment; none: steps + 20'),
  loss: z
    .enum(['mean', 'sum-over-time'])
    .describe('mean over all tokens of a segment, or the sum over its steps of the mean over the streams'),
});

/** How the step rate moves, in epochs. */
const schedule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant').describe('how the step rate moves') }),
  /** after so many epochs at the full rate it is divided before each further one */
  z.strictObject({
    kind: z.literal('after').describe('how the step rate moves'),
    epochs: count.describe('epochs at the full rate'),
    divide: positive.describe('divisor before each further epoch'),
  }),
  /** divided once after each of these numbers of epochs */
  z.strictObject({
    kind: z.literal('at').describe('how the step rate moves'),
    epochs: z.array(count).describe('numbers of epochs'),
    divide: positive.describe('divisor after each of them'),
  }),
  /** divided whenever more than `patience` validations in a row were no better than the best */
  z.strictObject({
    kind: z.literal('worse').describe('how the step rate moves'),
    patience: z.int().min(0).describe('validations in a row that may be no better'),
    divide: positive.describe('divisor when there were more'),
  }),
]);

const music = z.strictObject({
  stepsPerQuarter: orNone(
    positive.refine((steps) => Number.isInteger(480 / steps), 'a number of steps that divides 480'),
  )
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

const text = z.strictObject({
  level: z.enum(['word', 'char']).describe('what a token is'),
  vocabularySize: orNone(z.int().min(2)).describe('words kept, the most frequent ones; none: all'),
  minCount: count.describe('words seen fewer times are unknown'),
  tokenizer: z
    .enum([...tokenizers, 'auto'])
    .default('whitespace')
    .describe(
      'how words are found: between white space, in ordinary text (prose), or as the text needs it (auto); a run knows which',
    ),
  encoding: z
    .enum(encodings)
    .default('auto')
    .describe('of the files; auto: by their byte order mark, else UTF-8'),
  lineEnds: z
    .enum(lineEnds)
    .default('completed')
    .describe(
      'universal: newline, carriage return or both; completed: newlines alone, one added where the last is missing, as in runs without this key',
    ),
});

const evaluation = z.strictObject({
  validationStreams: count.describe(
    'streams that the validation text is cut into; each begins without a state',
  ),
  testStreams: count.describe('the same of the test text; 1 reads it as it stands'),
  drawEmbedding: z
    .boolean()
    .default(false)
    .describe('whether draws of MC dropout drop words, too: each draw then lacks them in the whole text'),
  conventions: z
    .array(z.enum(conventions))
    .default([])
    .describe('figures by the conventions of published code, beside the right ones'),
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

const published = z.strictObject({
  value: z.number().describe('the published value of the metric on the test set'),
  metric: z.string().describe('split and metric, e.g. test nll_per_step'),
  source: z.string().describe('where it was published'),
});

/** Where a configuration came from; carried along for reports, without any effect on the run. */
const recipe = z.strictObject({
  name: z.string().describe('name of the recipe'),
  title: z.string().describe('what it reproduces'),
  published: published.nullable().describe('the figure that it aims at'),
});

const anyRun = {
  format: z.literal(1).describe('version of this file'),
  dataset: z.string().min(1).describe('a data set of lethe data list, or a path'),
  optimizer,
  seed: z.int().min(0).describe('seed of all random numbers'),
  threads: orNone(count).describe('threads of the native kernels; none: all cores'),
  dtype: z
    .enum(['f32', 'bf16'])
    .describe('operands of matrix products; bf16 of gated cells where the processor has it'),
  // No word stands for none here: it might be the name of a directory.
  initialWeights: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('the directory of a run whose best weights this one begins with; none: new weights'),
  observe: z.array(z.enum(observerNames)).default([]).describe('what is observed after every epoch'),
  recipe: recipe.nullable().describe('where the configuration came from; without effect on the run'),
};

const musicRun = z.strictObject({
  ...anyRun,
  task: z.literal('music').describe('the task'),
  music: music.prefault({}).describe("how music of one's own is read; absent from older runs"),
  model: musicModel,
  training: musicTraining,
  quirks,
});

const textRun = z.strictObject({
  ...anyRun,
  task: z.literal('text').describe('the task'),
  text,
  model: textModel,
  training: textTraining,
  schedule,
  evaluation,
});

export const configSchema = z.discriminatedUnion('task', [musicRun, textRun]);

/** The content of `config.json`. */
export type Config = z.infer<typeof configSchema>;
export type MusicConfig = z.infer<typeof musicRun>;
export type TextConfig = z.infer<typeof textRun>;
export type OptimizerConfig = Config['optimizer'];
export type Schedule = TextConfig['schedule'];
/** The figure that a recipe aims at. */
export type Published = z.infer<typeof published>;

/**
 * Checks a whole tree. Throws ConfigError that names the key, what it expects, what was found and, for an
 * unknown key, the nearest known one; `where` says whose tree it is.
 */
export function checkConfig(tree: unknown, where: string): Config {
  const result = configSchema.safeParse(tree, { reportInput: true });
  if (!result.success)
    throw new ConfigError(`${where}: ${issueSentence(configSchema, result.error.issues[0], tree)}`);
  return result.data;
}
