/** The encoder of a translation model: words, recurrent layers over them, what attention reads and where a decoder begins. */
import { applyMask } from '../../autograd/ops/mask.ts';
import { reshape } from '../../autograd/ops/shape.ts';
import { contextRegularizer, embeddingRegularizer, partOf } from '../../dropout/combine.ts';
import { drawMask, meanMask } from '../../dropout/masks.ts';
import type { Regularizer } from '../../dropout/noise.ts';
import { dropoutPlan, type Plan } from '../../dropout/plan.ts';
import { meanOf } from '../../moments/gaussian.ts';
import type { NoiseStream } from '../../random/stream.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Tokens } from '../../uncertainty/mc-checks.ts';
import { type Embedding, embedding } from '../embedding.ts';
import { markNoise } from '../parameters/drawn-noise.ts';
import { poolSteps } from '../readout/pool-steps.ts';
import { type RecurrentStack, recurrentStack } from '../recurrent/stack.ts';
import type { CheckedTranslationOptions } from './options.ts';

/** What an encoder makes of sentences. */
export interface Encoded {
  /** [source time, batch, width], with the noise at the context */
  values: Tensor;
  /** [batch, width], their mean over the steps that count */
  summary: Tensor;
  /** [batch] */
  lengths?: Int32Array;
}

/** An encoder with its parameters. */
export interface Encoder {
  readonly words: Embedding;
  readonly stack: RecurrentStack;
  /** the noise on what attention reads */
  readonly contextPlan: Plan;
  /**
   * Reads sentences.
   * @param source time * batch words
   * @param lengths [batch], steps that count. @defaultValue all
   */
  forward(source: Tokens, lengths?: Int32Array, noise?: NoiseStream): Encoded;
}

/** Where the parts of a model draw: each has a number of its own. */
export interface PartLayers {
  /** of the lowest recurrent layer */
  recurrent: number;
  embedding: number;
  attention: number;
}

/** An encoder with new parameters. */
export function makeEncoder(
  { source, cell, bidirectional, forgetBias, resetAfter, embeddingLimit }: CheckedTranslationOptions,
  regularizer: Regularizer | undefined,
  at: PartLayers,
  stream: NoiseStream,
): Encoder {
  const words = embedding(
    {
      ...{ vocabulary: source.vocabulary, size: source.embedding, layer: at.embedding },
      dropout: regularizer && embeddingRegularizer(regularizer),
      initial: { kind: 'uniform', limit: embeddingLimit },
    },
    stream,
  );
  const stack = recurrentStack(
    {
      ...{ cell, inputSize: source.embedding, hiddenSizes: source.hiddenSizes, bidirectional },
      ...{ layer: at.recurrent, forgetBias, resetAfter },
      dropout: regularizer && carriedNoise(regularizer, source.hiddenSizes.length),
    },
    stream,
  );
  const contextPlan = dropoutPlan(regularizer && contextRegularizer(regularizer), {
    ...{ cell: 'attention', layer: at.attention, inputSize: stack.outputSize },
  });
  const directions = bidirectional ? 2 : 1;
  return {
    words,
    stack,
    contextPlan,
    forward({ words: numbers, batch }, lengths, noise) {
      const x = words.forward(numbers, batch, noise, { stop: lengths });
      const states = meanOf(stack.forward(x, undefined, noise, { stop: lengths }).output);
      const values = masked(states, contextPlan, noise);
      const summary = meanOf(poolSteps(values, { pooling: 'mean', lengths, directions }));
      return { values, summary: reshape(summary, [batch, stack.outputSize]), lengths };
    },
  };
}

/**
 * What recurrent layers have of a regularizer of a whole model: not its words, its context and what its readout reads. With one layer,
 * what passes between layers has no place in this side.
 */
export function carriedNoise(regularizer: Regularizer, layers: number): Regularizer {
  const isHere = ({ site, layers: which }: Regularizer['noise'][number]) =>
    site !== 'embedding' && site !== 'context' && site !== 'output' && (which !== 'later' || layers > 1);
  return partOf(regularizer, regularizer.noise.filter(isHere));
}

// --- internal ---

function masked(values: Tensor, plan: Plan, noise: NoiseStream | undefined): Tensor {
  const [steps, batch, width] = values.shape;
  const mask = noise
    ? drawMask(plan, 'context', noise, { steps, batch, width })
    : meanMask(plan, 'context', width);
  if (!mask) return values;
  const y = applyMask(values, mask);
  markNoise(y, plan, noise, 'sample');
  return y;
}
