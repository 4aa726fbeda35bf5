/** A trained language model from its run directory, with the vocabulary that it was trained with; no data set is needed. */
import fs from 'node:fs';
import path from 'node:path';
import { ConfigError } from 'lethe';
import { textNames } from '../../data/text/catalogue.ts';
import type { LineEnds } from '../../data/text/decode-text.ts';
import type { Level, TextData, Tokenizer, Vocabulary } from '../../data/text/types.ts';
import { runPaths } from '../../runs/run-directory.ts';
import type { TextConfig } from '../../training/config.ts';
import { usePrecision } from '../../training/precision.ts';
import { readConfig } from '../../training/run-config.ts';
import { readWeights, type Which } from '../../training/run-weights.ts';
import { trainedSteps } from '../../training/trained-steps.ts';
import { type TextModel, textModel } from './model.ts';
import { readVocabulary, vocabularyFile } from './vocabulary-file.ts';
import { loadWeights } from './weights.ts';

export interface TextRunOnDisk {
  config: TextConfig;
  level: Level;
  vocabulary: Vocabulary;
  tokenizer: Tokenizer;
  lineEnds: LineEnds;
  /** whether its text was read without the white space around lines */
  trim: boolean;
  model: TextModel;
  /** training steps that the weights have behind them, where rates move and the run says it */
  trained?: number;
}

/**
 * Reads a run of the text task, and sets its precision.
 * Throws ConfigError when the directory is no run or one of another task, DataError when a file is broken.
 */
export function loadTextRun(directory: string, which: Which = 'best'): TextRunOnDisk {
  const run = runPaths(directory);
  const config = readConfig(run);
  if (config.task !== 'text') {
    throw new ConfigError(`${directory}: expected a run of the text task, found one of ${config.task}`);
  }
  usePrecision(config);
  const { level, vocabulary } = runVocabulary(directory);
  const model = textModel(config, vocabulary.words.length);
  loadWeights(model, readWeights(run, which), run[which]);
  const trained = trainedSteps(run, which, model.regularizer);
  const { tokenizer, lineEnds } = config.text;
  if (tokenizer === 'auto') {
    throw new ConfigError(`${run.config}: text.tokenizer expects whitespace or prose in a run, found auto`);
  }
  return {
    config,
    level,
    vocabulary,
    tokenizer,
    lineEnds,
    trim: textNames.includes(config.dataset),
    model,
    trained,
  };
}

/** The words of a run by number. Throws ConfigError when it has none, DataError when the file is broken. */
export function runVocabulary(directory: string): { level: Level; vocabulary: Vocabulary } {
  const file = path.join(directory, vocabularyFile);
  if (!fs.existsSync(file)) {
    throw new ConfigError(`${directory}: expected ${vocabularyFile}, found none; the run is not complete`);
  }
  return readVocabulary(fs.readFileSync(file, 'utf8'), file);
}

/**
 * Throws ConfigError unless a text has the vocabulary that a run was trained with: words of another would get the numbers,
 * and so the probabilities, of other words.
 */
export function checkSameVocabulary(directory: string, { name, vocabulary: { words } }: TextData): void {
  const then = runVocabulary(directory).vocabulary.words;
  if (words.length === then.length && words.every((word, i) => word === then[i])) return;
  throw new ConfigError(
    `${directory}: expected the vocabulary that it was trained with, of ${then.length}, found another in ${name}, of ${words.length}; take the text it was trained on`,
  );
}
