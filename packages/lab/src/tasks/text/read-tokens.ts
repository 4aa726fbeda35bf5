/**
 * Text to tokens of a given vocabulary, piece by piece, split as a corpus is; nothing is added that the text does not have.
 * The words of new text, not of training text, whose vocabulary is made on the way.
 */
import { DataError } from 'lethe';
import { splitter } from '../../data/words/splitter.ts';
import type { Level, Tokenizer, Vocabulary } from '../../data/words/types.ts';

export interface ReadTokensOptions {
  level: Level;
  vocabulary: Vocabulary;
  /** of words. @defaultValue 'whitespace' */
  tokenizer?: Tokenizer;
  /** leaves white space at both ends of a line out, at character level */
  trim?: boolean;
  /** the name of the text, for errors */
  where: string;
  /** is told every word that is read as `<unk>` */
  onUnknown?: (word: string) => void;
}

/**
 * The tokens of every piece, and those that the end of the text makes.
 * Throws DataError for a word that is not known where there is no `<unk>`, and what the pieces throw.
 */
export async function* readTokens(
  pieces: Iterable<string> | AsyncIterable<string>,
  { level, vocabulary, tokenizer, trim, where, onUnknown }: ReadTokensOptions,
): AsyncGenerator<Int32Array> {
  let tokens: number[] = [];
  const text = splitter(
    level,
    (word) => {
      const number = vocabulary.numberOf(word);
      if (number === undefined) onUnknown?.(word);
      if (number === undefined && vocabulary.unknown === undefined) {
        throw new DataError(`${where}: ${notKnown(word, vocabulary, level)}`);
      }
      tokens.push((number ?? vocabulary.unknown)!);
    },
    { tokenizer, trim },
  );
  const taken = (): Int32Array => {
    const all = Int32Array.from(tokens);
    tokens = [];
    return all;
  };
  for await (const piece of pieces) {
    try {
      text.push(piece);
    } catch (error) {
      if (!(error instanceof DataError) || error.message.startsWith(where)) throw error;
      throw new DataError(`${where}: ${error.message}`, { cause: error });
    }
    yield taken();
  }
  text.end();
  yield taken();
}

/** Says what is wrong with a word where there is no `<unk>` to read it as. */
export function notKnown(word: string, { words }: Vocabulary, level: Level): string {
  const things = level === 'word' ? 'words' : 'characters';
  return `expected ${things} of the vocabulary, which has no <unk>, found ${JSON.stringify(word)}; leave it out, or train with text.vocabularySize below ${words.length} to have one`;
}
