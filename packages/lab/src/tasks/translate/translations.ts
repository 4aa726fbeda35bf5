/** Sentences translated in batches of like length, as slices of work. */
import { type Hypothesis, NoiseStream, scoped, translate } from 'lethe';
import { fixedWeights } from 'lethe/engine';
import type { Draws, Slices } from '../../runs/task.ts';
import { sourceBatch, translationBatches } from './data/batches.ts';
import type { TranslateModel } from './model.ts';

/** How translations are looked for. */
export interface Search {
  beam: number;
  lengthPenalty: number;
  until: 'exact' | 'beam';
  batch: number;
  /** of each sentence. @defaultValue 1 */
  best?: number;
}

/** The streams of draws: each a pass of its own. */
export function streamsOf({ samples, seed = 1, trained = Number.POSITIVE_INFINITY }: Draws): NoiseStream[] {
  return Array.from({ length: samples }, (_, s) => new NoiseStream(seed, 0, s).trained(trained));
}

/**
 * The best translations of each sentence, in the order given; of several streams their probabilities are averaged.
 * @param encoded tokens of each sentence; of one without any there is none
 */
export function* translations(
  { network }: TranslateModel,
  encoded: readonly Int32Array[],
  { batch, beam, lengthPenalty, until, best = 1 }: Search,
  noise?: readonly NoiseStream[],
): Slices<Hypothesis[][]> {
  const all: Hypothesis[][] = encoded.map(() => []);
  const batches = batchesOf(encoded, Math.max(1, Math.floor(batch / (noise?.length ?? 1))));
  const weights = fixedWeights(Object.values(network.parameters));
  for (const [at, numbers] of batches.entries()) {
    const { source, sourceLengths: lengths } = sourceBatch(Array.from(numbers, (n) => encoded[n]));
    const found = scoped(() =>
      weights.run(() =>
        translate(network, { source, lengths }, { ...{ beam, best, lengthPenalty, until, noise, numbers } }),
      ),
    );
    for (const [b, n] of numbers.entries()) all[n] = found[b];
    yield { done: at + 1, all: batches.length };
  }
  return all;
}

/** Numbers of sentences side by side, alike in length, empty ones left out. */
export function batchesOf(encoded: readonly Int32Array[], batch: number): Int32Array[] {
  const full = Array.from(encoded.keys()).filter((n) => encoded[n].length > 0);
  return translationBatches(
    full.map((n) => encoded[n].length),
    { batch, batchTokens: null },
  ).map((places) => places.map((place) => full[place]));
}
