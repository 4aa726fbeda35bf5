/** The configuration of each task before any recipe. */
import type { Config, MusicConfig, OptimizerConfig, Schedule, TextConfig } from './config.ts';

/**
 * Music: for the plain cell the size and optimizer of Bayer et al. 2013 for JSB Chorales; for gated cells, of which
 * the paper says nothing, what trains them well out of the box.
 */
export function musicDefaults(cell: unknown = 'rnn'): MusicConfig {
  return cell === 'lstm' || cell === 'gru' ? gatedMusic(cell) : plainMusic();
}

/** Text: a model that learns a book or Penn Treebank in minutes; word and character level differ in size alone. */
export function textDefaults(level: unknown = 'word'): TextConfig {
  const isChar = level === 'char';
  return {
    ...anyRun,
    task: 'text',
    dataset: 'ptb',
    text: {
      level: isChar ? 'char' : 'word',
      vocabularySize: null,
      minCount: 1,
      tokenizer: isChar ? 'whitespace' : 'auto',
      encoding: 'auto',
      lineEnds: 'universal',
    },
    model: {
      cell: 'lstm',
      embedding: isChar ? 64 : 200,
      hidden: isChar ? 512 : 200,
      layers: isChar ? 1 : 2,
      tied: false,
      cutoffs: 'auto',
      dropout: 'none',
      initialLimit: null,
      embeddingLimit: 0.1,
      forgetBias: 1,
      resetAfter: true,
    },
    optimizer: { ...optimizerDefaults.adam, stepRate: 0.002, clipNorm: 5 },
    training: {
      epochs: 40,
      patience: 5,
      minutes: null,
      evaluateEvery: 1,
      evaluationShare: 1,
      checkpointEvery: 120,
      batch: isChar ? 32 : 20,
      steps: isChar ? 100 : 35,
      lengths: 'fixed',
      longest: null,
      loss: 'mean',
    },
    schedule: { kind: 'constant' },
    evaluation: { validationStreams: 20, testStreams: 1, drawEmbedding: false, conventions: [] },
  };
}

const adam = {
  stepRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: 225,
  clipStep: null,
};

/** What a newly named optimizer starts from. */
export const optimizerDefaults: { [name in OptimizerConfig['name']]: OptimizerConfig & { name: name } } = {
  rmsprop: {
    name: 'rmsprop',
    stepRate: 0.001,
    momentum: 0.99,
    decay: 0.8,
    epsilon: 1e-8,
    weightDecay: 0,
    clipNorm: 225,
  },
  sgd: { name: 'sgd', stepRate: 0.1, momentum: 0, weightDecay: 0, clipNorm: 225 },
  'nt-asgd': {
    name: 'nt-asgd',
    stepRate: 30,
    weightDecay: 0,
    clipNorm: 0.25,
    patience: 5,
    averageFrom: 'worse',
    lagging: false,
  },
  adam: { name: 'adam', ...adam },
  adamw: { name: 'adamw', ...adam, weightDecay: 0.01 },
};

/** What a newly named schedule starts from. */
export const scheduleDefaults: { [kind in Schedule['kind']]: Schedule & { kind: kind } } = {
  constant: { kind: 'constant' },
  after: { kind: 'after', epochs: 5, divide: 2 },
  at: { kind: 'at', epochs: [10], divide: 10 },
  worse: { kind: 'worse', patience: 0, divide: 2 },
};

// --- internal ---

const anyRun = {
  format: 1,
  seed: 1,
  threads: null,
  dtype: 'f32',
  initialWeights: null,
  observe: [],
  recipe: null,
} satisfies Partial<Config>;

function plainMusic(): MusicConfig {
  return {
    ...anyRun,
    task: 'music',
    dataset: 'jsb-chorales',
    music: { stepsPerQuarter: null, damaged: 0.1, splits: 'names' },
    model: {
      cell: 'rnn',
      hidden: 400,
      layers: 1,
      activation: 'tanh',
      dropout: 'none',
      initialState: 'learned',
      initialVariance: 0.0001,
      inputVariance: 0.01,
      spectralRadius: 1.2,
      maxIncoming: 15,
      outputBias: -0.8,
      forgetBias: 1,
      resetAfter: true,
    },
    optimizer: optimizerDefaults.rmsprop,
    training: {
      epochs: 500,
      batch: 50,
      chunk: 100,
      patience: 50,
      minutes: null,
      evaluateEvery: 1,
      evaluationShare: 1,
      checkpointEvery: 20,
    },
    quirks: { varianceIsDeviation: false, radiusFirst: false, clipEnlarges: false },
  };
}

function gatedMusic(cell: 'lstm' | 'gru'): MusicConfig {
  const base = plainMusic();
  return {
    ...base,
    model: {
      ...base.model,
      cell,
      hidden: 200,
      initialVariance: null,
      inputVariance: null,
      spectralRadius: null,
      maxIncoming: null,
    },
    optimizer: { ...optimizerDefaults.adam, stepRate: 0.002, clipNorm: 5 },
    training: { ...base.training, batch: 16, patience: 30 },
  };
}
