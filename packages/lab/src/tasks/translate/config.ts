/** The configuration of a translation model's run: its schema and its defaults. */
import type { AttentionKind, DecoderForm } from 'lethe';
import { z } from 'zod';
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
import type { ConfigKind } from '../kind.ts';
import {
  batchDefaults,
  batchKeys,
  dataConditions,
  dataDefaults,
  dataKeys,
  dataOptions,
} from './data/settings.ts';

const attentionKinds = ['additive', 'general', 'dot'] as const satisfies readonly AttentionKind[];
const decoderForms = ['after', 'input-feeding', 'conditional'] as const satisfies readonly DecoderForm[];

const model = z.strictObject({
  ...anyModel,
  embedding: count.describe('features of a word or subword, on both sides'),
  hidden: count.describe('units of each layer of encoder (and direction) and decoder'),
  layers: z
    .int()
    .min(1)
    .max(8)
    .describe('recurrent layers of the encoder, and of the decoder unless decoderLayers says otherwise'),
  decoderLayers: orNone(count.max(8)).describe(
    'recurrent layers of the decoder; none: as many as the encoder',
  ),
  bidirectional: z.boolean().describe('the encoder reads from both ends'),
  attention: z.enum(attentionKinds).describe('how decoder states are compared with positions of the source'),
  form: z
    .enum(decoderForms)
    .describe(
      'where the decoder attends: behind its lowest layer, one product for all steps (after); the same, fed back (input-feeding); between two transitions (conditional)',
    ),
  tied: z.boolean().describe('the readout reads with the table of target words'),
  sharedWords: z
    .boolean()
    .describe(
      'both sides have one table of words; of a vocabulary that they share (tokens.vocabulary shared)',
    ),
  encoderDropout: orNone(z.string().min(1)).describe(
    'a regularizer of the encoder and its context alone; dropout is that of the decoder then; none: dropout is that of both',
  ),
  embeddingLimit: positive.describe('words start uniform on (-limit, limit)'),
  forgetBias: z.number().describe('of the LSTM: initial bias of the forget gates'),
  resetAfter: z.boolean().describe('of the GRU: the reset gate acts behind the recurrent product'),
});

const training = z.strictObject({
  ...anyTraining,
  ...batchKeys,
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .describe(
      'e: the loss is (1 - e) NLL + e mean over all words of -log p (Szegedy et al. 2016); likelihoods that are told stay plain',
    ),
  choice: z.enum(['bleu', 'nll']).describe('by what weights are chosen on the validation: BLEU, or NLL'),
});

const evaluation = z.strictObject({
  beam: count.max(1024).describe('hypotheses of beam search'),
  lengthPenalty: z
    .number()
    .min(0)
    .describe('a: hypotheses are compared by log p / length^a; 0: by log p alone'),
  until: z
    .enum(['exact', 'beam'])
    .describe(
      'a search ends when no hypothesis can become better than the best (exact), or when as many as the beam have ended (beam)',
    ),
  batch: count.describe('sentences that are translated side by side; without effect on what they say'),
});

const schema = z.strictObject({
  ...anyRun,
  task: z.literal('translate').describe('the task'),
  ...dataKeys,
  model,
  training,
  evaluation,
});

export type TranslateConfig = z.infer<typeof schema>;

/** What learns Multi30k in a quarter of an hour on two cores. */
export function translateDefaults(): TranslateConfig {
  return {
    ...runDefaults,
    task: 'translate',
    dataset: 'multi30k-en-de',
    ...dataDefaults,
    model: {
      ...{ cell: 'gru', embedding: 128, hidden: 256, layers: 1, decoderLayers: null, bidirectional: true },
      ...{ attention: 'additive', form: 'after', tied: true, sharedWords: false },
      ...{ dropout: 'naive:input=.3,context=.5,output=.5', encoderDropout: null },
      ...{ embeddingLimit: 0.1, forgetBias: 1, resetAfter: true },
    },
    optimizer: { ...optimizerDefaults.adam, stepRate: 0.001, clipNorm: 5 },
    training: {
      ...trainingDefaults,
      ...{ epochs: 40, patience: 8, checkpointEvery: 120 },
      ...batchDefaults,
      ...{ labelSmoothing: 0, choice: 'bleu' },
    },
    evaluation: { beam: 5, lengthPenalty: 1, until: 'exact', batch: 64 },
  };
}

export const translateConfig: ConfigKind<TranslateConfig> = {
  schema,
  defaults: translateDefaults,
  choices: [],
  options: dataOptions,
  sizes: ['model.hidden', 'model.embedding', 'model.layers', 'training.batch', 'training.batchTokens'],
  conditions: [...dataConditions, 'evaluation.beam', 'evaluation.lengthPenalty', 'evaluation.until'],
};
