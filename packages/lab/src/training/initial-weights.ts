/** A run that begins with the weights of another: fine-tuning, or a second method on what a first one learned. */
import { ConfigError } from 'lethe';
import type { TextData } from '../data/text/types.ts';
import { type RunPaths, requireRun, runPaths } from '../runs/run-directory.ts';
import type { TaskData } from '../tasks/open.ts';
import { checkSameVocabulary } from '../tasks/text/run.ts';
import type { Config } from './config.ts';
import { optionOf } from './option-names.ts';
import { readWeights } from './run-weights.ts';
import type { Session } from './session.ts';

/** Throws ConfigError when `initialWeights` names no run, before anything is loaded or made. */
export function requireInitialWeights({ initialWeights }: Config): void {
  if (initialWeights !== null) requireWeights(initialWeights);
}

/**
 * Loads the best weights of the run that `initialWeights` names, if it names one.
 * Throws ConfigError when that is no run, has no weights yet or another vocabulary, DataError when they do not fit the model.
 */
export function loadInitialWeights({ config, task }: Session, data: TaskData): void {
  const directory = config.initialWeights;
  if (directory === null) return;
  const run = requireWeights(directory);
  if (config.task === 'text') checkSameVocabulary(directory, data as TextData);
  task.model.load(readWeights(run, 'best'), run.best);
}

// --- internal ---

function requireWeights(directory: string): RunPaths {
  const run = runPaths(directory);
  try {
    requireRun(run);
    return run;
  } catch (error) {
    throw new ConfigError(`initialWeights (${optionOf('initialWeights')}): ${(error as Error).message}`, {
      cause: error,
    });
  }
}
