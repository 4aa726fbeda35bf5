/** A trained language model from its run directory, with the vocabulary that it was trained with; no data set is needed. */
import { ConfigError } from 'lethe';
import type { LineEnds } from '../../data/words/decode-text.ts';
import type { Level, Tokenizer, Vocabulary } from '../../data/words/types.ts';
import type { TrainedRun } from '../kind.ts';
import type { TextConfig } from './config.ts';
import { textNames } from './data/catalogue.ts';
import type { TextData } from './data/types.ts';
import { type TextModel, textModel } from './model.ts';
import { keptVocabulary } from './vocabulary-file.ts';
import { loadWeights } from './weights.ts';

/** A language model as its run left it. */
export interface TrainedText {
  level: Level;
  vocabulary: Vocabulary;
  tokenizer: Tokenizer;
  lineEnds: LineEnds;
  /** whether its text was read without the white space around lines */
  trim: boolean;
  model: TextModel;
}

/** Makes the model of a run. Throws ConfigError when the run is not whole, DataError when a file is broken. */
export function trainedText({ run, config, weights, where }: TrainedRun<TextConfig>): TrainedText {
  const { level, vocabulary } = keptVocabulary.required(run.directory);
  const model = textModel(config, vocabulary.words.length);
  loadWeights(model, weights, where);
  const { tokenizer, lineEnds } = config.text;
  if (tokenizer === 'auto') {
    throw new ConfigError(`${run.config}: text.tokenizer expects whitespace or prose in a run, found auto`);
  }
  return { level, vocabulary, tokenizer, lineEnds, trim: textNames.includes(config.dataset), model };
}

/**
 * Throws ConfigError unless a text has the vocabulary that a run was trained with: words of another would get the numbers,
 * and so the probabilities, of other words.
 */
export function checkSameVocabulary(directory: string, { name, vocabulary: { words } }: TextData): void {
  const then = keptVocabulary.required(directory).vocabulary.words;
  if (words.length === then.length && words.every((word, i) => word === then[i])) return;
  throw new ConfigError(
    `${directory}: expected the vocabulary that it was trained with, of ${then.length}, found another in ${name}, of ${words.length}; take the text it was trained on`,
  );
}
