/** Vocabularies: made of counts, and used to write text as numbers and numbers as text. */
import type { Level, Vocabulary } from './types.ts';

/** What stands for every word that is not in the vocabulary. */
export const unknownWord = '<unk>';
/** What ends a line, at word level. */
export const endOfLine = '<eos>';

/** The vocabulary with these words, numbered in their order. */
export function vocabularyOf(words: readonly string[], level: Level): Vocabulary {
  const numbers = new Map(words.map((word, number) => [word, number]));
  return {
    words,
    numberOf: (word) => numbers.get(word),
    unknown: numbers.get(unknownWord),
    end: numbers.get(level === 'word' ? endOfLine : '\n'),
  };
}

/** Which words a vocabulary keeps. */
export interface VocabularyLimits {
  /** the most frequent ones, `<unk>` counted in; default all */
  vocabularySize?: number;
  /** those seen at least so often; default 1 */
  minCount?: number;
}

/**
 * The words that training text has at least `minCount` times, by falling count, as many as `vocabularySize`; of equally
 * frequent ones the first seen come first. `<unk>` is added where it is needed and not a word of the text.
 * @param counts in the order of the first occurrence
 * @param isUnseen whether other splits have words that training does not
 */
export function buildVocabulary(
  counts: ReadonlyMap<string, number>,
  level: Level,
  isUnseen: boolean,
  { vocabularySize = Number.POSITIVE_INFINITY, minCount = 1 }: VocabularyLimits = {},
): Vocabulary {
  const frequent = [...counts].filter(([, count]) => count >= minCount).sort((a, b) => b[1] - a[1]);
  const needsUnknown = isUnseen || frequent.length < counts.size || frequent.length > vocabularySize;
  const words = frequent.map(([word]) => word);
  if (!needsUnknown || words.slice(0, vocabularySize).includes(unknownWord)) {
    return vocabularyOf(words.slice(0, vocabularySize), level);
  }
  const kept = words.filter((word) => word !== unknownWord).slice(0, vocabularySize - 1);
  return vocabularyOf([...kept, unknownWord], level);
}

/** Text as tokens: what is between white space, or every character. Words that are not known are listed. */
export function encode(
  text: string,
  vocabulary: Vocabulary,
  level: Level,
): { tokens: Int32Array; unknown: string[] } {
  const words = level === 'char' ? [...text] : wordsOf(text);
  const unknown: string[] = [];
  const tokens: number[] = [];
  for (const word of words) {
    const number = vocabulary.numberOf(word);
    if (number === undefined) unknown.push(word);
    const token = number ?? vocabulary.unknown;
    if (token !== undefined) tokens.push(token);
  }
  return { tokens: Int32Array.from(tokens), unknown };
}

/** Tokens as text. */
export function decode(tokens: ArrayLike<number>, { words }: Vocabulary, level: Level): string {
  const texts = Array.from(tokens, (token) => words[token]);
  if (level === 'char') return texts.join('');
  return texts
    .map((word) => (word === endOfLine ? '\n' : word))
    .join(' ')
    .replaceAll(' \n ', '\n')
    .replace(/ \n$/, '\n')
    .replace(/^\n /, '\n');
}

// --- internal ---

/** The words of a text; a line that ends has its mark. */
function wordsOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.split(/\s+/).filter((word) => word !== ''));
  return lines.flatMap((line, i) => (i < lines.length - 1 ? [...line, endOfLine] : line));
}
