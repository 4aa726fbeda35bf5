/**
 * Observers look at a model while it trains and leave no trace in it: a run with observers has the weights of the same run
 * without, bit by bit. A new one is a file that makes an {@link Observer}, a name in names.ts and a line in index.ts.
 */
import type { NoiseStream } from 'lethe';
import type { Config } from '../../runs/config.ts';
import type { Metrics, Task } from '../../runs/task.ts';

/** What an observer may look at. */
export interface Observed {
  config: Config;
  task: Task;
  /** of the run's seed */
  noise: NoiseStream;
}

export interface Observation {
  /** what goes into the history of the run, by name */
  values: Metrics;
  /** numbers of single units, by name; they go to a file of their own */
  units?: Record<string, ArrayLike<number>>;
}

/**
 * Looks once; called at the evaluation point, with the weights that a validation sees.
 * @param steps training steps done: what rates that move are at. @defaultValue 0
 */
export type Observer = (steps?: number) => Observation;

/** Throws ConfigError where there is nothing to observe. */
export type MakeObserver = (observed: Observed) => Observer;

/** `rnn.0` for `rnn.weightRec`, `rnn.1` for `rnn.1.weightIn`, `readout` for `readout.weight`. */
export function layerOf(parameter: string): string {
  const parts = parameter.split('.').slice(0, -1);
  return parts[0] === 'rnn' && parts.length === 1 ? 'rnn.0' : parts.join('.');
}
