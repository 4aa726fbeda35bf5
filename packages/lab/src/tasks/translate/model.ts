/** The translation model of a configuration, as training and checkpoints see it. */
import {
  linearFromTorch,
  linearToTorch,
  NoiseStream,
  type RecurrentParameters,
  recurrentFromTorch,
  recurrentToTorch,
  type StoredTensor,
  type TranslationModel,
  translationModel,
} from 'lethe';
import { parseDropout, type Regularizer } from 'lethe/dropout';
import type { TaskModel, Weights } from '../../runs/task.ts';
import { loadNamed } from '../shared/layers.ts';
import { recurrentParameters } from '../shared/parameters.ts';
import type { TranslateConfig } from './config.ts';
import type { Reading } from './data/types.ts';

/** A translation model with what is stored of it. */
export interface TranslateModel extends TaskModel {
  readonly network: TranslationModel;
}

/**
 * A model with new parameters, drawn from the seed of the configuration.
 * Throws ConfigError for a regularizer that it cannot honour, or one table for two vocabularies.
 */
export function translateModel(config: TranslateConfig, reading: Reading): TranslateModel {
  const { model: sizes, seed } = config;
  const decoder = parseDropout(sizes.dropout);
  const encoder = sizes.encoderDropout === null ? undefined : parseDropout(sizes.encoderDropout);
  const network = translationModel(
    {
      ...sidesOf(config, reading),
      ...{
        cell: sizes.cell,
        bidirectional: sizes.bidirectional,
        attention: sizes.attention,
        form: sizes.form,
      },
      ...{ tied: sizes.tied, sharedWords: sizes.sharedWords, embeddingLimit: sizes.embeddingLimit },
      ...{ forgetBias: sizes.forgetBias, resetAfter: sizes.resetAfter },
      dropout: encoder ? { encoder, decoder } : decoder,
    },
    new NoiseStream(seed),
  );
  return {
    network,
    parameters: network.parameters,
    regularizer:
      hasNoise(decoder) || !encoder ? decoder : { ...decoder, noise: encoder.noise, modes: encoder.modes },
    plans: network.plans,
    stored: () => storedWeights(network),
    load: (weights, where) => loadWeights(network, weights, where),
  };
}

/** How many parameters a model has, told before any is made. */
export function parametersOf(config: TranslateConfig, reading: Reading): number {
  const { cell, attention, form, tied, sharedWords, bidirectional } = config.model;
  const { source, target } = sidesOf(config, reading);
  const directions = bidirectional ? 2 : 1;
  let total = (sharedWords ? 0 : source.vocabulary * source.embedding) + target.vocabulary * target.embedding;
  for (const [i, hidden] of source.hiddenSizes.entries()) {
    const inputSize = i === 0 ? source.embedding : directions * hidden;
    total += directions * recurrentParameters({ cell, inputSize, hiddenSizes: [hidden] });
  }
  const [hidden, width] = [config.model.hidden, directions * config.model.hidden];
  const layers = form === 'conditional' ? 2 : target.hiddenSizes.length;
  for (let i = 0; i < layers; i++) {
    const above = form === 'conditional' ? width : hidden + width;
    const lowest = (form === 'input-feeding' ? 2 : 1) * target.embedding;
    total += recurrentParameters({ cell, inputSize: i === 0 ? lowest : above, hiddenSizes: [hidden] });
  }
  total += target.hiddenSizes.length * hidden * (cell === 'lstm' ? 2 : 1) * (width + 1);
  if (attention === 'additive') total += hidden * (hidden + width + 2);
  if (attention === 'general') total += hidden * width;
  total += (hidden + width + 1) * target.embedding + target.vocabulary;
  return total + (tied ? 0 : target.vocabulary * target.embedding);
}

// --- internal ---

const hasNoise = ({ noise }: Regularizer) => noise.some(({ rate }) => rate > 0);

function sidesOf({ model: { embedding, hidden, layers, decoderLayers } }: TranslateConfig, reading: Reading) {
  const side = (vocabulary: number, count: number) => ({
    ...{ vocabulary, embedding },
    hiddenSizes: Array<number>(count).fill(hidden),
  });
  return {
    source: side(reading.source.pieces.length, layers),
    target: side(reading.target.pieces.length, decoderLayers ?? layers),
  };
}

/** Recurrent layers by the prefix of their names in a checkpoint: encoder as one torch.nn.GRU, each layer of the decoder as one. */
function* layersOf({ encoder, decoder }: TranslationModel) {
  let pairs = -1;
  for (const { parameters, options, cell } of encoder.stack.layers) {
    if (options.direction !== 1) pairs++;
    const [own, index] = options.direction === 1 ? ['.reverse', `${pairs}_reverse`] : ['', pairs];
    yield { own: `encoder.${pairs}${own}.`, prefix: 'encoder.', index, parameters, cell };
  }
  for (const [i, { parameters, cell }] of decoder.layers.entries())
    yield { own: `decoder.${i}.`, prefix: `decoder.${i}.`, index: 0, parameters, cell };
}

/** Whether a name is stored by other names, as a layer of PyTorch has them. */
const isLayer = (name: string) => /^(encoder|decoder|initial|combine)\./.test(name);

function storedWeights(network: TranslationModel): Weights {
  const weights: Weights = {};
  for (const { prefix, index, parameters } of layersOf(network))
    Object.assign(weights, recurrentToTorch(parameters as RecurrentParameters, index, prefix));
  for (const name of ['initial', 'combine'] as const)
    Object.assign(weights, linearToTorch(network.decoder[name].parameters, `${name}.`));
  for (const [name, { shape, data }] of Object.entries(network.parameters))
    if (!isLayer(name)) weights[name] = { shape, data: data.slice() };
  return weights;
}

function loadWeights(network: TranslationModel, weights: Weights, where: string): void {
  const found = new Map<string, StoredTensor | undefined>();
  for (const { own, prefix, index, cell } of layersOf(network)) {
    const arrays = recurrentFromTorch(
      startingWith(weights, prefix),
      index,
      prefix,
      cell === 'gru' || undefined,
    );
    for (const [name, tensor] of Object.entries(arrays)) found.set(own + name, tensor);
  }
  for (const name of ['initial', 'combine']) {
    const { weight, bias } = linearFromTorch(startingWith(weights, `${name}.`), `${name}.`);
    found.set(`${name}.weight`, weight).set(`${name}.bias`, bias);
  }
  for (const name of Object.keys(network.parameters)) if (!isLayer(name)) found.set(name, weights[name]);
  loadNamed(network.parameters, found, where);
}

function startingWith(weights: Weights, prefix: string): Weights {
  return Object.fromEntries(Object.entries(weights).filter(([name]) => name.startsWith(prefix)));
}
