/**
 * A network that translates: an encoder over the source, a decoder that attends to it, and a readout over target words. It puts together
 * what stands in the files beside it, and gives every part its share of one regularizer.
 */
import { takeRows } from '../../autograd/ops/rows.ts';
import { checkIntegers, isObject } from '../../checks.ts';
import { stepMaskOf } from '../../data/pad-sequences.ts';
import type { Regularizer } from '../../dropout/noise.ts';
import { none } from '../../dropout/none.ts';
import type { Plan } from '../../dropout/plan.ts';
import { ConfigError, ShapeError } from '../../errors.ts';
import { found } from '../../found.ts';
import { meanOf } from '../../moments/gaussian.ts';
import { checkOptionNames } from '../../options.ts';
import { checkOptionalStream, checkStream, type NoiseStream } from '../../random/stream.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Tokens } from '../../uncertainty/mc-checks.ts';
import type { AttentionMemory } from '../attention/attend.ts';
import { type RegularizedLoss, regularizedLoss } from '../losses/regularized-loss.ts';
import { countedRows } from '../losses/step-mask.ts';
import { initialTensor } from '../parameters/init.ts';
import { readoutInput } from '../readout/input.ts';
import { type ReadoutLoss, readoutDistance, readoutNll } from '../readout/readout.ts';
import type { ReadoutParameters } from '../readout/table.ts';
import { type Decoded, type Decoder, type DecoderState, makeDecoder } from './decoder.ts';
import { type Encoder, makeEncoder } from './encoder.ts';
import {
  type CheckedTranslationOptions,
  checkLengths,
  checkTokens,
  checkTranslationOptions,
  sidesOf,
  type TranslationModelOptions,
} from './options.ts';

/** Sentences and their translations side by side, padded behind. */
export interface TranslationBatch {
  /** what the encoder reads */
  source: Tokens;
  /** [batch], steps of the source that count. @defaultValue all */
  sourceLengths?: Int32Array;
  /** what the decoder reads: the translation behind its beginning */
  input: Tokens;
  /** what follows each word of the input; time * batch numbers */
  targets: Int32Array;
  /** [batch], steps of the target that count. @defaultValue all */
  targetLengths?: Int32Array;
}

/** What a decoder needs of sentences that were read. */
export interface ReadSentences {
  memory: AttentionMemory;
  /** before the first step */
  state: DecoderState;
}

/** A translation as a model sees it. */
export interface ScoredTranslation {
  /** over the steps that count; `rowLoss` has one number for each of them, step by step */
  nll: ReadoutLoss;
  /** what the readout read, [time, batch, features] */
  read: Tensor;
  decoded: Decoded;
}

/** A network that translates, with its parameters. */
export interface TranslationModel {
  readonly options: Readonly<TranslationModelOptions>;
  /** of the decoder, whose penalties and second runs are those of the loss */
  readonly regularizer: Regularizer;
  /**
   * `source.weight`, `encoder.0.weightIn`, …, `initial.weight`, `target.weight`, `decoder.0.weightIn`, …, `attention.v`, `combine.weight`,
   * `readout.weight` unless it is tied, `readout.bias`
   */
  readonly parameters: Record<string, Tensor>;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly readout: ReadoutParameters;
  /** the noise of every part, from below: encoder, attention, decoder */
  readonly plans: readonly Plan[];
  /**
   * Reads sentences.
   * @param lengths [batch], words that count. @defaultValue all
   */
  read(source: Tokens, lengths?: Int32Array, noise?: NoiseStream): ReadSentences;
  /**
   * What the readout reads after each word of the input.
   * @returns [time, rows, features], with the noise at the output; and what the decoder gave
   */
  decode(
    input: Tokens,
    sentences: ReadSentences,
    noise?: NoiseStream,
    stop?: Int32Array,
  ): { read: Tensor; decoded: Decoded };
  /**
   * The likelihood of translations, teacher forced: one readout product over the steps that count.
   * @throws ShapeError, DataError for words that do not fit
   */
  score(batch: TranslationBatch, noise?: NoiseStream, options?: ScoreOptions): ScoredTranslation;
  /**
   * The training loss, the mean over the words that count, with the penalties of the regularizer.
   * @param noise the stream of the step; absent: the test-time rule
   */
  loss(batch: TranslationBatch, noise?: NoiseStream, options?: ScoreOptions): RegularizedLoss;
}

/** How a loss is made. */
export interface ScoreOptions {
  /** factor of the mean over words. @defaultValue 1 */
  factor?: number;
  /** e of label smoothing, see {@link readoutNll}: part of the loss, not of the likelihoods that are counted. @defaultValue 0 */
  smoothing?: number;
}

/**
 * A model with new parameters.
 * @param stream where initial values come from
 * @throws ConfigError for an unknown option, a wrong size, or a regularizer that the model cannot honour, with the reason
 */
export function translationModel(options: TranslationModelOptions, stream: NoiseStream): TranslationModel {
  const where = 'translationModel';
  const settings = checkTranslationOptions(where, options);
  checkStream(where, stream);
  const { source, target, form, sharedWords, tied } = settings;
  const layers = {
    encoder: source.hiddenSizes.length,
    decoder: form === 'conditional' ? 2 : target.hiddenSizes.length,
  };
  const sides = sidesOf(where, options.dropout, layers);
  const regularizer = sides.whole ?? none();
  const above = layers.encoder + layers.decoder;
  const encoder = makeEncoder(
    settings,
    sides.encoder,
    { recurrent: 0, embedding: above + 1, attention: above + 3 },
    stream,
  );
  const decoder = makeDecoder(
    settings,
    sides.decoder,
    {
      ...{ recurrent: layers.encoder, embedding: above + 2, attention: above + 3 },
      ...{ initial: above + 4, combine: above + 5, readout: above },
    },
    { width: encoder.stack.outputSize, table: sharedWords ? encoder.words.parameters.weight : undefined },
    stream,
  );
  const readout: ReadoutParameters = {
    weight: tied
      ? decoder.words.parameters.weight
      : initialTensor(
          [target.vocabulary, target.embedding],
          { kind: 'uniform', limit: settings.embeddingLimit },
          stream,
          { layer: above, entry: 0 },
        ),
    bias: initialTensor([target.vocabulary], { kind: 'zeros' }, stream, { layer: above, entry: 1 }),
  };
  const parameters = named(settings, encoder, decoder, readout);
  const model: TranslationModel = {
    ...{ options: { ...options }, regularizer, parameters, encoder, decoder, readout },
    plans: plansOf(encoder, decoder),
    read(words, lengths, noise) {
      checkOptionalStream(where, noise);
      checkTokens(where, 'source', words);
      checkLengths(where, 'lengths', lengths, words);
      const encoded = encoder.forward(words, lengths, noise);
      const memory = decoder.attention.memory(encoded.values, encoded.lengths);
      return { memory, state: decoder.begin(encoded) };
    },
    decode(input, sentences, noise, stop) {
      checkOptionalStream(where, noise);
      checkTokens(where, 'input', input);
      checkOptionNames(`${where}: sentences`, sentences, ['memory', 'state']);
      const decoded = decoder.forward(input, sentences.state, sentences.memory, noise, stop);
      return { read: readoutInput(decoded.output, decoder.readoutPlan, noise), decoded };
    },
    score(batch, noise, options = {}) {
      checkOptionalStream(where, noise);
      checkOptionNames(`${where}: score`, options, ['factor', 'smoothing']);
      return score(model, checkBatch(where, batch), noise, options);
    },
    loss(batch, noise, options = {}) {
      checkOptionNames(`${where}: loss`, options, ['factor', 'smoothing']);
      const checked = checkBatch(where, batch);
      const stepMask = maskOf(checked);
      return regularizedLoss(
        regularizer,
        (draws) => {
          const { nll, read, decoded } = score(model, checked, draws, options);
          return {
            ...{ nll, stepMask, dropped: read, states: decoded.states, state: [...decoded.state.layers] },
            distanceTo: (second, kappa) =>
              readoutDistance(read, meanOf(second.dropped), readout, kappa, stepMask),
          };
        },
        noise,
        { parameters: Object.values(parameters), distributions: [], examples: 1 },
      );
    },
  };
  return model;
}

/** Throws ConfigError or ShapeError for what is no batch. */
export function checkBatch(where: string, batch: TranslationBatch): TranslationBatch {
  if (!isObject(batch))
    throw new ConfigError(`${where}: expected a batch { source, input, targets, … }, got ${found(batch)}`);
  const { source, input, targets } = batch;
  checkTokens(where, 'source', source);
  checkTokens(where, 'input', input);
  checkLengths(where, 'sourceLengths', batch.sourceLengths, source);
  checkLengths(where, 'targetLengths', batch.targetLengths, input);
  checkIntegers(where, 'targets', targets);
  if (targets.length !== input.words.length)
    throw new ShapeError(
      `${where}: expected a target for each of ${input.words.length} words of the input, got ${targets.length}`,
    );
  if (source.batch !== input.batch)
    throw new ShapeError(
      `${where}: expected as many sources as targets, got ${source.batch} and ${input.batch}`,
    );
  return batch;
}

/** Throws ConfigError for what is no model. */
export function checkTranslationModel(where: string, model: unknown): asserts model is TranslationModel {
  const { read, decode, readout } = (isObject(model) ? model : {}) as Partial<TranslationModel>;
  if (typeof read === 'function' && typeof decode === 'function' && isObject(readout)) return;
  throw new ConfigError(`${where}: expected a model as translationModel makes it, got ${found(model)}`);
}

// --- internal ---

function score(
  model: TranslationModel,
  batch: TranslationBatch,
  noise: NoiseStream | undefined,
  { factor, smoothing }: ScoreOptions,
): ScoredTranslation {
  const { source, sourceLengths, input, targets, targetLengths } = batch;
  const sentences = model.read(source, sourceLengths, noise);
  const { read, decoded } = model.decode(input, sentences, noise, targetLengths);
  const mask = maskOf(batch);
  if (!mask) return { nll: readoutNll(read, model.readout, targets, { factor, smoothing }), read, decoded };
  const counted = countedRows(mask.data);
  const rows = takeRows(read, counted);
  const nll = readoutNll(
    rows,
    model.readout,
    counted.map((m) => targets[m]),
    { factor, smoothing },
  );
  return { nll, read, decoded };
}

/** 1 where a target counts; undefined where all do. */
function maskOf({ targets, input, targetLengths }: TranslationBatch) {
  const steps = targets.length / input.batch;
  if (!targetLengths?.some((length) => length < steps)) return undefined;
  return stepMaskOf(targetLengths, steps);
}

function named(
  { sharedWords, tied }: CheckedTranslationOptions,
  encoder: Encoder,
  decoder: Decoder,
  readout: ReadoutParameters,
): Record<string, Tensor> {
  const all: Record<string, Tensor> = {};
  const put = (prefix: string, parameters: Record<string, Tensor | undefined>) => {
    for (const [name, tensor] of Object.entries(parameters)) if (tensor) all[`${prefix}.${name}`] = tensor;
  };
  if (!sharedWords) put('source', encoder.words.parameters);
  put('encoder', encoder.stack.parameters);
  put('initial', decoder.initial.parameters);
  put('target', decoder.words.parameters);
  for (const [index, layer] of decoder.layers.entries()) put(`decoder.${index}`, layer.parameters);
  put('attention', decoder.attention.parameters);
  put('combine', decoder.combine.parameters);
  if (!tied) put('readout', { weight: readout.weight });
  put('readout', { bias: readout.bias });
  return all;
}

/** What `describePlan` prints of the parts, which say where they stand. */
function plansOf(encoder: Encoder, decoder: Decoder): Plan[] {
  const at = (part: string, plans: readonly Plan[]) =>
    plans.map((plan) => ({ ...plan, target: { ...plan.target, part } }));
  const noisy = (plan: Plan) => (plan.entries.length > 0 ? [plan] : []);
  return [
    ...at('encoder', [...noisy(encoder.words.plan), ...encoder.stack.layers.map(({ plan }) => plan)]),
    encoder.contextPlan,
    ...at('decoder', [
      ...noisy(decoder.words.plan),
      ...decoder.layers.map(({ plan }) => plan),
      ...noisy(decoder.readoutPlan),
    ]),
  ];
}
