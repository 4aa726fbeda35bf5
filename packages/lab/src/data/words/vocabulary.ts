/** Vocabularies: made of counts, and used to write text as numbers and numbers as text. */
import { ConfigError } from 'lethe';
import { proseText } from './prose.ts';
import { endOfLine, splitter } from './splitter.ts';
import type { Level, Tokenizer, Vocabulary } from './types.ts';

/** What stands for every word that is not in the vocabulary. */
export const unknownWord = '<unk>';

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
  /** the most frequent ones, `<unk>` and `<eos>` counted in; default all */
  vocabularySize?: number;
  /** those seen at least so often; default 1 */
  minCount?: number;
}

/**
 * The words that training text has at least `minCount` times, by falling count, as many as `vocabularySize`; of equally
 * frequent ones the first seen come first. `<unk>` is added where it is needed and not a word of the text, and has the
 * count of all that it stands for; `<eos>` always stays.
 * @param counts in the order of the first occurrence
 * @param isUnseen whether other splits have words that training does not
 * @throws ConfigError for a size below 2 or a count below 1
 */
export function buildVocabulary(
  counts: ReadonlyMap<string, number>,
  level: Level,
  isUnseen: boolean,
  { vocabularySize = Number.MAX_SAFE_INTEGER, minCount = 1 }: VocabularyLimits = {},
): Vocabulary {
  checkLimit('vocabularySize', vocabularySize, 2);
  checkLimit('minCount', minCount, 1);
  const isMark = (word: string): boolean => word === unknownWord || (level === 'word' && word === endOfLine);
  const ordinary = [...counts].filter(([word]) => !isMark(word));
  const frequent = ordinary.filter(([, count]) => count >= minCount).sort(byCount);
  const room = vocabularySize - (level === 'word' ? 1 : 0);
  const needsUnknown =
    counts.has(unknownWord) || isUnseen || frequent.length < ordinary.length || frequent.length > room;
  const kept = new Set(frequent.slice(0, room - (needsUnknown ? 1 : 0)).map(([word]) => word));
  // Gone through in the order of the counts, so that `<unk>` is first seen where the first of its words is.
  const totals = new Map<string, number>();
  for (const [word, count] of counts) {
    const name = isMark(word) || kept.has(word) ? word : unknownWord;
    totals.set(name, (totals.get(name) ?? 0) + count);
  }
  if (level === 'word' && !totals.has(endOfLine)) totals.set(endOfLine, 0);
  if (needsUnknown && !totals.has(unknownWord)) totals.set(unknownWord, 0);
  const words = [...totals].sort(byCount).map(([word]) => word);
  return vocabularyOf(words, level);
}

/**
 * Text as tokens: words as the tokenizer finds them, a newline as `<eos>`, or every character. Words that are not known become
 * `<unk>` where there is one, and are listed once each.
 */
export function encode(
  text: string,
  vocabulary: Vocabulary,
  level: Level,
  tokenizer: Tokenizer = 'whitespace',
): { tokens: Int32Array; unknown: string[] } {
  const words: string[] = [];
  const all = splitter(level, (word) => words.push(word), { tokenizer });
  all.push(text);
  all.end();
  const unknown = new Set<string>();
  const tokens: number[] = [];
  for (const word of words) {
    const number = vocabulary.numberOf(word);
    if (number === undefined) unknown.add(word);
    const token = number ?? vocabulary.unknown;
    if (token !== undefined) tokens.push(token);
  }
  return { tokens: Int32Array.from(tokens), unknown: [...unknown] };
}

/**
 * Tokens as text: words with spaces between them or as the tokenizer joins them, a line for each `<eos>`; or characters.
 * @throws RangeError for a number that is not in the vocabulary
 */
export function decode(
  tokens: ArrayLike<number>,
  { words }: Vocabulary,
  level: Level,
  tokenizer: Tokenizer = 'whitespace',
): string {
  const texts = Array.from(tokens, (token) => {
    if (words[token] !== undefined) return words[token];
    throw new RangeError(`decode: expected tokens from 0 to ${words.length - 1}, got ${token}`);
  });
  if (level === 'char') return texts.join('');
  const lines: string[][] = [[]];
  for (const word of texts) {
    if (word === endOfLine) lines.push([]);
    else lines[lines.length - 1].push(word);
  }
  return lines.map((line) => (tokenizer === 'prose' ? proseText(line) : line.join(' '))).join('\n');
}

// --- internal ---

/** The most frequent first; sorting is stable, so equally frequent ones stay in their order. */
const byCount = (a: readonly [string, number], b: readonly [string, number]): number => b[1] - a[1];

function checkLimit(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new ConfigError(`${name}: expected a whole number from ${least} on, got ${value}`);
}
