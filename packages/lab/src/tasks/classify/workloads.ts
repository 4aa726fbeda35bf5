/**
 * The classification workload: `classify-words`, a bucket of sentences in twenty minibatches of 32, as the recipe of film reviews
 * trains them. 640 sentences of 4 to 49 random words (22 in the mean) of a vocabulary of 10,000; embedding 64, a bidirectional LSTM of
 * 64 units, the mean over the steps of each sentence, two classes; masks held over a sentence: words .3, input .5, recurrent .3,
 * output .5; AdamW, gradients clipped at norm 1. Fifteen buckets are an epoch of the film reviews.
 */
import { adamw, bucketBatches, clipScale, globalNorm, gradients, NoiseStream, scoped } from 'lethe';
import type { Workload } from '../../bench/workload.ts';
import { batchOf } from './batches.ts';
import { classifyConfig } from './config.ts';
import { type Batch, classifyModel } from './model.ts';
import type { Reading } from './types.ts';

/** The sizes; the defaults are those of the benchmark. */
export interface ClassifySizes {
  sentences?: number;
  vocabulary?: number;
  seed?: number;
}

/** Builds the workload. Everything in it is a function of the sizes and the seed. */
export function classifyWorkload({
  sentences = 640,
  vocabulary = 10_000,
  seed = 1,
}: ClassifySizes = {}): Workload {
  const stream = new NoiseStream(seed);
  const defaults = classifyConfig.defaults(() => undefined);
  const model = classifyModel(
    {
      ...defaults,
      seed,
      model: {
        ...defaults.model,
        ...{
          cell: 'lstm',
          hidden: 64,
          layers: 1,
          embedding: 64,
          bidirectional: true,
          pooling: 'mean',
          head: 'softmax',
        },
        dropout: 'variational:input=.5,recurrent=.3,output=.5,embedding=.3',
      },
    },
    readingOf(vocabulary),
  );
  const lengths = Int32Array.from(
    { length: sentences },
    (_, n) => 4 + Math.round(45 * (n / sentences) ** 1.5),
  );
  const batches = bucketBatches(lengths, { batchSize: 32, stream }).map((numbers, b): Batch => {
    const words = (n: number): Int32Array => {
      const u = stream.at(b).uniforms({ site: 'sample', entry: n % 32 }, lengths[n], 0, vocabulary);
      return Int32Array.from(u, (value) => Math.min(vocabulary - 1, Math.floor(value)));
    };
    return batchOf(
      Array.from(numbers, words),
      Float64Array.from(numbers, (n) => n % 2),
    );
  });
  const tensors = Object.values(model.parameters);
  const names = Object.keys(model.parameters);
  const optimizer = adamw(model.parameters, { stepRate: 0.002, weightDecay: 0 });
  let steps = 0;
  const train = (batch: Batch): number =>
    scoped(() => {
      const noise = stream.at(++steps);
      const { loss, gradients: slopes } = gradients(
        tensors,
        () => model.loss(batch, noise, { examples: sentences }).loss,
      );
      optimizer.update(slopes, clipScale(globalNorm(slopes, names), 1));
      return loss;
    });
  return {
    parameters: model.parameters,
    step: () => batches.reduce((sum, batch) => sum + train(batch), 0) / batches.length,
  };
}

// --- internal ---

const readingOf = (vocabulary: number): Reading => ({
  layout: { input: 'text', text: 'text', label: 'label', target: 'class', classes: ['no', 'yes'] },
  tokens: {
    level: 'word',
    tokenizer: 'whitespace',
    words: Array.from({ length: vocabulary }, (_, n) => `w${n}`),
    segment: null,
  },
});
