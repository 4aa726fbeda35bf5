/** What an encoder and a decoder are made of, checked at the door. */
import { checkArray, checkFlag, checkIntegers, checkWhole } from '../../checks.ts';
import { checkRegularizer } from '../../dropout/check-regularizer.ts';
import type { Regularizer } from '../../dropout/noise.ts';
import { checkPlaces } from '../../dropout/places.ts';
import { ConfigError, ShapeError } from '../../errors.ts';
import { found } from '../../found.ts';
import { checkNumber, checkOptionNames, checkWord } from '../../options.ts';
import type { Tokens } from '../../uncertainty/mc-checks.ts';
import { type AttentionKind, attentionKinds } from '../attention/attention.ts';
import type { CellName } from '../cells/cell.ts';
import { checkSize } from '../parameters/size.ts';

export const decoderForms = ['after', 'input-feeding', 'conditional'] as const;
/**
 * Where a decoder attends. `after`: behind its lowest layer, whose states do not depend on contexts, so that one attention product serves
 * all steps (Luong et al. 2015 without feeding; with several layers as in Wu et al. 2016). `input-feeding`: the same, and the attentional
 * output of a step is read by the next (Luong et al. 2015). `conditional`: between two transitions of one state (Sennrich et al. 2017). The
 * last two run step by step.
 */
export type DecoderForm = (typeof decoderForms)[number];

/** Options of one side that its recurrent layers and its words have. */
export interface TranslationSide {
  /** words */
  vocabulary: number;
  /** features of a word */
  embedding: number;
  /** units of each recurrent layer, from below (and direction, of an encoder) */
  hiddenSizes: readonly number[];
}

/** Options of {@link translationModel}. */
export interface TranslationModelOptions {
  source: TranslationSide;
  target: TranslationSide;
  /** of both sides. @defaultValue 'gru' */
  cell?: CellName;
  /** the encoder reads from both ends. @defaultValue true */
  bidirectional?: boolean;
  /** @defaultValue 'additive' */
  attention?: AttentionKind;
  /** @defaultValue 'after' */
  form?: DecoderForm;
  /** the readout reads with the table of target words. @defaultValue true */
  tied?: boolean;
  /** both sides have one table of words, for a vocabulary that they share. @defaultValue false */
  sharedWords?: boolean;
  /**
   * Of both sides: `embedding`, `input`, `recurrent`, `hidden`, `cell`, `update`, `weight` and `weightIn` act in encoder and decoder, `context`
   * on what attention reads, `output` on what the readout reads. Or one for each side. @defaultValue none()
   */
  dropout?: Regularizer | { encoder?: Regularizer; decoder?: Regularizer };
  /** of the LSTM. @defaultValue 1 */
  forgetBias?: number;
  /** of the GRU. @defaultValue true */
  resetAfter?: boolean;
  /** words start uniform on (-limit, limit). @defaultValue 0.1 */
  embeddingLimit?: number;
}

/** The options in full. */
export type CheckedTranslationOptions = Required<Omit<TranslationModelOptions, 'dropout'>>;

/**
 * Checks options and fills in defaults.
 * @throws ConfigError for an unknown option, a wrong size, or parts that do not fit each other
 */
export function checkTranslationOptions(
  where: string,
  options: TranslationModelOptions,
): CheckedTranslationOptions {
  checkOptionNames(where, options, [
    ...['source', 'target', 'cell', 'bidirectional', 'attention', 'form', 'tied', 'sharedWords'],
    ...['dropout', 'forgetBias', 'resetAfter', 'embeddingLimit'],
  ]);
  const { source, target, cell = 'gru', bidirectional = true, attention = 'additive' } = options;
  const { form = 'after', tied = true, sharedWords = false, forgetBias = 1, resetAfter = true } = options;
  const { embeddingLimit = 0.1 } = options;
  checkSide(`${where}: source`, source);
  checkSide(`${where}: target`, target);
  checkWord(where, 'cell', cell, ['rnn', 'lstm', 'gru']);
  checkWord(where, 'attention', attention, attentionKinds);
  checkWord(where, 'form', form, decoderForms);
  checkNumber(where, 'forgetBias', forgetBias);
  checkNumber(where, 'embeddingLimit', embeddingLimit, { above: 0 });
  for (const [name, flag] of Object.entries({ bidirectional, tied, sharedWords, resetAfter })) {
    checkFlag(where, name, flag);
  }
  if (form === 'conditional' && target.hiddenSizes.length > 1) {
    throw new ConfigError(
      `${where}: expected one hidden size of the target with form 'conditional', whose two transitions share one state, got ${target.hiddenSizes.length}; choose form 'after' for several layers`,
    );
  }
  if (sharedWords && (source.vocabulary !== target.vocabulary || source.embedding !== target.embedding)) {
    throw new ConfigError(
      `${where}: expected sides of one vocabulary and embedding for sharedWords, got ${source.vocabulary} words of ${source.embedding} and ${target.vocabulary} words of ${target.embedding}`,
    );
  }
  return {
    ...{ source, target, cell, bidirectional, attention, form, tied, sharedWords },
    ...{ forgetBias, resetAfter, embeddingLimit },
  };
}

/** Throws ConfigError or ShapeError for what are no words of a batch: { words, batch }, whole steps of them. */
export function checkTokens(where: string, name: string, tokens: unknown): asserts tokens is Tokens {
  checkOptionNames(`${where}: ${name}`, tokens, ['words', 'batch']);
  const { words, batch } = tokens as Tokens;
  checkIntegers(where, `${name}.words`, words);
  checkWhole(where, `${name}.batch`, batch, 1);
  if (words.length > 0 && words.length % batch === 0) return;
  throw new ShapeError(
    `${where}: expected whole steps of ${batch} words of the ${name}, got ${words.length} words`,
  );
}

/** Throws ConfigError or ShapeError unless lengths, where given, are those of each row. */
export function checkLengths(where: string, name: string, lengths: unknown, { words, batch }: Tokens): void {
  if (lengths === undefined) return;
  checkIntegers(where, name, lengths as Int32Array);
  const steps = words.length / batch;
  const all = lengths as Int32Array;
  if (all.length === batch && all.every((length) => length >= 1 && length <= steps)) return;
  throw new ShapeError(
    `${where}: expected ${name} of ${batch} rows, each from 1 to ${steps}, got ${found(lengths)}`,
  );
}

/**
 * What each side has of the regularizers.
 * @throws ConfigError for a rate without a place, sides that train differently, or noise that is integrated
 */
export function sidesOf(
  where: string,
  dropout: TranslationModelOptions['dropout'],
  layers: { encoder: number; decoder: number },
): { encoder?: Regularizer; decoder?: Regularizer; whole?: Regularizer } {
  if (dropout === undefined) return {};
  const apart =
    typeof dropout === 'object' && dropout !== null && ('encoder' in dropout || 'decoder' in dropout);
  if (apart) checkOptionNames(`${where}: dropout`, dropout, ['encoder', 'decoder']);
  const sides = apart
    ? (dropout as { encoder?: Regularizer; decoder?: Regularizer })
    : { encoder: dropout as Regularizer, decoder: dropout as Regularizer };
  for (const side of ['encoder', 'decoder'] as const) {
    const regularizer = sides[side];
    if (!regularizer) continue;
    checkRegularizer(`${where}: ${side}`, regularizer);
    checkSampled(where, side, regularizer);
    const parts = apart
      ? { layers: layers[side], attention: side === 'encoder' }
      : { layers: Math.max(layers.encoder, layers.decoder), attention: true };
    checkPlaces(regularizer, { ...parts, embedding: true });
  }
  if (apart) {
    const output = sides.encoder?.noise.find(({ site, rate }) => site === 'output' && rate > 0);
    if (output) {
      throw new ConfigError(
        `${where}: expected no rate at output of the encoder, got ${output.rate}: what attention reads is its output; give it as context`,
      );
    }
    for (const key of ['passes', 'penalties'] as const) {
      if (!sides.encoder?.[key]) continue;
      throw new ConfigError(
        `${where}: expected ${key === 'passes' ? 'two runs' : 'penalties'} to be asked for by the decoder's method, whose loss they are terms of, got them for the encoder (${sides.encoder.name}); give them there`,
      );
    }
  }
  return { ...sides, whole: sides.decoder };
}

// --- internal ---

function checkSide(where: string, side: TranslationSide): void {
  checkOptionNames(where, side, ['vocabulary', 'embedding', 'hiddenSizes']);
  checkSize(where, 'vocabulary', side.vocabulary);
  checkSize(where, 'embedding', side.embedding);
  checkArray(where, 'hiddenSizes', side.hiddenSizes, 'sizes');
  if (side.hiddenSizes.length === 0)
    throw new ConfigError(`${where}: expected at least one hidden size, got none`);
  for (const [i, size] of side.hiddenSizes.entries()) checkSize(where, `hiddenSizes[${i}]`, size);
}

/** Moments end at the softmax over positions: a mean of it would leave out what fast dropout is for. */
function checkSampled(where: string, side: string, { name, modes, weightNoise }: Regularizer): void {
  const integrated = [modes.train, modes.test].find((mode) => mode === 'moments' || mode === 'gaussian');
  if (integrated) {
    throw new ConfigError(
      `${where}: ${name} of the ${side} integrates its noise (${integrated}), and attention reads what comes out through a softmax over positions, ` +
        'which has no closed form: its variance would be lost; choose a method that draws its masks, or mode sample',
    );
  }
  if (weightNoise) {
    throw new ConfigError(
      `${where}: expected weights that are numbers, got Gaussian ones (${name}): attention and readout have no distribution of weights; choose weight drop, as in awd:weight=.3`,
    );
  }
}
