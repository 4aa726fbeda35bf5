/** The configuration of a classifier's run: its schema and its defaults. */
import { z } from 'zod';
import { oneOf, wholeNumber } from '../../common/usage.ts';
import { tokenizers } from '../../data/words/types.ts';
import {
  anyModel,
  anyRun,
  anyTraining,
  count,
  optimizerDefaults,
  orNone,
  runDefaults,
  trainingDefaults,
} from '../../runs/config.ts';
import type { ConfigKind } from '../kind.ts';
import { columnDefaults, columnKeys, tableDefaults, tableKeys } from '../shared/table-config.ts';
import { columnOptions, tableOptions } from '../shared/table-options.ts';

const { text, label, id, time, numbers, ignore, group, splitBy, labelKind } = columnKeys;

const columns = z.strictObject({
  ...{ text, label, id, time, numbers, static: columnKeys.static, ignore, group, splitBy, labelKind },
});

const share = z.number().min(0).lt(1);

const splits = z.strictObject({
  by: z
    .enum(['chance', 'time'])
    .describe('chance, or time: the latest are the test; a column of splits and groups go before'),
  valid: share.gt(0).describe('share of all examples that early stopping sees'),
  calibration: share.describe('share of all examples that is kept for lethe calibrate'),
  test: share.gt(0).describe('share of all examples that is kept for the test'),
  folds: orNone(z.int().min(2)).describe('the test is one of so many equal parts; none: a share'),
  fold: z.int().min(0).describe('which of them, from 0'),
  segments: z
    .enum(['together', 'apart'])
    .describe(
      'where segments are examples: together: those of a text in one split; apart: texts in random order, the last segments of all are the test',
    ),
  seed: z.int().min(0).describe('seed of the splits, which is not that of training'),
});

const tokenReading = z.strictObject({
  level: z.enum(['word', 'char']).describe('what a token is'),
  tokenizer: z
    .enum([...tokenizers, 'auto'])
    .describe('how words are found: between white space, in ordinary text (prose), or as the texts need it'),
  vocabularySize: orNone(z.int().min(2)).describe('tokens kept, the most frequent ones; none: all'),
  minCount: count.describe('tokens seen fewer times in training are unknown'),
  segment: orNone(count).describe('longer texts are cut into segments of so many tokens; none: never'),
  examples: z
    .enum(['texts', 'segments'])
    .describe(
      'texts: segments of a text answer together; segments: each is an example with the label of its text',
    ),
});

const model = z.strictObject({
  ...anyModel,
  hidden: count.describe('units of each hidden layer, and direction'),
  bidirectional: z.boolean().describe('layers in pairs, one of which reads backwards'),
  embedding: count.describe('features of a token'),
  embeddingDeviation: z.number().positive().describe('of the initial embedding, normal with mean 0'),
  pooling: z
    .enum(['last', 'mean', 'max', 'auto'])
    .describe(
      'what is read of the steps; auto: their mean for texts of more than 50 tokens in the mean and for segments, else the last',
    ),
  head: z
    .enum(['softmax', 'squared', 'gaussian', 'auto'])
    .describe(
      'of classes softmax; of ratings squared error, or a Gaussian that says how sure it is; auto: softmax, gaussian',
    ),
  forgetBias: z.number().describe('of the LSTM: initial bias of the forget gates'),
  resetAfter: z.boolean().describe('of the GRU: the reset gate acts behind the recurrent product'),
});

const training = z.strictObject({
  ...anyTraining,
  batch: count.describe('sequences in a minibatch, of like length'),
  classWeights: z
    .enum(['none', 'balanced'])
    .describe('balanced: every class weighs the same in the loss, however many examples it has'),
  choice: z
    .enum(['nll', 'error_rate', 'rmse', 'auto'])
    .describe('by what weights are chosen on the validation; auto: nll of classes, rmse of ratings'),
});

const schema = z.strictObject({
  ...anyRun,
  task: z.literal('classify').describe('the task'),
  columns,
  table: z.strictObject(tableKeys),
  splits,
  tokens: tokenReading,
  model,
  training,
});

export type ClassifyConfig = z.infer<typeof schema>;

/** What learns a few thousand texts or sequences in minutes, and does not learn them by heart. */
export function classifyDefaults(at: (key: string) => unknown = () => undefined): ClassifyConfig {
  const isChar = at('tokens.level') === 'char';
  const { target: _, known: __, form: ___, frequency: ____, ...columns } = columnDefaults;
  return {
    ...runDefaults,
    task: 'classify',
    dataset: 'reviews',
    columns: { ...columns },
    table: { ...tableDefaults },
    splits: {
      ...{ by: 'chance', valid: 0.1, calibration: 0.1, test: 0.1 },
      ...{ folds: null, fold: 0, segments: 'together', seed: 1 },
    },
    tokens: {
      ...{ level: isChar ? 'char' : 'word', tokenizer: isChar ? 'whitespace' : 'auto' },
      ...{ vocabularySize: null, minCount: 2, segment: isChar ? 1500 : 400, examples: 'texts' },
    },
    model: {
      cell: 'lstm',
      hidden: 64,
      layers: 1,
      bidirectional: true,
      embedding: 64,
      embeddingDeviation: 0.1,
      pooling: 'auto',
      head: 'auto',
      dropout: 'variational:input=.3,recurrent=.3,output=.3',
      forgetBias: 1,
      resetAfter: true,
    },
    optimizer: { ...optimizerDefaults.adamw, stepRate: 0.002, weightDecay: 0, clipNorm: 1 },
    training: {
      ...trainingDefaults,
      ...{ epochs: 30, patience: 5, checkpointEvery: 60 },
      ...{ batch: 32, classWeights: 'none', choice: 'auto' },
    },
  };
}

export const classifyConfig: ConfigKind<ClassifyConfig> = {
  schema,
  defaults: classifyDefaults,
  choices: [
    {
      flags: '--level <NAME>',
      description: 'of texts: the defaults of word or char',
      read: oneOf('--level', ['word', 'char']),
      key: 'tokens.level',
    },
  ],
  options: [
    columnOptions.text,
    columnOptions.label,
    columnOptions.id,
    columnOptions.time,
    columnOptions.numbers,
    columnOptions.static,
    columnOptions.ignore,
    columnOptions.group,
    columnOptions.splitBy,
    columnOptions.labelKind,
    ...Object.values(tableOptions),
    { flags: '--level <NAME>', description: 'of texts: word, char; of pairs bpe, too', key: 'tokens.level' },
    {
      flags: '--tokenizer <NAME>',
      description: `of words: ${tokenizers.join(', ')} (case and punctuation apart), auto (default: as the text needs it)`,
      key: 'tokens.tokenizer',
    },
    {
      flags: '--fold <N>',
      description: 'of examples in folds (splits.folds): which one is the test, from 0',
      key: 'splits.fold',
      read: wholeNumber('--fold', 0),
    },
  ],
  sizes: ['model.hidden', 'model.embedding', 'model.layers', 'training.batch', 'tokens.segment'],
  conditions: [
    ...['tokens.examples', 'tokens.segment', 'splits.fold', 'splits.folds', 'splits.segments', 'splits.seed'],
    ...['splits.test', 'splits.by', 'columns.label', 'columns.text'],
  ],
};
