/** Right options of every function with several. */

import * as lethe from './boundary-exports.suite.ts';
import {
  layerOptions,
  model,
  regularizer,
  row,
  sequence,
  sequenceOptions,
  stream,
  translationOptions,
  translations,
  translator,
  words,
} from './boundary-values.suite.ts';

const methods = {
  standard: lethe.standard,
  dropconnect: lethe.dropconnect,
  naive: lethe.naive,
  variational: lethe.variational,
  rnndrop: lethe.rnndrop,
  semeniuta: lethe.semeniuta,
  zoneout: lethe.zoneout,
  awd: lethe.awd,
  fraternal: lethe.fraternal,
  curriculum: lethe.curriculum,
  fast: lethe.fast,
  gaussian: lethe.gaussianDropout,
  weightNoise: lethe.weightNoise,
  ar: lethe.ar,
  tar: lethe.tar,
  weightDecay: lethe.weightDecay,
};

/** Options that hold more than one number, each with wrong values as well. */
export const rightOptions: Record<
  string,
  () => { make: (options: never) => unknown; options: Record<string, unknown> }
> = {
  rnn: () => ({
    make: (options) => lethe.rnn(options, stream),
    options: {
      ...layerOptions(),
      activation: 'relu',
      recurrentBias: true,
      dropout: regularizer(),
      learnInitialState: true,
      layer: 1,
      direction: 1,
      initial: {},
    },
  }),
  deepRnn: () => ({
    make: (options) => lethe.deepRnn(options, stream),
    options: {
      ...layerOptions(),
      activation: 'maxout',
      transition: 3,
      transitionActivation: 'lp',
      shortcut: true,
      pieces: 3,
      order: 4,
    },
  }),
  lstm: () => ({
    make: (options) => lethe.lstm(options, stream),
    options: { ...layerOptions(), forgetBias: 1, recurrentBias: true },
  }),
  gru: () => ({
    make: (options) => lethe.gru(options, stream),
    options: { ...layerOptions(), resetAfter: false },
  }),
  stack: () => ({
    make: (options) => lethe.recurrentStack(options, stream),
    options: {
      cell: 'lstm',
      inputSize: 2,
      hiddenSizes: [2, 2],
      bidirectional: true,
      dropout: regularizer(),
      activation: 'tanh',
      forgetBias: 1,
      recurrentBias: true,
      resetAfter: true,
      learnInitialState: true,
      layer: 0,
      initial: {},
    },
  }),
  linear: () => ({
    make: (options) => lethe.linear(options, stream),
    options: {
      inputSize: 2,
      outputSize: 2,
      dropout: lethe.standard({ input: 0.5 }),
      layer: 1,
      plain: false,
      initial: {},
    },
  }),
  embedding: () => ({
    make: (options) => lethe.embedding(options, stream),
    options: { vocabulary: 3, size: 2, dropout: lethe.none(), layer: 1, initial: {} },
  }),
  init: () => ({
    make: (options) => lethe.initialTensor([2, 2], options, stream, { layer: 0, entry: 0 }),
    options: { kind: 'normal', variance: 1, spectralRadius: 1, maxIncoming: 2, radiusFirst: true },
  }),
  adam: () => ({
    make: (options) => lethe.adam({ w: row() }, options),
    options: { stepRate: 1, beta1: 0.9, beta2: 0.9, epsilon: 1e-8, weightDecay: 0, clipStep: 1 },
  }),
  rmsprop: () => ({
    make: (options) => lethe.rmsprop({ w: row() }, options),
    options: { stepRate: 1, momentum: 0.9, decay: 0.9, epsilon: 1e-8, initialMeanSquare: 1, weightDecay: 0 },
  }),
  sgd: () => ({
    make: (options) => lethe.sgd({ w: row() }, options),
    options: { stepRate: 1, momentum: 0.9, weightDecay: 0 },
  }),
  ntAsgd: () => ({
    make: (options) => lethe.ntAsgd({ w: row() }, options),
    options: { stepRate: 1, weightDecay: 0, lagging: true },
  }),
  averaging: () => ({
    make: (options) => {
      const parameters = { w: row() };
      return lethe.averaging(lethe.sgd(parameters, { stepRate: 1 }), parameters, options);
    },
    options: { decay: 0.9 },
  }),
  oneCycleMomentum: () => ({
    make: (options) => lethe.oneCycleMomentum(options),
    options: { from: 0.9, to: 0.8, first: 0.1, phases: [1, 1, 1, 1], last: 0 },
  }),
  warmupLinear: () => ({
    make: (options) => lethe.warmupLinear(options),
    options: { warmup: 0.1, last: 0.1 },
  }),
  mcDropout: () => ({
    make: (options) => lethe.mcDropout(model, regularizer(), sequence(), stream, options),
    options: { samples: 2, distribution: 'categorical', batched: false, mode: 'sample', lengths: [1] },
  }),
  regularizer: () => ({
    make: (options) => lethe.dropoutPlan(options, { cell: 'lstm' }),
    options: {
      ...lethe.fast({ input: 0.1 }),
      penalties: [{ kind: 'activation', alpha: 1 }],
      passes: { kappa: 1, second: 'noise', targets: 'both', sameMasks: [] },
      weightNoise: undefined,
      lacks: undefined,
      schedule: undefined,
    },
  }),
  noiseEntry: () => ({
    make: (options) => lethe.noiseEntry(options),
    options: {
      site: 'input',
      kind: 'drop',
      rate: 0.5,
      interval: 'step',
      examples: 'each',
      gates: 'tied',
      scaling: 'paper',
      weights: 'each',
      layers: 'all',
      schedule: { kind: 'switch', at: 3 },
    },
  }),
  ...Object.fromEntries(
    Object.entries({
      standard: {
        input: 0.1,
        recurrent: 0.1,
        transition: 0.1,
        output: 0.1,
        interval: 'step',
        scaling: 'paper',
      },
      dropconnect: { weight: 0.1, weightIn: 0.1, examples: 'each', inference: 'gaussian', samples: 3 },
      naive: { input: 0.1, output: 0.1, scaling: 'paper' },
      variational: {
        input: 0.1,
        recurrent: 0.1,
        transition: 0.1,
        output: 0.1,
        embedding: 0.1,
        gates: 'untied',
      },
      rnndrop: { cell: 0.1, interval: 'step' },
      semeniuta: { update: 0.1, recurrent: 0.1, input: 0.1, output: 0.1, interval: 'step' },
      zoneout: { hidden: 0.1, cell: 0.1 },
      awd: { weight: 0.1, input: 0.1, hidden: 0.1, output: 0.1, embedding: 0.1, ar: 1, tar: 1, rows: true },
      fraternal: { kappa: 1, variant: 'pi', same: ['input'] },
      curriculum: { schedule: 'anneal', gamma: 1 },
      fast: {
        input: 0.1,
        recurrent: 0.1,
        output: 0.1,
        form: 'gauss-hermite',
        points: 3,
        mode: 'moments',
        scaling: 'paper',
        propagateVariance: true,
        finalLayer: 'fast',
        slope: 1,
        recurrentMean: 'keep',
      },
      gaussian: { input: 0.1, recurrent: 0.1, output: 0.1, cell: 0.1, update: 0.1, interval: 'step' },
      weightNoise: { deviation: 0.1, weight: 1, form: 'closed' },
      ar: { alpha: 1 },
      tar: { beta: 1 },
      weightDecay: { lambda: 1, decoupled: true },
    }).map(([name, options]) => [
      `method ${name}`,
      () => ({ make: methods[name as 'standard'] as (options: never) => unknown, options }),
    ]),
  ),
  sequenceModel: () => ({
    make: (options) => lethe.sequenceModel(options, stream),
    options: {
      ...sequenceOptions(),
      bidirectional: true,
      pooling: 'mean',
      dropout: regularizer(),
      readout: {},
    },
  }),
  poolSteps: () => ({
    make: (options) => lethe.poolSteps(sequence(), options),
    options: { pooling: 'last', lengths: Int32Array.of(2), directions: 2 },
  }),
  bleu: () => ({
    make: (options) => lethe.corpusBleu(['a b'], ['a b'], options),
    options: { tokenize: 'none', lowercase: true, smooth: 'floor', smoothValue: 1, effectiveOrder: true },
  }),
  subwords: () => ({
    make: (options) => lethe.learnSubwords(new Map([['ab', 3]]), options),
    options: { level: 'bpe', merges: 3, minCount: 1 },
  }),
  'subwords of words': () => ({
    make: (options) => lethe.learnSubwords(new Map([['ab', 3]]), options),
    options: { level: 'word', vocabularySize: 5 },
  }),
  encode: () => ({
    make: (options) => lethe.learnSubwords(new Map([['ab', 3]])).encode('ab', options),
    options: { dropout: 0.5, noise: stream, sentence: 1 },
  }),
  attention: () => ({
    make: (options) => lethe.attention(options, stream),
    options: { kind: 'additive', querySize: 2, memorySize: 2, size: 3, layer: 1 },
  }),
  'memory of attention': () => ({
    make: (options) => lethe.attend(sequence(), options),
    options: { keys: sequence(), values: sequence(), lengths: Int32Array.of(2) },
  }),
  beamSearch: () => ({
    make: (options) => lethe.beamSearch(options, () => [-1, -2, -1, -2]),
    options: { batch: 1, begin: 0, end: 1, maxLength: 3, beam: 2, best: 1, lengthPenalty: 1, until: 'beam' },
  }),
  translationModel: () => ({
    make: (options) => lethe.translationModel(options, stream),
    options: {
      ...translationOptions(),
      ...{
        cell: 'gru',
        bidirectional: true,
        attention: 'general',
        form: 'after',
        tied: false,
        sharedWords: false,
      },
      ...{ dropout: regularizer(), forgetBias: 1, resetAfter: true, embeddingLimit: 0.1 },
    },
  }),
  translate: () => ({
    make: (options) => lethe.translate(translator(), { source: words() }, options),
    options: {
      ...{ begin: 1, end: 2, maxLength: 3, beam: 2, best: 1, lengthPenalty: 1, until: 'beam' },
      ...{ noise: stream, numbers: [4] },
    },
  }),
  inspectTranslations: () => ({
    make: (options) => lethe.inspectTranslations(translator(), translations(), options),
    options: { noise: stream, numbers: [4] },
  }),
  bucketBatches: () => ({
    make: (options) => lethe.bucketBatches([1, 2, 3], options),
    options: { batchSize: 2, batchesInBucket: 1, stream },
  }),
};
