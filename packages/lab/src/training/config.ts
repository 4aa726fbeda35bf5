/**
 * The configuration of a run: one strict tree, the content of `config.json`, fully resolved. Names are
 * the field's; rates are probabilities of dropping. How a tree is put together from a recipe and
 * overrides stands in resolve.ts.
 */
import { ConfigError } from 'lethe';
import { z } from 'zod';
import { issueSentence } from './config-errors.ts';

const count = z.int().min(1);
const positive = z.number().positive();
/** `none` (or null) leaves the setting out. */
const orNone = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === 'none' ? null : value), schema.nullable());

const model = z.strictObject({
  cell: z.enum(['rnn', 'lstm', 'gru']),
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

/** Settings of all optimizers: the largest global norm of the gradients, and a coefficient of the weights themselves. */
const anyOptimizer = {
  stepRate: positive,
  clipNorm: orNone(positive),
  weightDecay: z.number().min(0),
};
const fraction = z.number().min(0).lt(1);
const adamOptimizer = { ...anyOptimizer, beta1: fraction, beta2: fraction, epsilon: positive };

const optimizer = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('rmsprop'),
    ...anyOptimizer,
    momentum: fraction,
    decay: fraction,
    epsilon: positive,
  }),
  z.strictObject({ name: z.literal('sgd'), ...anyOptimizer, momentum: fraction }),
  z.strictObject({ name: z.literal('adam'), ...adamOptimizer }),
  z.strictObject({ name: z.literal('adamw'), ...adamOptimizer }),
]);

const training = z.strictObject({
  epochs: count,
  /** chunks in a minibatch */
  batch: count,
  /** longest chunk of the training set, in frames */
  chunk: z.int().min(2),
  /** epochs without a better validation NLL after which the run ends */
  patience: orNone(count),
  /** minutes of work after which the run ends */
  minutes: orNone(positive),
  /** epochs between validations; the last epoch is always validated */
  evaluateEvery: count,
  /** seconds between checkpoints; 0 saves after every step */
  checkpointEvery: z.number().min(0),
});

const quirks = z.strictObject({
  /** reads initialVariance and inputVariance as deviations, as the authors' notebook does with Table 3 */
  varianceIsDeviation: z.boolean(),
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

export const configSchema = z.strictObject({
  format: z.literal(1),
  task: z.literal('music'),
  dataset: z.string().min(1),
  model,
  optimizer,
  training,
  seed: z.int().min(0),
  /** threads of the native kernels; none: all cores */
  threads: orNone(count),
  dtype: z.enum(['f32', 'bf16']),
  quirks,
  recipe: recipe.nullable(),
});

/** The content of `config.json`. */
export type Config = z.infer<typeof configSchema>;
export type ModelConfig = Config['model'];
export type OptimizerConfig = Config['optimizer'];
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
  if (result.data.dtype === 'bf16') {
    throw new ConfigError(
      `${where}: dtype bf16 needs kernels that this version does not have; set dtype=f32`,
    );
  }
  return result.data;
}
