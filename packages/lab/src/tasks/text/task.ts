/** Language modelling as a task: a text in streams whose state is carried from segment to segment through an epoch. */
import {
  ConfigError,
  DataError,
  keepState,
  type NoiseStream,
  type RecurrentState,
  Tensor as Stored,
  type Tensor,
} from 'lethe';
import { isGaussian } from 'lethe/moments';
import { letheCommand } from '../../common/shell.ts';
import type { Metrics, Task, TaskModel, Weights } from '../../runs/task.ts';
import { UncertaintySum } from '../shared/uncertainty-sum.ts';
import { type CacheOptions, scoreWithCache } from './cache.ts';
import type { TextConfig } from './config.ts';
import { conventionMetrics } from './conventions.ts';
import type { TextData, TokenSource } from './data/types.ts';
import { figuresOf, scoreText } from './evaluate.ts';
import { textMetric } from './metrics.ts';
import { type TextModel, type TextState, textModel } from './model.ts';
import { type Segment, segmentsOf, trainingStreams } from './segments.ts';
import { keptVocabulary } from './vocabulary-file.ts';
import { loadWeights, storedWeights } from './weights.ts';

/**
 * The task of a configuration.
 * Throws ConfigError when the text is too short for a minibatch.
 * @param noise of the run's seed
 */
export function textTask(config: TextConfig, data: TextData, noise: NoiseStream): Task {
  const { training, evaluation } = config;
  // Before anything is made of a size that the text does not have.
  checkLengths(data, training.batch);
  const text = textModel(config, data.vocabulary.words.length);
  const streams = trainingStreams(data.splits.train, training.batch);
  const segments = segmentsPerEpoch(streams.length, training, noise);
  let state: TextState | undefined;
  return {
    model: taskModel(text),
    data: identify(data),
    notes: data.notes,
    ...textMetric[data.level],
    uninformed: Math.log(data.vocabulary.words.length),
    examples: streams.length * streams.rows,
    working: workingNumbers(config, data.vocabulary.words.length),
    hint: (run) => `${letheCommand('sample', run)} --prompt "…"   goes on from a beginning of yours`,
    stepsIn: (epoch) => segments(epoch).length,
    step({ epoch, position }, stream) {
      const segment = segments(epoch)[position];
      const window = streams.window(segment);
      const factor = training.loss === 'sum-over-time' ? segment.steps : 1;
      const total = text.loss(
        window,
        position === 0 ? undefined : state,
        stream,
        factor,
        streams.length * streams.rows,
      );
      state = total.state.map(keepState);
      return {
        total,
        counted: window.words.length,
        rateFactor: training.lengths === 'random' ? segment.steps / training.steps : 1,
      };
    },
    trainMetrics: (mean) => figuresOf(data.level, mean),
    *evaluate(split, { draws, way, share = 1, uncertainty } = {}) {
      const streams = split === 'test' ? evaluation.testStreams : evaluation.validationStreams;
      const source = firstPart(data.splits[split], share);
      const ofShare: Metrics = share < 1 ? { evaluated_share: share } : {};
      if (way) {
        const nll = yield* scoreWithCache(text, source, way as CacheOptions, { streams });
        return { ...figuresOf(data.level, nll), ...ofShare };
      }
      const windows: number[] = [];
      const { conventions } = evaluation;
      const seen = new UncertaintySum();
      const nll = yield* scoreText(text, source, {
        streams,
        // Segments are those of training where a figure depends on them.
        window: conventions.includes('mean-of-exp') ? training.steps : undefined,
        draws: draws && { ...draws, dropsWords: evaluation.drawEmbedding },
        onWindow: (mean) => windows.push(mean),
        onUncertainty: uncertainty ? (one) => seen.add(one) : undefined,
      });
      const scored = { nll, tokens: source.length, windows };
      return {
        ...figuresOf(data.level, nll),
        ...conventionMetrics(data.level, conventions, scored),
        ...seen.metrics(),
        ...ofShare,
      };
    },
    files: () => ({
      [keptVocabulary.file]: keptVocabulary.text({ level: data.level, words: data.vocabulary.words }),
    }),
    carried: () => (state ? storedState(state) : {}),
    restoreCarried(carried, where) {
      state = restoredState(carried, where);
    },
  };
}

/** The language model as training and checkpoints see it. */
export function taskModel(text: TextModel): TaskModel {
  return {
    parameters: text.parameters,
    regularizer: text.regularizer,
    plans: text.plans,
    stored: () => storedWeights(text),
    load: (weights, where) => loadWeights(text, weights, where),
  };
}

/** What is kept of a segment for its backward pass, the two passes over a stretch of logits, masks not counted. */
export function workingNumbers({ model, training }: TextConfig, vocabulary: number): number {
  const rows = training.steps * training.batch;
  const kept = { rnn: 4, gru: 8, lstm: 9 }[model.cell];
  const logits = Math.min(4_000_000, rows * vocabulary);
  return rows * (2 * model.embedding + kept * model.hidden * model.layers) + logits;
}

// --- internal ---

function checkLengths({ name, splits }: TextData, batch: number): void {
  if (splits.train.length < 2 * batch) {
    throw new ConfigError(
      `${name}: expected at least ${2 * batch} tokens for ${batch} streams of training.batch, found ${splits.train.length}; lower training.batch or give more text`,
    );
  }
  for (const split of ['valid', 'test'] as const) {
    if (splits[split].length >= 2) continue;
    throw new DataError(
      `${name}: expected at least 2 tokens in the ${split} split, found ${splits[split].length}; give more text`,
    );
  }
}

/** The first tokens of a split, at least the two that a figure needs. */
function firstPart(source: TokenSource, share: number): TokenSource {
  if (share === 1) return source;
  const length = Math.min(source.length, Math.max(2, Math.ceil(share * source.length)));
  return { length, read: (...range) => source.read(...range) };
}

/** The segments of one epoch are kept: a step asks for them again and again. */
function segmentsPerEpoch(
  length: number,
  training: TextConfig['training'],
  noise: NoiseStream,
): (epoch: number) => Segment[] {
  let kept: { epoch: number; segments: Segment[] } | undefined;
  return (epoch) => {
    if (kept?.epoch !== epoch) kept = { epoch, segments: segmentsOf(length, training, noise.at(epoch)) };
    return kept.segments;
  };
}

function identify({ name, source, vocabulary, splits, sha256 }: TextData): Task['data'] {
  const tokens = (split: keyof typeof splits) => ({ tokens: splits[split].length });
  return {
    name,
    source,
    vocabulary: vocabulary.words.length,
    splits: { train: tokens('train'), valid: tokens('valid'), test: tokens('test') },
    sha256,
  };
}

/** `0.hidden`, `0.cell`, `0.hidden.variance`, … */
function storedState(state: TextState): Weights {
  const stored: Weights = {};
  const put = (name: string, { shape, data }: Tensor): void => {
    stored[name] = { shape, data: data.slice() };
  };
  for (const [index, layer] of state.entries()) {
    for (const [part, value] of Object.entries(layer)) {
      if (!value) continue;
      put(`${index}.${part}`, isGaussian(value) ? value.mean : value);
      if (isGaussian(value)) put(`${index}.${part}.variance`, value.variance);
    }
  }
  return stored;
}

function restoredState(carried: Weights, where: string): RecurrentState[] | undefined {
  if (Object.keys(carried).length === 0) return undefined;
  const get = (name: string): Tensor | undefined =>
    carried[name] && new Stored(carried[name].shape, carried[name].data.slice());
  const value = (name: string) => {
    const mean = get(name);
    const variance = get(`${name}.variance`);
    return mean && variance ? { mean, variance } : mean;
  };
  const layers = 1 + Math.max(...Object.keys(carried).map((name) => Number.parseInt(name, 10)));
  return Array.from({ length: layers }, (_, index) => {
    const hidden = value(`${index}.hidden`);
    if (!hidden) throw new DataError(`${where}: expected the carried state of layer ${index}, found none`);
    return { hidden, cell: value(`${index}.cell`) };
  });
}
