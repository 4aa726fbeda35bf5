/**
 * The translation workloads, of the defaults of the task: embeddings of 128, a bidirectional GRU of 256 units, additive attention behind a GRU
 * of 256, tied readout; 6,000 source and 8,000 target subwords, random, with the lengths of Multi30k (7 to 40 tokens, 15 in the mean, ends
 * counted; the target a tenth longer).
 *
 *   translate       a bucket of pairs in twenty minibatches of 32: words .3 dropped at every step, context .5, output .5; Adam, gradients
 *                   clipped at norm 5
 *   translate-beam  128 sentences in two batches by beam 5, log p / length, as many tokens as the source has
 */
import {
  adam,
  clipScale,
  globalNorm,
  gradients,
  NoiseStream,
  scoped,
  specialTokens,
  type TranslationModel,
  translate,
  translationModel,
} from 'lethe';
import { parseDropout } from 'lethe/dropout';
import { fixedWeights } from 'lethe/engine';
import type { Workload } from '../../bench/workload.ts';
import { heldOutBatches, type PairBatch, sourceBatch, translationBatches } from './data/batches.ts';
import type { Pairs } from './data/types.ts';

/** The sizes; the defaults are those of the benchmark. */
export interface TranslateSizes {
  pairs?: number;
  source?: number;
  target?: number;
  hidden?: number;
  embedding?: number;
  seed?: number;
}

/** Training steps. Everything in it is a function of the sizes and the seed. */
export function translateWorkload(sizes: TranslateSizes = {}): Workload {
  const { pairs = 640, seed = 1 } = sizes;
  const stream = new NoiseStream(seed);
  const model = modelOf(sizes, 'naive:input=.3,context=.5,output=.5', stream);
  const { count, batch } = heldOutBatches(randomPairs(pairs, sizes, stream), {
    batch: 32,
    batchTokens: null,
  });
  const batches = Array.from({ length: count }, (_, at) => batch(at));
  const tensors = Object.values(model.parameters);
  const names = Object.keys(model.parameters);
  const optimizer = adam(model.parameters, { stepRate: 0.001 });
  let steps = 0;
  const train = ({ pairs: _, rows: __, counted: ___, ...given }: PairBatch): number =>
    scoped(() => {
      const noise = stream.at(++steps);
      const { loss, gradients: slopes } = gradients(tensors, () => model.loss(given, noise).loss);
      optimizer.update(slopes, clipScale(globalNorm(slopes, names), 5));
      return loss;
    });
  return {
    parameters: model.parameters,
    step: () => batches.reduce((sum, one) => sum + train(one), 0) / batches.length,
  };
}

/** Beam search. */
export function beamWorkload(sizes: TranslateSizes = {}): Workload {
  const { pairs = 128, seed = 1 } = sizes;
  const stream = new NoiseStream(seed);
  const model = modelOf(sizes, 'none', stream);
  // Sentences end where they are cut off: what random weights say has no end of its own.
  model.readout.bias!.data[specialTokens.end] = -100;
  const { encoded } = randomPairs(pairs, sizes, stream).source;
  const batches = translationBatches(
    encoded.map(({ length }) => length),
    { batch: 64, batchTokens: null },
  ).map((numbers) => sourceBatch(Array.from(numbers, (n) => encoded[n])));
  const weights = fixedWeights(Object.values(model.parameters));
  return {
    parameters: model.parameters,
    step: () =>
      batches.reduce((sum, { source, sourceLengths }) => {
        const found = scoped(() =>
          weights.run(() =>
            translate(
              model,
              { source, lengths: sourceLengths },
              { beam: 5, lengthPenalty: 1, maxLength: sourceLengths },
            ),
          ),
        );
        return sum + found.reduce((tokens, [best]) => tokens + best.tokens.length, 0);
      }, 0),
  };
}

// --- internal ---

function modelOf(
  { source = 6000, target = 8000, hidden = 256, embedding = 128 }: TranslateSizes,
  dropout: string,
  stream: NoiseStream,
): TranslationModel {
  const side = (vocabulary: number) => ({ vocabulary, embedding, hiddenSizes: [hidden] });
  return translationModel(
    {
      ...{ source: side(source), target: side(target), cell: 'gru', bidirectional: true },
      ...{ attention: 'additive', form: 'after', tied: true, embeddingLimit: 0.1 },
      dropout: parseDropout(dropout),
    },
    stream,
  );
}

/** Pairs of random tokens; of the n-th of N the source has 6 + 33 (n / N)^3 tokens without its end. */
function randomPairs(
  count: number,
  { source = 6000, target = 8000 }: TranslateSizes,
  stream: NoiseStream,
): Pairs {
  const side = (entry: number, words: number, factor: number) => {
    const encoded = Array.from({ length: count }, (_, n) => {
      const length = Math.round(factor * (6 + 33 * (n / count) ** 3));
      const u = stream.at(n).uniforms({ site: 'sample', entry }, length, 0, 1);
      return Int32Array.from(u, (value) => 3 + Math.min(words - 4, Math.floor(value * (words - 3))));
    });
    return { encoded, texts: encoded.map(() => ''), raw: encoded.map(() => '') };
  };
  return {
    length: count,
    source: side(0, source, 1),
    target: side(1, target, 1.1),
    lines: new Uint32Array(count),
  };
}
