/** The classifier: a sequence model whose head is a softmax over classes, or one number with or without a deviation of its own. */
import {
  addScalar,
  ConfigError,
  gaussianNll,
  initialTensor,
  linearFromTorch,
  linearToTorch,
  meanFieldLogits,
  NoiseStream,
  type RegularizedLoss,
  type SequenceLoss,
  type SequenceModel,
  scale,
  sequenceLoss,
  sequenceModel,
  slice,
  softmaxNll,
  softplus,
  squaredError,
  Tensor,
  type Tokens,
  withObservationNoise,
} from 'lethe';
import { parseDropout } from 'lethe/dropout';
import { realFrom } from 'lethe/engine';
import { type Gaussian, meanOf } from 'lethe/moments';
import type { TaskModel } from '../../runs/task.ts';
import { layerPrefix, loadLayers, loadNamed, storedLayers } from '../shared/layers.ts';
import type { ClassifyConfig } from './config.ts';
import type { Reading } from './types.ts';

/** Sequences side by side, padded behind, and what is known of them. */
export interface Batch {
  x: Tensor | Tokens;
  lengths: Int32Array;
  /** classes, or standardised ratings */
  targets: Float64Array;
}

/** A classifier, or a model of ratings. */
export interface ClassifyModel extends TaskModel {
  readonly network: SequenceModel;
  readonly head: ClassifyConfig['model']['head'];
  /** logits of classes, or what is said of a standardised rating: its mean, with a variance where the head has one */
  answer(output: Tensor | Gaussian): Tensor | Gaussian;
  /**
   * @param weights of the classes, in the loss: those of all training examples have the mean 1
   * @param examples of the whole training set
   * @param onAnswer is given what the first run answers
   */
  loss(
    batch: Batch,
    noise: NoiseStream,
    options: { weights?: Float64Array; examples: number; onAnswer?: (answer: Tensor | Gaussian) => void },
  ): RegularizedLoss;
}

/** How many values the network gives. */
export function outputsOf({ model }: Pick<ClassifyConfig, 'model'>, { layout }: Reading): number {
  if (model.head === 'softmax') return layout.classes!.length;
  return model.head === 'gaussian' && !hasMoments(model.dropout) ? 2 : 1;
}

/** Features of a step. */
export function featuresOf({ features }: Reading): number {
  return features!.length + features!.filter(({ masked }) => masked).length;
}

/**
 * A model with new parameters, drawn from the seed of the configuration, whose head and pooling are chosen.
 * Throws ConfigError for a regularizer that it cannot honour.
 */
export function classifyModel(config: ClassifyConfig, reading: Reading): ClassifyModel {
  const { model: sizes, seed } = config;
  const stream = new NoiseStream(seed);
  const regularizer = parseDropout(sizes.dropout);
  if (sizes.pooling === 'max' && hasMoments(sizes.dropout)) {
    throw new ConfigError(
      'model.pooling: expected last or mean for a method that integrates its noise, found max: the largest of several Gaussian values has no such moments',
    );
  }
  const network = sequenceModel(
    {
      input: reading.tokens
        ? {
            ...{ vocabulary: reading.tokens.words.length, embedding: sizes.embedding },
            initial: { kind: 'normal', variance: sizes.embeddingDeviation ** 2 },
          }
        : { features: featuresOf(reading) },
      ...{ cell: sizes.cell, hiddenSizes: Array<number>(sizes.layers).fill(sizes.hidden) },
      ...{ bidirectional: sizes.bidirectional, outputs: outputsOf(config, reading) },
      pooling: sizes.pooling === 'auto' ? 'last' : sizes.pooling,
      dropout: regularizer,
      ...(sizes.cell === 'lstm' && { forgetBias: sizes.forgetBias }),
      ...(sizes.cell === 'gru' && { resetAfter: sizes.resetAfter }),
    },
    stream,
  );
  // The noise of observations beside the moments of the network; e^-.5 in units of the deviation of the ratings.
  const logDeviation =
    sizes.head === 'gaussian' && hasMoments(sizes.dropout)
      ? initialTensor([1], { kind: 'constant', value: -0.5 }, stream, { layer: 0, entry: 48 })
      : undefined;
  const parameters = named(network, logDeviation);
  const answer = (output: Tensor | Gaussian): Tensor | Gaussian => {
    if (sizes.head === 'softmax') return meanFieldLogits(output);
    if (sizes.head === 'squared') return output;
    return logDeviation ? withObservationNoise(output, logDeviation) : meanAndVariance(meanOf(output));
  };
  return {
    ...{ network, regularizer, parameters, answer, plans: network.plans },
    head: sizes.head,
    stored: () => ({
      ...(network.parameters['embedding.weight'] && {
        'embedding.weight': copied(network.parameters['embedding.weight']),
      }),
      ...storedLayers(network.stack.layers),
      ...linearToTorch(
        { weight: network.parameters['readout.weight'], bias: network.parameters['readout.bias'] },
        'readout.',
      ),
      ...(logDeviation && { [deviationName]: copied(logDeviation) }),
    }),
    load(weights, where) {
      const { weight, bias } = linearFromTorch(weights, 'readout.');
      const found = loadLayers(network.stack.layers, weights)
        .set('readout.weight', weight)
        .set('readout.bias', bias);
      for (const name of ['embedding.weight', deviationName]) found.set(name, weights[name]);
      loadNamed(parameters, found, where);
    },
    loss({ x, lengths, targets }, noise, { weights, examples, onAnswer }) {
      let isFirst = true;
      return sequenceLoss(
        network,
        {
          ...{ x, lengths, examples },
          nll: (output) => {
            const given = answer(output);
            if (isFirst) onAnswer?.(given);
            isFirst = false;
            return lossOf(given, targets, sizes.head, weights);
          },
        },
        noise,
      );
    },
  };
}

// --- internal ---

const deviationName = 'observation.log_deviation';

const hasMoments = (dropout: string): boolean => parseDropout(dropout).modes.train === 'moments';

/** Under the names that checkpoints know. */
function named(
  { parameters, stack }: SequenceModel,
  logDeviation: Tensor | undefined,
): Record<string, Tensor> {
  const all: Record<string, Tensor> = {};
  if (parameters['embedding.weight']) all['embedding.weight'] = parameters['embedding.weight'];
  for (const [index, layer] of stack.layers.entries()) {
    for (const [name, tensor] of Object.entries(layer.parameters)) all[layerPrefix(index) + name] = tensor;
  }
  for (const name of ['readout.weight', 'readout.bias']) all[name] = parameters[name];
  if (logDeviation) all[deviationName] = logDeviation;
  return all;
}

const copied = ({ shape, data }: Tensor) => ({ shape, data: data.slice() });

/** The smallest variance of a standardised rating: a deviation of .01 of that of all ratings. */
const leastVariance = 1e-4;

/** Two values as a mean and a variance, softplus of the second. */
function meanAndVariance(output: Tensor): Gaussian {
  const axis = output.shape.length - 1;
  const mean = slice(output, axis, 0, 1);
  return { mean, variance: addScalar(softplus(slice(output, axis, 1, 2)), leastVariance) };
}

function lossOf(
  answer: Tensor | Gaussian,
  targets: Float64Array,
  head: ClassifyConfig['model']['head'],
  weights?: Float64Array,
): SequenceLoss {
  if (head === 'softmax') {
    const classes = Int32Array.from(targets);
    if (!weights) return softmaxNll(answer as Tensor, classes);
    const nll = softmaxNll(
      answer as Tensor,
      classes,
      numbers([1, classes.length], (b) => weights[classes[b]]),
    );
    // The mean over the examples, not over their weights: by these a rare class would count for less where it shares its batch.
    return { ...nll, loss: scale(nll.loss, nll.count / classes.length) };
  }
  const wanted = numbers(meanOf(answer).shape, (b) => targets[b]);
  if (head === 'squared') return squaredError(answer, wanted);
  const { mean, variance } = answer as Gaussian;
  return gaussianNll(mean, variance, wanted);
}

function numbers(shape: readonly number[], at: (b: number) => number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return new Tensor(shape, realFrom(Array.from({ length: size }, (_, b) => at(b))));
}
