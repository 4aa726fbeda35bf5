/**
 * The network of most tasks on sequences: words or numbers in, recurrent layers, one answer for the whole sequence or one for
 * each step. It puts together what stands in the files beside it, and gives every part its share of one regularizer.
 */
import { checkArray, isObject } from '../checks.ts';
import { embeddingRegularizer, splitReadout } from '../dropout/combine.ts';
import type { Regularizer, RunMode } from '../dropout/noise.ts';
import { none } from '../dropout/none.ts';
import { checkPlaces } from '../dropout/places.ts';
import type { Plan } from '../dropout/plan.ts';
import { ConfigError } from '../errors.ts';
import type { Gaussian } from '../moments/gaussian.ts';
import { checkOptionNames } from '../options.ts';
import type { NoiseStream } from '../random/stream.ts';
import { checkOptionalStream, checkStream } from '../random/stream.ts';
import { checkTensor } from '../tensor/check.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Tokens } from '../uncertainty/mc-checks.ts';
import type { RecurrentState } from './cells/cell.ts';
import { embedding } from './embedding.ts';
import { type Linear, linear } from './linear.ts';
import type { InitOptions } from './parameters/init.ts';
import { checkSize } from './parameters/size.ts';
import { type Pooling, poolSteps } from './readout/pool-steps.ts';
import { transitionOptionNames } from './recurrent/layers.ts';
import { type RecurrentStack, type RecurrentStackOptions, recurrentStack } from './recurrent/stack.ts';

/** Options of {@link sequenceModel}: those of a stack, and what lies below and above it. */
export interface SequenceModelOptions extends Omit<RecurrentStackOptions, 'inputSize' | 'layer'> {
  /** words of a vocabulary, embedded; or numbers, features of them in each step */
  input: { vocabulary: number; embedding: number; initial?: InitOptions } | { features: number };
  /** values of an answer: classes, or parameters of a distribution */
  outputs: number;
  /** one answer for the sequence; 'none': one for each step. @defaultValue 'last' */
  pooling?: Pooling | 'none';
  /** of the readout. @defaultValue weights normal with variance 1 / rows, bias 0 */
  readout?: { weight?: InitOptions; bias?: InitOptions };
}

/** How a sequence model runs. */
export interface SequenceRun {
  /** @defaultValue the regularizer's train mode with a noise stream, its test mode without */
  mode?: RunMode;
  /** [batch], steps of each row that count. @defaultValue all */
  stop?: Int32Array;
}

/** What one run gives: an answer, and what penalties look at. */
export interface SequenceOutput {
  /** [1, batch, outputs], or [time, batch, outputs] without pooling; Gaussian in the moments mode */
  output: Tensor | Gaussian;
  /** [time, batch, hidden], the last layer's output as the readout gets it, before pooling */
  dropped: Tensor | Gaussian;
  /** the same without noise at the output */
  states: Tensor | Gaussian;
  /** of every layer, after the last step */
  state: RecurrentState[];
}

/** A network over sequences, with its parameters. */
export interface SequenceModel {
  readonly options: Readonly<SequenceModelOptions>;
  readonly regularizer: Regularizer;
  /** `embedding.weight`, `rnn.0.weightIn`, …, `readout.weight`, `readout.bias` */
  readonly parameters: Record<string, Tensor>;
  readonly stack: RecurrentStack;
  readonly readout: Linear;
  /** the noise of every part that has some, from below */
  readonly plans: readonly Plan[];
  /**
   * Runs the network; a {@link StochasticModel}, so that `mcDropout(model.forward, model.regularizer, …)` draws it.
   * @param x [time, batch, features], or words
   * @param noise a stream at the step and pass to draw for
   * @throws ShapeError; ConfigError for words where numbers go in, or the other way round; DataError for a word that is not in the table
   */
  forward(
    x: Tensor | Tokens,
    noise?: NoiseStream,
    state?: readonly RecurrentState[],
    run?: SequenceRun,
  ): SequenceOutput;
}

/**
 * A network with new parameters.
 * @param stream where initial values come from
 * @throws ConfigError for an unknown option, a size that is not a whole number above 0, or a regularizer that the network cannot honour
 */
export function sequenceModel(options: SequenceModelOptions, stream: NoiseStream): SequenceModel {
  const where = 'sequenceModel';
  checkOptionNames(where, options, [
    'input',
    'outputs',
    'pooling',
    'readout',
    'cell',
    'hiddenSizes',
    'bidirectional',
    'dropout',
    'activation',
    'forgetBias',
    'recurrentBias',
    'resetAfter',
    'learnInitialState',
    'initial',
    ...transitionOptionNames,
  ]);
  checkStream(where, stream);
  const {
    input,
    outputs,
    pooling = 'last',
    readout: initial,
    dropout: regularizer = none(),
    ...rest
  } = options;
  if (!isObject(input))
    throw new ConfigError(`${where}: expected input as { vocabulary, embedding } or { features }`);
  const isEmbedded = 'vocabulary' in input;
  checkOptionNames(
    `${where}: input`,
    input,
    isEmbedded ? ['vocabulary', 'embedding', 'initial'] : ['features'],
  );
  checkSize(where, 'outputs', outputs);
  checkArray(where, 'hiddenSizes', rest.hiddenSizes, 'sizes');
  const layers = rest.hiddenSizes.length;
  checkPlaces(regularizer, { layers, embedding: isEmbedded });
  const { recurrent, readout: atReadout } = splitReadout(regularizer);
  const words =
    isEmbedded &&
    embedding(
      {
        vocabulary: input.vocabulary,
        size: input.embedding,
        dropout: embeddingRegularizer(regularizer),
        layer: layers + 1,
        initial: input.initial,
      },
      stream,
    );
  const stack = recurrentStack(
    { ...rest, inputSize: isEmbedded ? input.embedding : input.features, dropout: recurrent },
    stream,
  );
  const readout = linear(
    { inputSize: stack.outputSize, outputSize: outputs, dropout: atReadout, layer: layers, initial },
    stream,
  );
  const directions = rest.bidirectional ? 2 : 1;
  return {
    options: { ...options, hiddenSizes: [...rest.hiddenSizes] },
    regularizer,
    stack,
    readout,
    parameters: named(words ? words.parameters : undefined, stack, readout),
    plans: [
      ...(words && words.plan.entries.length > 0 ? [words.plan] : []),
      ...stack.layers.map(({ plan }) => plan),
      ...(readout.plan.entries.length > 0 ? [readout.plan] : []),
    ],
    forward(x, noise, state, run = {}) {
      checkOptionNames(`${where}: run`, run, ['mode', 'stop']);
      checkOptionalStream(where, noise);
      const { mode, stop } = run;
      const below = words ? words.forward(wordsOf(x), (x as Tokens).batch, noise, { stop }) : numbersOf(x);
      const { output: dropped, states, state: after } = stack.forward(below, state, noise, { mode, stop });
      const read = pooling === 'none' ? dropped : poolSteps(dropped, { pooling, lengths: stop, directions });
      return { output: readout.forward(read, noise, { mode }), dropped, states, state: after };
    },
  };
}

// --- internal ---

function wordsOf(x: Tensor | Tokens): Int32Array {
  if (!(x instanceof Tensor) && isObject(x) && 'words' in x) return (x as Tokens).words;
  throw new ConfigError(
    'sequenceModel: expected words { words, batch }, for the model embeds a vocabulary; make them with padWords',
  );
}

function numbersOf(x: Tensor | Tokens): Tensor {
  checkTensor('sequenceModel', 'x', x);
  return x;
}

function named(
  words: { weight: Tensor } | undefined,
  stack: RecurrentStack,
  readout: Linear,
): Record<string, Tensor> {
  const parameters: Record<string, Tensor> = words ? { 'embedding.weight': words.weight } : {};
  for (const [name, tensor] of Object.entries(stack.parameters)) parameters[`rnn.${name}`] = tensor;
  for (const [name, tensor] of Object.entries(readout.parameters)) parameters[`readout.${name}`] = tensor;
  return parameters;
}
