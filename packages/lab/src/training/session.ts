/** Everything in memory that a run trains with: model, optimizer, chunks, state. Made from a configuration and data alone. */
import { adam, adamw, NoiseStream, type Optimizer, rmsprop, sgd, type Tensor } from 'lethe';
import { type Chunk, chunks as cut } from '../data/music/chunks.ts';
import type { MusicData } from '../data/music/dataset.ts';
import { type MusicModel, musicModel } from '../tasks/music/model.ts';
import type { Weights } from '../tasks/music/weights.ts';
import type { Config, OptimizerConfig } from './config.ts';
import { initialState, type TrainingState } from './state.ts';

/** A run in memory. */
export interface Session {
  readonly config: Config;
  readonly data: MusicData;
  readonly model: MusicModel;
  readonly optimizer: Optimizer;
  /** the training set in chunks, in the order of the data */
  readonly chunks: readonly Chunk[];
  readonly stepsPerEpoch: number;
  /** frames of the training set that are scored in an epoch */
  readonly scoredFrames: number;
  /** of the run's seed */
  readonly noise: NoiseStream;
  state: TrainingState;
  /** weights of the best validation so far */
  best: Weights | null;
  /** the epoch whose weights `best.safetensors` is known to hold */
  bestOnDisk?: number;
}

/** A session at its beginning. */
export function openSession(config: Config, data: MusicData): Session {
  const model = musicModel(config);
  const chunks = cut(data.splits.train, config.training.chunk);
  return {
    config,
    data,
    model,
    optimizer: makeOptimizer(model.parameters, config.optimizer),
    chunks,
    stepsPerEpoch: Math.ceil(chunks.length / config.training.batch),
    scoredFrames: chunks.reduce((sum, chunk) => sum + chunk.frames.length - 1, 0),
    noise: new NoiseStream(config.seed),
    state: initialState(),
    best: null,
  };
}

/** The chunks of one step: every epoch goes through all of them in an order of its own. */
export function chunksOfStep({ chunks, config, noise }: Session, epoch: number, position: number): Chunk[] {
  const { batch } = config.training;
  const order = noise.at(epoch).permutation({ site: 'order' }, chunks.length);
  return Array.from(order.subarray(position * batch, (position + 1) * batch), (i) => chunks[i]);
}

// --- internal ---

function makeOptimizer(parameters: Record<string, Tensor>, config: OptimizerConfig): Optimizer {
  const { clipNorm: _, ...rest } = config;
  switch (rest.name) {
    case 'rmsprop': {
      const { name, ...options } = rest;
      return rmsprop(parameters, options);
    }
    case 'sgd': {
      const { name, ...options } = rest;
      return sgd(parameters, options);
    }
    case 'adam': {
      const { name, ...options } = rest;
      return adam(parameters, options);
    }
    case 'adamw': {
      const { name, ...options } = rest;
      return adamw(parameters, options);
    }
  }
}
