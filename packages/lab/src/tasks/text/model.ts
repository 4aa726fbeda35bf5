/**
 * The language model: embedding, recurrent layers, and a linear readout over the vocabulary whose loss never holds the
 * logits of all tokens. Tied, the readout reads with the embedding's table, and the last layer has its width.
 */
import {
  adaptiveCutoffs,
  type Clusters,
  type Embedding,
  embedding,
  type InitOptions,
  initialTensor,
  NoiseStream,
  type ReadoutLoss,
  type ReadoutParameters,
  type Real,
  type Recurrent,
  type RecurrentOptions,
  type RecurrentState,
  type RegularizedLoss,
  readoutDistance,
  readoutInput,
  readoutLogits,
  readoutNll,
  recurrentStack,
  regularizedLoss,
  type Tensor,
  weightPosteriors,
  zeros,
} from 'lethe';
import {
  checkPlaces,
  dropoutPlan,
  embeddingRegularizer,
  type Plan,
  parseDropout,
  type Regularizer,
  type RunMode,
  splitReadout,
} from 'lethe/dropout';
import { isGaussian, meanOf } from 'lethe/moments';
import { layerPrefix } from '../shared/layers.ts';
import type { TextConfig } from './config.ts';

/** The carried state of every layer. */
export type TextState = readonly RecurrentState[];

/** Words of a window and what follows them, step by step: m = t * batch + b. */
export interface Window {
  words: Int32Array;
  targets: Int32Array;
  batch: number;
  /** 1 where a target counts; absent: all count */
  stepMask?: Float32Array;
}

/** How one run of the model goes. */
export interface TextRun {
  state?: TextState;
  /** as in training; absent: as at test */
  noise?: NoiseStream;
  /** false leaves the embedding out of the noise. @defaultValue true */
  dropsWords?: boolean;
  mode?: RunMode;
}

export interface TextModel {
  /**
   * `embedding.weight`, `rnn.weightIn`, … of the lowest layer, `rnn.1.weightIn`, …, `readout.weight` unless it is tied, `readout.bias`,
   * and of an adaptive softmax `readout.clusters.weight` and `readout.clusters.bias`
   */
  readonly parameters: Record<string, Tensor>;
  readonly embedding: Embedding;
  readonly layers: readonly Recurrent[];
  readonly readout: ReadoutParameters;
  /** the noise on what it reads */
  readonly readoutPlan: Plan;
  readonly tied: boolean;
  readonly regularizer: Regularizer;
  readonly plans: readonly Plan[];
  /** what the readout reads, [time, batch, features], and the state after the last step */
  hidden(words: Int32Array, batch: number, run?: TextRun): { output: Tensor; state: RecurrentState[] };
  /** log probabilities of the targets, negated: the sum over those that count, and each */
  score(window: Window, run?: TextRun): { nll: ReadoutLoss; state: RecurrentState[] };
  /** [time, batch, vocabulary], for sampling and for uncertainty */
  logits(words: Int32Array, batch: number, run?: TextRun): { logits: Tensor; state: RecurrentState[] };
  /** logits of the token that follows the last of `words`, one stream */
  next(words: Int32Array, state?: TextState): { logits: Real; state: RecurrentState[] };
  /**
   * The training loss of a segment and its penalties.
   * @param factor of the mean over tokens
   * @param examples tokens of the whole training set
   */
  loss(
    window: Window,
    state: TextState | undefined,
    noise: NoiseStream,
    factor: number,
    examples: number,
  ): RegularizedLoss;
}

/**
 * A model with new parameters, drawn from the seed of the configuration.
 * Throws ConfigError for a regularizer that it cannot honour.
 */
export function textModel({ model: sizes, seed }: TextConfig, vocabulary: number): TextModel {
  const stream = new NoiseStream(seed);
  const regularizer = parseDropout(sizes.dropout);
  checkPlaces(regularizer, { layers: sizes.layers, embedding: true });
  const { recurrent, readout: atReadout } = splitReadout(regularizer);
  const uniform = (limit: number): InitOptions => ({ kind: 'uniform', limit });
  const words = embedding(
    {
      vocabulary,
      size: sizes.embedding,
      dropout: embeddingRegularizer(regularizer),
      layer: sizes.layers + 1,
      initial: uniform(sizes.embeddingLimit),
    },
    stream,
  );
  const hiddenSizes = Array.from({ length: sizes.layers }, (_, index) =>
    sizes.tied && index === sizes.layers - 1 ? sizes.embedding : sizes.hidden,
  );
  const stack = recurrentStack(
    {
      cell: sizes.cell,
      inputSize: sizes.embedding,
      hiddenSizes,
      dropout: recurrent,
      forgetBias: sizes.forgetBias ?? 0,
      recurrentBias: sizes.recurrentBias,
      resetAfter: sizes.resetAfter,
      initial: recurrentInitial(sizes),
    },
    stream,
  );
  const place = { layer: sizes.layers };
  const limit = uniform(sizes.embeddingLimit);
  const readout: ReadoutParameters = {
    weight: sizes.tied
      ? words.parameters.weight
      : initialTensor([vocabulary, stack.outputSize], limit, stream, { ...place, entry: 0 }),
    bias: initialTensor([vocabulary], sizes.tied ? { kind: 'zeros' } : limit, stream, { ...place, entry: 1 }),
    clusters: clustersOf(
      sizes.cutoffs === 'auto' ? adaptiveCutoffs(vocabulary) : sizes.cutoffs,
      stack.outputSize,
    ),
  };
  const readoutPlan = dropoutPlan(atReadout, {
    cell: 'linear',
    layer: sizes.layers,
    inputSize: stack.outputSize,
    outputSize: vocabulary,
  });
  const parameters = named(words, stack.layers, readout, sizes.tied);
  const run = (tokens: Int32Array, batch: number, { state, noise, dropsWords = true, mode }: TextRun) => {
    const x = words.forward(tokens, batch, dropsWords ? noise : undefined);
    const hidden = stack.forward(x, state, noise, { mode });
    const runs = mode ?? regularizer.modes[noise ? 'train' : 'test'];
    // Where the mode draws in a plan whose training integrates the noise, masks are drawn here, for the readout has it then.
    const draws = isGaussian(hidden.output) || runs === 'sample' || runs === 'gaussian';
    return { ...hidden, read: readoutInput(hidden.output, readoutPlan, draws ? noise : undefined) };
  };

  return {
    parameters,
    embedding: words,
    layers: stack.layers,
    readout,
    readoutPlan,
    tied: sizes.tied,
    regularizer,
    plans: [
      ...(words.plan.entries.length > 0 ? [words.plan] : []),
      ...stack.layers.map((layer) => layer.plan),
      ...(readoutPlan.entries.length > 0 ? [readoutPlan] : []),
    ],
    hidden(tokens, batch, options = {}) {
      const { read: output, state } = run(tokens, batch, options);
      return { output, state };
    },
    score({ words: tokens, targets, batch, stepMask }, options = {}) {
      const { read: output, state } = run(tokens, batch, options);
      return { nll: readoutNll(output, readout, targets, { stepMask }), state };
    },
    logits(tokens, batch, options = {}) {
      const { read: output, state } = run(tokens, batch, options);
      return { logits: readoutLogits(output, readout), state };
    },
    next(tokens, state) {
      const { read: output, state: after } = run(tokens, 1, { state });
      const [steps, , features] = output.shape;
      const last = output.view([1, features], (steps - 1) * features);
      return { logits: readoutLogits(last, readout).data, state: after };
    },
    loss: ({ words: tokens, targets, batch, stepMask }, state, noise, factor, examples) =>
      regularizedLoss(
        regularizer,
        (draws) => {
          const hidden = run(tokens, batch, { state, noise: draws });
          return {
            nll: readoutNll(hidden.read, readout, targets, { stepMask, factor }),
            stepMask,
            dropped: hidden.read,
            states: hidden.states,
            state: hidden.state,
            distanceTo: (second, kappa) =>
              readoutDistance(hidden.read, meanOf(second.dropped), readout, kappa, stepMask),
          };
        },
        noise,
        {
          parameters: Object.values(parameters),
          distributions: weightPosteriors(stack.parameters),
          // The description length keeps its weight beside the mean over tokens, whatever that is multiplied by.
          examples: examples / factor,
        },
      ),
  };
}

// --- internal ---

/** Weights and biases alike, uniform, of every layer by its size; with `forgetBias` the biases are left to the cell. */
function recurrentInitial({ initialLimit, forgetBias }: TextConfig['model']) {
  return (hiddenSize: number): RecurrentOptions['initial'] => {
    const all: InitOptions = { kind: 'uniform', limit: initialLimit ?? 1 / Math.sqrt(hiddenSize) };
    const weights = { weightIn: all, weightRec: all };
    return forgetBias === null ? { ...weights, bias: all } : weights;
  };
}

/** The entries of clusters begin at zero, as in the code of Merity et al. (2017). */
function clustersOf(cutoffs: readonly number[], features: number): Clusters | undefined {
  if (cutoffs.length === 0) return undefined;
  return { cutoffs, weight: zeros([cutoffs.length, features]), bias: zeros([cutoffs.length]) };
}

function named(
  { parameters: { weight } }: Embedding,
  layers: readonly Recurrent[],
  readout: ReadoutParameters,
  tied: boolean,
): Record<string, Tensor> {
  const parameters: Record<string, Tensor> = { 'embedding.weight': weight };
  for (const [index, layer] of layers.entries()) {
    for (const [name, tensor] of Object.entries(layer.parameters)) {
      parameters[`${layerPrefix(index)}${name}`] = tensor;
    }
  }
  if (!tied) parameters['readout.weight'] = readout.weight;
  if (readout.bias) parameters['readout.bias'] = readout.bias;
  if (readout.clusters) {
    parameters['readout.clusters.weight'] = readout.clusters.weight;
    parameters['readout.clusters.bias'] = readout.clusters.bias;
  }
  return parameters;
}
