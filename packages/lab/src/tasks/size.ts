/** What a model takes in training, told from the configuration and the data before anything is made. */
import { parseDropout } from 'lethe/dropout';
import { chunks } from '../data/music/chunks.ts';
import type { MusicData } from '../data/music/dataset.ts';
import { keys } from '../data/music/piano-roll.ts';
import type { TextData } from '../data/text/types.ts';
import type { Config, MusicConfig, TextConfig } from '../training/config.ts';
import { workingNumbers as musicWorking } from './music/task.ts';
import type { TaskData } from './open.ts';
import { recurrentParameters } from './parameters.ts';
import { workingNumbers as textWorking } from './text/task.ts';

/** Numbers in memory. */
export interface ModelSize {
  parameters: number;
  /** what training keeps beside them */
  working: number;
}

/** The size of any configuration over some data, as a function of the configuration: parameters of weight noise count once. */
export function sizeOver(data: TaskData, task: Config['task']): (config: Config) => ModelSize {
  if (task === 'text') {
    const { vocabulary, splits } = data as TextData;
    return (config) => textSize(config as TextConfig, vocabulary.words.length, splits.train.length);
  }
  const { train } = (data as MusicData).splits;
  return (config) => musicSize(config as MusicConfig, train);
}

// --- internal ---

function musicSize(config: MusicConfig, train: MusicData['splits']['train']): ModelSize {
  const { cell, hidden, layers, dropout, initialState } = config.model;
  const hiddenSizes = Array<number>(layers).fill(hidden);
  const states = initialState === 'learned' ? layers * hidden * (cell === 'lstm' ? 2 : 1) : 0;
  const readout = keys * (hidden + 1);
  return {
    parameters: recurrentParameters({ cell, inputSize: keys, hiddenSizes }) + states + readout,
    working: musicWorking(config, parseDropout(dropout), chunks(train, config.training.chunk)),
  };
}

function textSize(config: TextConfig, words: number, tokens: number): ModelSize {
  const { cell, embedding, hidden, layers, tied } = config.model;
  const hiddenSizes = Array<number>(layers).fill(hidden);
  if (tied) hiddenSizes[layers - 1] = embedding;
  const readout = words * (tied ? 1 : hidden + 1);
  return {
    parameters:
      words * embedding + recurrentParameters({ cell, inputSize: embedding, hiddenSizes }) + readout,
    working: textWorking({ ...config, training: withinText(config.training, tokens) }, words),
  };
}

/** A minibatch is never larger than the text; that a text is too short for one is another question. */
function withinText<T extends TextConfig['training']>(training: T, tokens: number): T {
  const batch = Math.min(training.batch, Math.max(1, tokens));
  return { ...training, batch, steps: Math.min(training.steps, Math.ceil(tokens / batch)) };
}
