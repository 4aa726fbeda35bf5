/** Translations of new sentences by beam search over a decoder: memories are made once, states gathered by parents. */
import { takeRows } from '../../autograd/ops/rows.ts';
import { reshape } from '../../autograd/ops/shape.ts';
import { checkWhole } from '../../checks.ts';
import { checkOptionNames } from '../../options.ts';
import type { NoiseStream } from '../../random/stream.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate, scoped } from '../../tensor/scratch.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { specialTokens } from '../../text/subwords.ts';
import type { Tokens } from '../../uncertainty/mc-checks.ts';
import type { AttentionMemory } from '../attention/attend.ts';
import { type BeamOptions, type BeamRows, beamSearch, type Hypothesis } from '../beam-search.ts';
import type { RecurrentState } from '../cells/cell.ts';
import { keepState } from '../recurrent/recurrent.ts';
import type { DecoderState } from './decoder.ts';
import { logitsOf } from './log-probabilities.ts';
import { checkLengths, checkTokens } from './options.ts';
import { readApart } from './read-apart.ts';
import { type SentenceNoise, sentenceStreams } from './sentence-noise.ts';
import { checkTranslationModel, type ReadSentences, type TranslationModel } from './translation-model.ts';

/** Sentences to be translated, padded behind. */
export interface Sentences {
  source: Tokens;
  /** [batch], words that count. @defaultValue all */
  lengths?: Int32Array;
}

/** Options of {@link translate}. */
export interface TranslateOptions extends Partial<Omit<BeamOptions, 'batch'>> {
  /**
   * Masks are drawn, as in MC dropout: held over the decoder's steps where they are held over a sequence, and shared by the hypotheses of
   * a sentence. Of several streams the probabilities are averaged at each step. @defaultValue the test-time rule
   */
  noise?: NoiseStream | readonly NoiseStream[];
  /** [batch], by which sentences draw apart, whatever stands beside them. @defaultValue 0, 1, … */
  numbers?: ArrayLike<number>;
}

/**
 * The best translations of each sentence, best first. Begin and end are those of {@link specialTokens}; a translation has at most twice as many
 * tokens as its source and 10 more, unless `maxLength` says otherwise.
 * @throws ConfigError, ShapeError as the model and {@link beamSearch} do
 */
export function translate(
  model: TranslationModel,
  sentences: Sentences,
  options: TranslateOptions = {},
): Hypothesis[][] {
  checkTranslationModel('translate', model);
  checkOptionNames('translate: sentences', sentences, ['source', 'lengths']);
  const { source, lengths } = sentences;
  checkTokens('translate', 'source', source);
  checkLengths('translate', 'lengths', lengths, source);
  checkOptionNames('translate', options, [
    ...['begin', 'end', 'maxLength', 'beam', 'best', 'lengthPenalty', 'until', 'noise', 'numbers'],
  ]);
  const { noise, numbers, beam = 5, ...rest } = options;
  checkWhole('translate', 'beam', beam, 1, 1024);
  const { batch } = source;
  const { begin, end } = specialTokens;
  const steps = source.words.length / batch;
  const maxLength = Int32Array.from({ length: batch }, (_, b) => 2 * (lengths?.[b] ?? steps) + 10);
  const streams = sentenceStreams('translate', noise, numbers, batch);
  return scoped(() => {
    const runs = streams.map((stream) => new Run(model, { source, lengths }, beam, stream));
    const width = model.readout.weight.shape[0];
    const logs = allocate(beam * batch * width);
    return beamSearch({ batch, begin, end, maxLength, beam, ...rest }, (rows) => {
      const now = logs.subarray(0, rows.tokens.length * width) as Real;
      if (runs.length > 1) return averaged(runs, rows, now);
      return { logits: now, totals: runs[0].step(rows, now) };
    });
  });
}

// --- internal ---

/** The decoder of one draw in the midst of a search. */
class Run {
  readonly #model: TranslationModel;
  readonly #beam: number;
  readonly #noise: SentenceNoise;
  readonly #all: ReadSentences;
  #memory: AttentionMemory;
  #state: DecoderState;
  #sentences: number;

  constructor(model: TranslationModel, { source, lengths }: Sentences, beam: number, noise: SentenceNoise) {
    this.#model = model;
    this.#beam = beam;
    this.#noise = noise;
    this.#all = readApart(model, source, lengths, noise);
    this.#memory = this.#all.memory;
    this.#sentences = source.batch;
    const rows = Int32Array.from({ length: beam * source.batch }, (_, row) => row % source.batch);
    this.#state = gathered(this.#all.state, rows);
  }

  /** Writes logits of what follows each row; gives log Σ exp of each. */
  step({ step, sentences, tokens, parents }: BeamRows, logits: Real): Real {
    const n = sentences.length;
    if (n !== this.#sentences) {
      this.#memory = memoryOf(this.#all.memory, sentences);
      this.#sentences = n;
    }
    const totals = allocate(tokens.length);
    this.#state = scoped(() => {
      const state = parents ? gathered(this.#state, parents) : this.#state;
      const { read, decoded } = this.#model.decode(
        { words: tokens, batch: tokens.length },
        { memory: this.#memory, state },
        this.#noise?.(sentences, this.#beam, step),
      );
      totals.set(logitsOf(read, this.#model.readout, logits));
      return kept(decoded.state);
    });
    return totals;
  }
}

/** Logarithms of the means of the probabilities of several draws. */
function averaged(runs: readonly Run[], rows: BeamRows, logs: Real): Real {
  const sums = new Float64Array(logs.length);
  const width = logs.length / rows.tokens.length;
  for (const run of runs) {
    const totals = run.step(rows, logs);
    for (let m = 0; m < totals.length; m++)
      for (let k = m * width; k < (m + 1) * width; k++) sums[k] += Math.exp(logs[k] - totals[m]);
  }
  for (let i = 0; i < logs.length; i++) logs[i] = Math.log(sums[i] / runs.length);
  return logs;
}

function gathered({ layers, fed }: DecoderState, rows: Int32Array): DecoderState {
  const of = (x: Tensor) => takeRows(x, rows);
  return {
    layers: layers.map(({ hidden, cell }) => ({
      hidden: of(hidden as Tensor),
      ...(cell && { cell: of(cell as Tensor) }),
    })),
    ...(fed && { fed: of(fed) }),
  };
}

function kept({ layers, fed }: DecoderState): DecoderState {
  return { layers: layers.map((state: RecurrentState) => keepState(state)), ...(fed && { fed: fed.keep() }) };
}

/** The memory of some sentences. */
function memoryOf({ keys, values, lengths }: AttentionMemory, sentences: Int32Array): AttentionMemory {
  const [S, batch] = values.shape;
  const rows = new Int32Array(S * sentences.length);
  for (let s = 0; s < S; s++)
    for (const [i, b] of sentences.entries()) rows[s * sentences.length + i] = s * batch + b;
  const of = (x: Tensor) => reshape(takeRows(x, rows), [S, sentences.length, x.shape[2]]);
  const some = of(values);
  return {
    keys: keys === values ? some : of(keys),
    values: some,
    lengths: lengths && sentences.map((b) => lengths[b]),
  };
}
