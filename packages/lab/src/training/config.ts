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
  cell,
  /** units of each hidden layer */
  hidden: count,
  layers: z.int().min(1).max(8),
  /** of the plain cell */
  activation: z.enum(['tanh', 'sigmoid', 'relu', 'identity']),
  /** a regularizer in the words of `--dropout`, e.g. `fast:input=.1,recurrent=.2,output=.5` */
  dropout: z.string().min(1),
  initialState: z.enum(['learned', 'zeros']),
  /** sigma^2 of the normal initial weights W_rec and W_out; none: 1 / rows */
  initialVariance: orNone(z.number().min(0)),
  /** sigma^2 of the normal initial weights W_in; none: 1 / rows */
  inputVariance: orNone(z.number().min(0)),
  /** spectral radius that W_rec, or that of each gate, is scaled to */
  spectralRadius: orNone(positive),
  /** number of non-zero incoming recurrent weights of a unit */
  maxIncoming: orNone(count),
  /** initial value of every output bias */
  outputBias: z.number(),
  /** of the LSTM: initial bias of the forget gates */
  forgetBias: z.number().default(1),
  /** of the GRU: the reset gate acts behind the recurrent product */
  resetAfter: z.boolean().default(true),
});

const textModel = z.strictObject({
  cell,
  /** features of a word */
  embedding: count,
  /** units of each hidden layer; with a tied readout the last layer has as many as a word has features */
  hidden: count,
  layers: z.int().min(1).max(8),
  /** the readout reads with the embedding's table */
  tied: z.boolean(),
  /** of an adaptive softmax, the first word of each cluster of rare ones; auto: for more than 75,000 words, where Merity et al. (2017) cut; none: one softmax */
  cutoffs: z.preprocess(
    (value) => (value === 'none' ? [] : value),
    z.union([z.literal('auto'), z.array(count)]).default('auto'),
  ),
  dropout: z.string().min(1),
  /** recurrent layers start uniform on (-limit, limit); none: 1 / sqrt(hidden) */
  initialLimit: orNone(positive),
  /** so do embedding and readout; the readout's bias starts at 0 when it is tied */
  embeddingLimit: positive,
  /** of the LSTM: initial bias of the forget gates; none: as the other biases */
  forgetBias: orNone(z.number()),
  /** of the GRU: the reset gate acts behind the recurrent product */
  resetAfter: z.boolean(),
});

/** Settings of all optimizers: the largest global norm of the gradients, and a coefficient of the weights themselves. */
const anyOptimizer = {
  stepRate: positive,
  clipNorm: orNone(positive),
  weightDecay: z.number().min(0),
};
const fraction = z.number().min(0).lt(1);
const adamOptimizer = {
  ...anyOptimizer,
  beta1: fraction,
  beta2: fraction,
  epsilon: positive,
  /** the largest global norm of a step */
  clipStep: orNone(positive).default(null),
};

const optimizer = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('rmsprop'),
    ...anyOptimizer,
    momentum: fraction,
    decay: fraction,
    epsilon: positive,
  }),
  z.strictObject({ name: z.literal('sgd'), ...anyOptimizer, momentum: fraction }),
  z.strictObject({
    name: z.literal('nt-asgd'),
    ...anyOptimizer,
    /** averaging begins when a validation is worse than the best of all but so many before it */
    patience: count,
    /** `worse`: as above; `start`: from the first step, as fine-tuning does */
    averageFrom: z.enum(['worse', 'start']).default('worse'),
    /** averages as torch.optim.ASGD does */
    lagging: z.boolean(),
  }),
  z.strictObject({ name: z.literal('adam'), ...adamOptimizer }),
  z.strictObject({ name: z.literal('adamw'), ...adamOptimizer }),
]);

const anyTraining = {
  epochs: count,
  /** epochs without a better validation after which the run ends */
  patience: orNone(count),
  /** minutes in which the run ends: reading, training, and the evaluations at its end */
  minutes: orNone(positive),
  /** epochs between validations; the last epoch is always validated */
  evaluateEvery: count,
  /** of validation and test that is evaluated; less where minutes would not allow for it */
  evaluationShare: z.number().gt(0).max(1).default(1),
  /** seconds between checkpoints; 0 saves after every step */
  checkpointEvery: z.number().min(0),
};

const musicTraining = z.strictObject({
  ...anyTraining,
  /** chunks in a minibatch */
  batch: count,
  /** longest chunk of the training set, in frames */
  chunk: z.int().min(2),
});

const textTraining = z.strictObject({
  ...anyTraining,
  /** streams of text read side by side, each with its state carried on */
  batch: count,
  /** steps of a segment of truncated backpropagation */
  steps: count,
  /** `random`: segments of normal length, deviation 5, around steps, or once in twenty around half of it; the step rate goes with it */
  lengths: z.enum(['fixed', 'random']),
  /** longest random segment; none: steps + 20 */
  longest: orNone(count),
  /** `mean` over all tokens of a segment, or the sum over its steps of the mean over the streams */
  loss: z.enum(['mean', 'sum-over-time']),
});

/** How the step rate moves, in epochs. */
const schedule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  /** after so many epochs at the full rate it is divided before each further one */
  z.strictObject({ kind: z.literal('after'), epochs: count, divide: positive }),
  /** divided once after each of these numbers of epochs */
  z.strictObject({ kind: z.literal('at'), epochs: z.array(count), divide: positive }),
  /** divided whenever more than `patience` validations in a row were no better than the best */
  z.strictObject({ kind: z.literal('worse'), patience: z.int().min(0), divide: positive }),
]);

const text = z.strictObject({
  level: z.enum(['word', 'char']),
  /** words kept, the most frequent ones; none: all */
  vocabularySize: orNone(z.int().min(2)),
  /** words seen fewer times are unknown */
  minCount: count,
  /** how words are found: between white space, in ordinary text (prose), or as the text needs it (auto); a run knows which */
  tokenizer: z.enum([...tokenizers, 'auto']).default('whitespace'),
  /** of the files; auto: by their byte order mark, else UTF-8 */
  encoding: z.enum(encodings).default('auto'),
  /** universal: newline, carriage return or both; completed: newlines alone, one added where the last is missing, as in runs without this key */
  lineEnds: z.enum(lineEnds).default('completed'),
});

const evaluation = z.strictObject({
  /** streams that the validation text is cut into; each begins without a state */
  validationStreams: count,
  /** the same of the test text; 1 reads it as it stands */
  testStreams: count,
  /** whether draws of MC dropout drop words, too: each draw then lacks them in the whole text */
  drawEmbedding: z.boolean().default(false),
  /** figures by the conventions of published code, beside the right ones */
  conventions: z.array(z.enum(conventions)).default([]),
});

const quirks = z.strictObject({
  /** reads initialVariance and inputVariance as deviations, as the authors' notebook does with Table 3 */
  varianceIsDeviation: z.boolean(),
  /** scales W_rec to its spectral radius before maxIncoming zeroes most of it, as the class of the authors' fast networks does */
  radiusFirst: z.boolean().default(false),
  /** gradients longer than the root of clipNorm are made clipNorm long, shorter or longer than they were (the authors' code since November 2013) */
  clipEnlarges: z.boolean().default(false),
});

const published = z.strictObject({
  /** the published value of the metric on the test set */
  value: z.number(),
  metric: z.string(),
  source: z.string(),
});

/** Where a configuration came from; carried along for reports, without any effect on the run. */
const recipe = z.strictObject({
  name: z.string(),
  title: z.string(),
  published: published.nullable(),
});

const anyRun = {
  format: z.literal(1),
  dataset: z.string().min(1),
  optimizer,
  seed: z.int().min(0),
  /** threads of the native kernels; none: all cores */
  threads: orNone(count),
  dtype: z.enum(['f32', 'bf16']),
  /** the directory of a run whose best weights this one begins with; none: new weights */
  initialWeights: orNone(z.string().min(1)).default(null),
  /** what is observed after every epoch */
  observe: z.array(z.enum(observerNames)).default([]),
  recipe: recipe.nullable(),
};

const musicRun = z.strictObject({
  ...anyRun,
  task: z.literal('music'),
  model: musicModel,
  training: musicTraining,
  quirks,
});

const textRun = z.strictObject({
  ...anyRun,
  task: z.literal('text'),
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
