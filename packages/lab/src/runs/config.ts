/**
 * What the configuration of every run has, whatever its task: the parts of its schema and their defaults. A task adds its own
 * model, training and whatever else it needs (`tasks/NAME/config.ts`); the whole tree is the content of `config.json`.
 * Names are the field's; rates are probabilities of dropping.
 */
import { z } from 'zod';
import { average, averageDefaults } from './averages.ts';
import { observerNames } from './observer-names.ts';
import { schedule, scheduleDefaults } from './schedules.ts';
import { count, fraction, orNone, positive } from './setting-types.ts';

export { count, orNone, positive } from './setting-types.ts';

const cell = z.enum(['rnn', 'lstm', 'gru']);
/** Of tasks whose models may have deep transitions. */
export const anyCell = z.enum(['rnn', 'deep-rnn', 'lstm', 'gru']);

/** The model of every task has these, and `hidden`. */
export const anyModel = {
  cell: cell.describe('recurrent cell'),
  layers: z.int().min(1).max(8).describe('recurrent layers'),
  dropout: z.string().min(1).describe('a regularizer in the words of --dropout; lethe methods lists them'),
};

/** Settings of all optimizers: the largest global norm of the gradients, and a coefficient of the weights themselves. */
const anyOptimizer = {
  stepRate: positive.describe('step rate'),
  clipNorm: orNone(positive).describe('largest global norm of the gradients; none: any'),
  weightDecay: z.number().min(0).describe('coefficient of the weights themselves'),
};
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
    epsilon: positive.describe('added to that mean under the root'),
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

/** The training of every task has these. */
export const anyTraining = {
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

/** Every run has these beside its task, model and training. */
export const anyRun = {
  format: z.literal(1).describe('version of this file'),
  dataset: z.string().min(1).describe('a data set of lethe data list, or a path'),
  optimizer,
  // Runs of before every task had one go on without.
  schedule: schedule.prefault({ kind: 'constant' }).describe('how the step rate moves'),
  average: average.prefault({ kind: 'none' }).describe('which weights are averaged'),
  seed: z.int().min(0).describe('seed of all random numbers'),
  threads: orNone(count).describe('threads of the native kernels; none: all cores'),
  dtype: z.enum(['f32', 'bf16']).describe('operands of matrix products; bf16 where the processor has it'),
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

const run = z.object({
  ...anyRun,
  task: z.string(),
  model: z.object({ ...anyModel, cell: anyCell, hidden: count }),
  training: z.object(anyTraining),
});

/** The configuration of a run as far as every task has it; those of tasks extend it. */
export type Config = z.infer<typeof run>;
export type OptimizerConfig = Config['optimizer'];
/** The figure that a recipe aims at. */
export type Published = z.infer<typeof published>;

/** The figure of a recipe or of a search. */
export const publishedSchema = published.nullable();

const adam = {
  stepRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: 225,
  clipStep: null,
};

/** What a newly named optimizer starts from. */
export const optimizerDefaults: { [name in OptimizerConfig['name']]: OptimizerConfig & { name: name } } = {
  rmsprop: {
    name: 'rmsprop',
    stepRate: 0.001,
    momentum: 0.99,
    decay: 0.8,
    epsilon: 1e-8,
    weightDecay: 0,
    clipNorm: 225,
  },
  sgd: { name: 'sgd', stepRate: 0.1, momentum: 0, weightDecay: 0, clipNorm: 225 },
  'nt-asgd': {
    name: 'nt-asgd',
    stepRate: 30,
    weightDecay: 0,
    clipNorm: 0.25,
    patience: 5,
    averageFrom: 'worse',
    lagging: false,
  },
  adam: { name: 'adam', ...adam },
  adamw: { name: 'adamw', ...adam, weightDecay: 0.01 },
};

/** Every run has these by default. */
export const runDefaults = {
  format: 1,
  schedule: scheduleDefaults.constant,
  average: averageDefaults.none,
  seed: 1,
  threads: null,
  dtype: 'f32',
  initialWeights: null,
  observe: [],
  recipe: null,
} satisfies Partial<Config>;

/** The training of every run has these by default, beside epochs and patience. */
export const trainingDefaults = {
  minutes: null,
  evaluateEvery: 1,
  evaluationShare: 1,
} satisfies Partial<Config['training']>;
