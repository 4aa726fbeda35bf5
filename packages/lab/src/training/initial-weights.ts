/** A run that begins with the weights of another: fine-tuning, or a second method on what a first one learned. */
import type { TextData } from '../data/text/types.ts';
import { runPaths } from '../runs/run-directory.ts';
import type { TaskData } from '../tasks/open.ts';
import { checkSameVocabulary } from '../tasks/text/run.ts';
import { readWeights } from './run-weights.ts';
import type { Session } from './session.ts';

/**
 * Loads the best weights of the run that `initialWeights` names, if it names one.
 * Throws ConfigError when that is no run, has no weights yet or another vocabulary, DataError when they do not fit the model.
 */
export function loadInitialWeights({ config, task }: Session, data: TaskData): void {
  const directory = config.initialWeights;
  if (directory === null) return;
  const run = runPaths(directory);
  if (config.task === 'text') checkSameVocabulary(directory, data as TextData);
  task.model.load(readWeights(run, 'best'), run.best);
}
