/** `vocabulary.json`: the vocabulary of a run, kept in its directory so that it can read and write text without the data set. */
import { z } from 'zod';
import { vocabularyOf } from '../../data/words/vocabulary.ts';
import { keptJson } from '../../runs/kept-json.ts';

const schema = z
  .strictObject({ level: z.enum(['word', 'char']), words: z.array(z.string()).min(1).readonly() })
  .transform(({ level, words }) => ({ level, vocabulary: vocabularyOf(words, level) }));

/** The file: words by number, and at what level they are words. */
export const keptVocabulary = keptJson('vocabulary.json', 'vocabulary', schema);
