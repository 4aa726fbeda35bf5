/** The configuration of a language model's run: its schema and its defaults. */
import { z } from 'zod';
import { oneOf } from '../../common/usage.ts';
import { encodings, lineEnds } from '../../data/words/decode-text.ts';
import { tokenizers } from '../../data/words/types.ts';
import {
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
import { textNames } from './data/catalogue.ts';

/** Figures by the conventions of published code, see conventions.ts. */
const conventions = ['over-length', 'mean-of-exp'] as const;
export type Convention = (typeof conventions)[number];

const model = z.strictObject({
  ...anyModel,
  embedding: count.describe('features of a word'),
  hidden: count.describe(
    'units of each hidden layer; with a tied readout the last layer has as many as a word has features',
  ),
  tied: z.boolean().describe("the readout reads with the embedding's table"),
  cutoffs: z
    .preprocess(
      (value) => (value === 'none' ? [] : value),
      z.union([z.literal('auto'), z.array(count)]).default('auto'),
    )
    .describe(
      'of an adaptive softmax, the first word of each cluster of rare ones; auto: for more than 75,000 words, where Merity et al. (2017) cut; none: one softmax',
    ),
  initialLimit: orNone(positive).describe(
    'recurrent layers start uniform on (-limit, limit); none: 1 / sqrt(hidden)',
  ),
  embeddingLimit: positive.describe(
    "embedding and readout start uniform on (-limit, limit); a tied readout's bias starts at 0",
  ),
  forgetBias: orNone(z.number()).describe(
    'of the LSTM: initial bias of the forget gates; none: as the other biases',
  ),
  recurrentBias: z
    .boolean()
    .default(false)
    .describe(
      "of the LSTM and the plain cell: a bias of the map from state to state beside the input's, as in Torch and cuDNN",
    ),
  resetAfter: z.boolean().describe('of the GRU: the reset gate acts behind the recurrent product'),
});

const training = z.strictObject({
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

const schema = z.strictObject({
  ...anyRun,
  task: z.literal('text').describe('the task'),
  text,
  model,
  training,
  evaluation,
});

export type TextConfig = z.infer<typeof schema>;

/** Text: a model that learns a book or Penn Treebank in minutes; word and character level differ in size alone. */
export function textDefaults(at: Lookup = () => undefined): TextConfig {
  const isChar = (at('text.level') ?? (/-char$/.test(String(at('dataset'))) ? 'char' : 'word')) === 'char';
  return {
    ...runDefaults,
    task: 'text',
    dataset: 'ptb',
    text: {
      level: isChar ? 'char' : 'word',
      vocabularySize: null,
      minCount: 1,
      tokenizer: isChar ? 'whitespace' : 'auto',
      encoding: 'auto',
      lineEnds: 'universal',
    },
    model: {
      cell: 'lstm',
      embedding: isChar ? 64 : 200,
      hidden: isChar ? 512 : 200,
      layers: isChar ? 1 : 2,
      tied: false,
      cutoffs: 'auto',
      dropout: 'none',
      initialLimit: null,
      embeddingLimit: 0.1,
      forgetBias: 1,
      recurrentBias: false,
      resetAfter: true,
    },
    optimizer: { ...optimizerDefaults.adam, stepRate: 0.002, clipNorm: 5 },
    training: {
      ...trainingDefaults,
      epochs: 40,
      patience: 5,
      checkpointEvery: 120,
      batch: isChar ? 32 : 20,
      steps: isChar ? 100 : 35,
      lengths: 'fixed',
      longest: null,
      loss: 'mean',
    },
    evaluation: { validationStreams: 20, testStreams: 1, drawEmbedding: false, conventions: [] },
  };
}

/** The option of `config`, `train` and `data stats`, with what it says. */
export const level = (description: string, read?: TaskOption['read']): TaskOption => ({
  ...{ flags: '--level <NAME>', description, read, key: 'text.level' },
});

export const textConfig: ConfigKind<TextConfig> = {
  schema,
  defaults: textDefaults,
  choices: [level('of text: the defaults of word or char', oneOf('--level', ['word', 'char']))],
  options: [
    level('of text: word, char'),
    {
      flags: '--tokenizer <NAME>',
      description: `of words: ${tokenizers.join(', ')} (case and punctuation apart), auto (default: as the text needs it)`,
      key: 'text.tokenizer',
    },
    {
      flags: '--encoding <NAME>',
      description: `of text files: ${encodings.join(', ')} (default: by their byte order mark, else utf-8)`,
      key: 'text.encoding',
    },
  ],
  sizes: ['model.hidden', 'model.embedding', 'model.layers', 'training.batch', 'training.steps'],
  conditions: [
    ...['text.level', 'text.vocabularySize', 'text.minCount', 'text.tokenizer', 'text.lineEnds'],
    ...['evaluation.validationStreams', 'evaluation.testStreams'],
  ],
  // Published texts lie between white space and end their lines with newlines: how words and line ends are found makes no difference.
  comparable: (config) =>
    !textNames.includes(config.dataset) || config.text.tokenizer === 'prose'
      ? config
      : { ...config, text: { ...config.text, tokenizer: 'whitespace', lineEnds: 'universal' } },
};
