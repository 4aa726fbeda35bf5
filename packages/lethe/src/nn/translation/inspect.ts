/** What a model thinks of translations that are there: probabilities, how unsure it was of each word, where it looked. */
import { checkOptionNames } from '../../options.ts';
import type { NoiseStream } from '../../random/stream.ts';
import { allocate, scoped } from '../../tensor/scratch.ts';
import { logProbabilities } from './log-probabilities.ts';
import { readApart } from './read-apart.ts';
import { sentenceStreams } from './sentence-noise.ts';
import {
  checkBatch,
  checkTranslationModel,
  type TranslationBatch,
  type TranslationModel,
} from './translation-model.ts';

/** Of one translation. */
export interface InspectedTranslation {
  /** log p of each of its tokens, the end too */
  logProbabilities: Float64Array;
  /** in nats, of the distribution in front of each token */
  entropies: Float64Array;
  /** of these, what the draws disagree about: entropy of the mean less mean of the entropies; absent without draws */
  information?: Float64Array;
  /** [tokens, source words], Σ_s = 1; of several draws their mean */
  attention: Float64Array[];
}

/** Options of {@link inspectTranslations}. */
export interface InspectOptions {
  /** as for `translate`; of several streams probabilities, and where they looked, are averaged. @defaultValue the test-time rule */
  noise?: NoiseStream | readonly NoiseStream[];
  /** [batch], as for `translate` */
  numbers?: ArrayLike<number>;
}

/**
 * Goes through translations word by word, teacher forced.
 * @throws ConfigError, ShapeError as the model does
 */
export function inspectTranslations(
  model: TranslationModel,
  batch: TranslationBatch,
  options: InspectOptions = {},
): InspectedTranslation[] {
  const where = 'inspectTranslations';
  checkOptionNames(where, options, ['noise', 'numbers']);
  checkTranslationModel(where, model);
  const { source, sourceLengths, input, targets, targetLengths } = checkBatch(where, batch);
  const B = source.batch;
  const [S, T] = [source.words.length / B, input.words.length / B];
  const streams = sentenceStreams(where, options.noise, options.numbers, B);
  const K = model.readout.weight.shape[0];
  const all = Int32Array.from({ length: B }, (_, b) => b);
  const sums = {
    probabilities: new Float64Array(T * B * K),
    entropies: new Float64Array(T * B),
    weights: new Float64Array(T * B * S),
  };
  for (const noise of streams) {
    scoped(() => {
      const sentences = readApart(model, source, sourceLengths, noise);
      const { read, decoded } = model.decode(input, sentences, noise?.(all, 0), targetLengths);
      const logs = allocate(T * B * K);
      logProbabilities(read, model.readout, logs);
      for (let m = 0; m < T * B; m++) {
        let entropy = 0;
        for (let k = m * K; k < (m + 1) * K; k++) {
          const p = Math.exp(logs[k]);
          sums.probabilities[k] += p;
          if (p > 0) entropy -= p * logs[k];
        }
        sums.entropies[m] += entropy;
      }
      const { data } = decoded.weights;
      for (let i = 0; i < data.length; i++) sums.weights[i] += data[i];
    });
  }
  const draws = streams.length;
  return Array.from({ length: B }, (_, b) => {
    const [steps, words] = [targetLengths?.[b] ?? T, sourceLengths?.[b] ?? S];
    const rows = Array.from({ length: steps }, (_, t) => t * B + b);
    const entropies = Float64Array.from(rows, (m) => {
      let entropy = 0;
      for (let k = m * K; k < (m + 1) * K; k++) {
        const p = sums.probabilities[k] / draws;
        if (p > 0) entropy -= p * Math.log(p);
      }
      return entropy;
    });
    return {
      logProbabilities: Float64Array.from(rows, (m) =>
        Math.log(sums.probabilities[m * K + targets[m]] / draws),
      ),
      entropies,
      ...(options.noise !== undefined && {
        information: entropies.map((entropy, t) => Math.max(0, entropy - sums.entropies[rows[t]] / draws)),
      }),
      attention: rows.map((m) => sums.weights.slice(m * S, m * S + words).map((weight) => weight / draws)),
    };
  });
}
