/** Everything in memory that a run trains with: task, optimizer, state. Made from a configuration and data alone. */
import {
  type AveragedOptimizer,
  adam,
  adamw,
  averaging,
  ConfigError,
  NoiseStream,
  ntAsgd,
  type Optimizer,
  rmsprop,
  sgd,
  type Tensor,
} from 'lethe';
import type { Config } from '../runs/config.ts';
import type { ObserverName } from '../runs/observer-names.ts';
import { initialState, type TrainingState } from '../runs/state.ts';
import type { Task, Weights } from '../runs/task.ts';
import type { TaskData } from '../tasks/kind.ts';
import { kindOf } from '../tasks/registry.ts';
import { requireMemory } from './memory.ts';
import { makeObservers } from './observe/index.ts';
import type { Observer } from './observe/observer.ts';

/** A run in memory. */
export interface Session {
  readonly config: Config;
  readonly task: Task;
  readonly optimizer: Optimizer;
  /** the same one, of a run that averages its weights */
  readonly averaging?: AveragedOptimizer;
  /** of the run's seed */
  readonly noise: NoiseStream;
  readonly observers: ReadonlyMap<ObserverName, Observer>;
  state: TrainingState;
  /** weights of the best validation so far */
  best: Weights | null;
  /** the epoch whose weights `best.safetensors` is known to hold */
  bestOnDisk?: number;
}

/** A session at its beginning. Throws ConfigError for what this model cannot do, has nothing to observe of, or has no room for. */
export function openSession(config: Config, data: TaskData): Session {
  if (config.average.kind === 'runs') {
    throw new ConfigError(
      'average: expected none, tail or exponential, found runs, which no training makes; lethe average RUN RUN… does',
    );
  }
  requireMemory(config, data);
  const noise = new NoiseStream(config.seed);
  const task = kindOf(config.task).open(config, data, noise);
  const { parameters } = task.model;
  const plain = makeOptimizer(parameters, config);
  const { average } = config;
  const averaged =
    average.kind === 'none'
      ? undefined
      : averaging(plain, parameters, average.kind === 'exponential' ? { decay: average.decay } : {});
  return {
    config,
    task,
    optimizer: averaged ?? plain,
    ...(averaged && { averaging: averaged }),
    noise,
    observers: makeObservers({ config, task, noise }),
    state: initialState(),
    best: null,
  };
}

// --- internal ---

function makeOptimizer(parameters: Record<string, Tensor>, { optimizer, schedule }: Config): Optimizer {
  const { clipNorm: _, ...rest } = optimizer;
  // Where the schedule moves the momentum, the optimizer has one.
  if (schedule.kind === 'one-cycle' && schedule.momentum && 'momentum' in rest) {
    [rest.momentum] = schedule.momentum;
  }
  switch (rest.name) {
    case 'rmsprop': {
      const { name, ...options } = rest;
      return rmsprop(parameters, options);
    }
    case 'sgd': {
      const { name, ...options } = rest;
      return sgd(parameters, options);
    }
    case 'nt-asgd': {
      const { name, patience, averageFrom, ...options } = rest;
      const optimizer = ntAsgd(parameters, options);
      if (averageFrom === 'start') optimizer.startAveraging?.();
      return optimizer;
    }
    case 'adam': {
      const { name, clipStep, ...options } = rest;
      return adam(parameters, { ...options, clipStep: clipStep ?? undefined });
    }
    case 'adamw': {
      const { name, clipStep, ...options } = rest;
      return adamw(parameters, { ...options, clipStep: clipStep ?? undefined });
    }
  }
}
