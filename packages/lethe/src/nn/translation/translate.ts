/** Translations of new sentences by beam search over a decoder: memories are made once, states gathered by parents. */
import { takeRows } from '../../autograd/ops/rows.ts';
import { checkWhole } from '../../checks.ts';
import { checkOptionNames } from '../../options.ts';
import type { NoiseStream } from '../../random/stream.ts';
import { type Real, realZeros } from '../../tensor/dtype.ts';
import { allocate, scoped } from '../../tensor/scratch.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { specialTokens } from '../../text/subwords.ts';
import type { Tokens } from '../../uncertainty/mc-checks.ts';
import type { AttentionMemory } from '../attention/attend.ts';
import {
  type BeamOptions,
  type BeamRows,
  beamSearch,
  type Hypothesis,
  type NextLogits,
} from '../beam-search.ts';
import type { DecoderState } from './decoder.ts';
import { logitsOf, mostProbableWords } from './log-probabilities.ts';
import { checkLengths, checkTokens } from './options.ts';
import { readApart } from './read-apart.ts';
import { type SentenceNoise, sentenceStreams } from './sentence-noise.ts';
import { checkTranslationModel, type TranslationModel } from './translation-model.ts';

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
  const { noise, numbers, beam = 5, begin = specialTokens.begin, end = specialTokens.end } = options;
  const { best, lengthPenalty, until } = options;
  checkWhole('translate', 'beam', beam, 1, 1024);
  const { batch } = source;
  const steps = source.words.length / batch;
  const usual = Int32Array.from({ length: batch }, (_, b) => 2 * (lengths?.[b] ?? steps) + 10);
  const { maxLength = usual } = options;
  const streams = sentenceStreams('translate', noise, numbers, batch);
  return scoped(() => {
    const runs = streams.map((stream) => new Run(model, { source, lengths }, stream));
    const search = { batch, begin, end, maxLength, beam, best, lengthPenalty, until };
    if (runs.length === 1) return beamSearch(search, (rows) => runs[0].best(rows, 2 * beam));
    const width = model.readout.weight.shape[0];
    const logs = allocate(beam * batch * width);
    return beamSearch(search, (rows) =>
      averaged(runs, rows, logs.subarray(0, rows.tokens.length * width) as Real),
    );
  });
}

// --- internal ---

/** The decoder of one draw in the midst of a search. */
class Run {
  readonly #model: TranslationModel;
  readonly #noise: SentenceNoise;
  readonly #memory: AttentionMemory;
  readonly #places = new Map<string, Place>();
  #state: DecoderState;

  constructor(model: TranslationModel, { source, lengths }: Sentences, noise: SentenceNoise) {
    this.#model = model;
    this.#noise = noise;
    const { memory, state } = readApart(model, source, lengths, noise);
    this.#memory = memory;
    this.#state = state;
  }

  /** The `count` most probable words behind each row. */
  best(rows: BeamRows, count: number): NextLogits {
    return this.#step(rows, (read) => {
      const { tokens, logits, totals } = mostProbableWords(read, this.#model.readout, count);
      return { tokens, logits: logits.slice(), totals: totals.slice() };
    });
  }

  /** Writes logits of what follows each row; gives log Σ exp of each. */
  step(rows: BeamRows, logits: Real): Real {
    return this.#step(rows, (read) => logitsOf(read, this.#model.readout, logits).slice());
  }

  /** The state carried on is a copy, because that of a step is gone with its scope. */
  #keep({ layers, fed }: DecoderState): void {
    const copy = (name: string, x: Tensor): Tensor => {
      const place = this.#places.get(name) ?? new Place();
      this.#places.set(name, place);
      return place.put(x);
    };
    this.#state = {
      layers: layers.map(({ hidden, cell }, index) => ({
        hidden: copy(`hidden ${index}`, hidden as Tensor),
        ...(cell && { cell: copy(`cell ${index}`, cell as Tensor) }),
      })),
      ...(fed && { fed: copy('fed', fed) }),
    };
  }

  /** Goes on by a word of each row, and gives what becomes of what the readout reads. */
  #step<T>({ step, sentences, tokens, parents }: BeamRows, of: (read: Tensor) => T): T {
    return scoped(() => {
      const state = parents ? gathered(this.#state, parents) : this.#state;
      const { read, decoded } = this.#model.decode(
        { words: tokens, batch: tokens.length },
        // Each row reads its sentence's part of one memory.
        { memory: { ...this.#memory, columns: sentences }, state },
        this.#noise?.(sentences, step),
      );
      this.#keep(decoded.state);
      return of(read);
    });
  }
}

/** Memory of a tensor that every step writes anew: rows become fewer, but for the first step. */
class Place {
  #data = realZeros(0);

  put(x: Tensor): Tensor {
    if (this.#data.length < x.size) this.#data = realZeros(x.size);
    const data = this.#data.subarray(0, x.size) as Real;
    data.set(x.data);
    return new Tensor(x.shape, data, null);
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
