/** The vocabulary of a run, kept in its directory so that it can read and write text without the data set. */
import { DataError } from 'lethe';
import { z } from 'zod';
import type { Level, Vocabulary } from '../../data/words/types.ts';
import { vocabularyOf } from '../../data/words/vocabulary.ts';
import type { TextData } from './data/types.ts';

/** Its name in the run directory. */
export const vocabularyFile = 'vocabulary.json';

/** The content of the file. */
export function writeVocabulary({ level, vocabulary }: TextData): string {
  return `${JSON.stringify({ format: 1, level, words: vocabulary.words })}\n`;
}

/** Reads it back. Throws DataError naming `where` when it is broken. */
export function readVocabulary(text: string, where: string): { level: Level; vocabulary: Vocabulary } {
  try {
    const { level, words } = schema.parse(JSON.parse(text));
    return { level, vocabulary: vocabularyOf(words, level) };
  } catch (error) {
    throw new DataError(`${where} holds no vocabulary of format 1`, { cause: error });
  }
}

// --- internal ---

const schema = z.strictObject({
  format: z.literal(1),
  level: z.enum(['word', 'char']),
  words: z.array(z.string()).min(1),
});
