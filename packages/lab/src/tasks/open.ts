/** Tasks by the name in a configuration: their data, and the task over it. */
import type { NoiseStream } from 'lethe';
import { loadMusic, type MusicData } from '../data/music/dataset.ts';
import { loadText } from '../data/text/load.ts';
import type { TextData } from '../data/text/types.ts';
import type { Config } from '../training/config.ts';
import { musicTask } from './music/task.ts';
import type { Task } from './task.ts';
import { textTask } from './text/task.ts';

/** The data of any task. */
export type TaskData = MusicData | TextData;

/** Where data may come from. */
export interface TaskDataOptions {
  /** looked in first */
  dataDir?: string;
  /** whether a data set that is not here may be downloaded */
  fetch?: boolean;
  log?: (line: string) => void;
}

/** Loads what a configuration names. Throws what the loaders throw. */
export async function loadTaskData(config: Config, options: TaskDataOptions = {}): Promise<TaskData> {
  if (config.task === 'music') return loadMusic(config.dataset, { ...options, ...config.music });
  const { vocabularySize, ...reading } = config.text;
  return loadText(config.dataset, {
    ...options,
    ...reading,
    vocabularySize: vocabularySize ?? undefined,
  });
}

/** The configuration with what was chosen when its data was read. */
export function withChoices(config: Config, data: TaskData): Config {
  if (config.task === 'music') return config;
  const { tokenizer } = data as TextData;
  return { ...config, text: { ...config.text, tokenizer } };
}

/**
 * The task of a configuration over its data, with new parameters.
 * @param noise of the run's seed
 */
export function taskOf(config: Config, data: TaskData, noise: NoiseStream): Task {
  if (config.task === 'music') return musicTask(config, data as MusicData, noise);
  return textTask(config, data as TextData, noise);
}
