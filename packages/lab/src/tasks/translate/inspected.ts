/** Translations looked at word by word, in batches of like length, as slices of work. */
import {
  type Hypothesis,
  type InspectedTranslation,
  inspectTranslations,
  type NoiseStream,
  padWords,
  scoped,
  specialTokens,
} from 'lethe';
import { fixedWeights } from 'lethe/engine';
import type { Slices } from '../../runs/task.ts';
import { sourceBatch } from './data/batches.ts';
import type { TranslateModel } from './model.ts';
import { batchesOf } from './translations.ts';

/**
 * What the model thinks of a translation of each sentence, in the order given; undefined for a sentence without tokens.
 * @param said of each translation, without begin; with end where it ended, see {@link saidBy}
 */
export function* inspected(
  { network }: TranslateModel,
  encoded: readonly Int32Array[],
  said: readonly Int32Array[],
  batch: number,
  noise?: readonly NoiseStream[],
): Slices<(InspectedTranslation | undefined)[]> {
  const all: (InspectedTranslation | undefined)[] = encoded.map(() => undefined);
  const { begin } = specialTokens;
  const weights = fixedWeights(Object.values(network.parameters));
  // Distributions over all words are held for every step.
  const batches = batchesOf(encoded, Math.min(batch, 16));
  for (const [at, numbers] of batches.entries()) {
    const { source, sourceLengths } = sourceBatch(Array.from(numbers, (n) => encoded[n]));
    const some = Array.from(numbers, (n) => said[n]);
    const { x: targets, lengths } = padWords(some);
    const input = padWords(some.map((one) => Int32Array.of(begin, ...one.subarray(0, -1)))).x;
    const found = scoped(() =>
      weights.run(() =>
        inspectTranslations(
          network,
          { source, sourceLengths, input, targets: Int32Array.from(targets.words), targetLengths: lengths },
          { noise, numbers },
        ),
      ),
    );
    for (const [b, n] of numbers.entries()) all[n] = found[b];
    yield { done: at + 1, all: batches.length };
  }
  return all;
}

/** What a translation says: its tokens, and the end where it came to one and was not cut off. */
export function saidBy(translation: Pick<Hypothesis, 'tokens' | 'ended'> | undefined): Int32Array {
  const { tokens, ended } = translation ?? { tokens: new Int32Array(0), ended: true };
  return ended ? Int32Array.of(...tokens, specialTokens.end) : tokens;
}

/** Their mean. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
