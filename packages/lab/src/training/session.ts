/** Everything in memory that a run trains with: task, optimizer, state. Made from a configuration and data alone. */
import { adam, adamw, NoiseStream, ntAsgd, type Optimizer, rmsprop, sgd, type Tensor } from 'lethe';
import type { Config, OptimizerConfig } from '../runs/config.ts';
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
  requireMemory(config, data);
  const noise = new NoiseStream(config.seed);
  const task = kindOf(config.task).open(config, data, noise);
  return {
    config,
    task,
    optimizer: makeOptimizer(task.model.parameters, config.optimizer),
    noise,
    observers: makeObservers({ config, task, noise }),
    state: initialState(),
    best: null,
  };
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
