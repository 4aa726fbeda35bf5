/** A run that begins with the weights of another: fine-tuning, or a second method on what a first one learned. */
import { ConfigError } from 'lethe';
import type { Config } from '../runs/config.ts';
import { type RunPaths, runPaths } from '../runs/run-directory.ts';
import { readWeights, requireWeightsOf } from '../runs/weights.ts';
import type { TaskData } from '../tasks/kind.ts';
import { kindOf } from '../tasks/registry.ts';
import { readConfig } from './run-config.ts';
import type { Session } from './session.ts';

/** Throws ConfigError when `initialWeights` names no run of this task, or one without weights, before anything is loaded or made. */
export function requireInitialWeights({ initialWeights, task }: Config): void {
  if (initialWeights === null) return;
  const run = requireWeights(initialWeights);
  const found = readConfig(run).task;
  if (found === task) return;
  throw new ConfigError(
    `initialWeights: expected a run of the ${task} task, found ${initialWeights}, one of ${found}`,
  );
}

/**
 * Loads the best weights of the run that `initialWeights` names, if it names one.
 * Throws ConfigError when that is no run, has no weights yet or weights that mean something else here, DataError when they do not fit the model.
 */
export function loadInitialWeights({ config, task }: Session, data: TaskData): void {
  const directory = config.initialWeights;
  if (directory === null) return;
  const run = requireWeights(directory);
  kindOf(config.task).requireSameMeaning?.(run, data);
  task.model.load(readWeights(run, 'best'), run.best);
}

// --- internal ---

function requireWeights(directory: string): RunPaths {
  const run = runPaths(directory);
  try {
    requireWeightsOf(run, 'best');
    return run;
  } catch (error) {
    throw new ConfigError(`initialWeights: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
