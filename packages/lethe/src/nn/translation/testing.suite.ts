/** Small models and batches for the tests of this room. */
import { parseDropout } from '../../dropout/parse.ts';
import { NoiseStream } from '../../random/stream.ts';
import type { TranslationModelOptions } from './options.ts';
import { type TranslationBatch, translationModel } from './translation-model.ts';

export const stream = new NoiseStream(17, 3);

/** Models over 11 source and 9 target words. */
export function smallModel(more: Partial<TranslationModelOptions> & { noise?: string } = {}) {
  const { noise, ...options } = more;
  return translationModel(
    {
      source: { vocabulary: 11, embedding: 4, hiddenSizes: [5] },
      target: { vocabulary: 9, embedding: 6, hiddenSizes: [7] },
      embeddingLimit: 0.7,
      ...(noise !== undefined && { dropout: parseDropout(noise) }),
      ...options,
    },
    stream,
  );
}

/** Sentence pairs as a padded batch; what stands behind an end is `padding`. */
export function batchOf(
  pairs: readonly { source: readonly number[]; target: readonly number[] }[],
  padding = 0,
): TranslationBatch {
  const batch = pairs.length;
  const side = (sentences: readonly (readonly number[])[]) => {
    const steps = Math.max(...sentences.map(({ length }) => length));
    const words = new Int32Array(steps * batch).fill(padding);
    for (const [b, sentence] of sentences.entries())
      for (const [t, word] of sentence.entries()) words[t * batch + b] = word;
    return words;
  };
  const lengths = (sentences: readonly (readonly number[])[]) =>
    Int32Array.from(sentences, ({ length }) => length);
  const sources = pairs.map(({ source }) => [...source, 2]);
  const inputs = pairs.map(({ target }) => [1, ...target]);
  const targets = pairs.map(({ target }) => [...target, 2]);
  return {
    source: { words: side(sources), batch },
    sourceLengths: lengths(sources),
    input: { words: side(inputs), batch },
    targets: side(targets),
    targetLengths: lengths(targets),
  };
}

export const pairs = [
  { source: [3, 4, 5, 10], target: [3, 8, 4] },
  { source: [7], target: [5, 5, 6, 7, 3] },
  { source: [6, 3, 9], target: [4] },
];
