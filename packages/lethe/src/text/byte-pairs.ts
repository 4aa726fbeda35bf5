/**
 * Byte-pair encoding (Sennrich, Haddow, Birch 2016, "Neural machine translation of rare words with subword units"): from single characters on
 * the most frequent pair of neighbouring symbols within words becomes a symbol, again and again. A word ends with a space,
 * which is a symbol like others, so that pieces are the text itself and put together give it back.
 */
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import { largestFirst } from './largest-first.ts';

/** What ends a word: no word holds white space. */
export const wordEnd = ' ';

/** Two symbols that become one, in the order in which they were learned. */
export type Merge = readonly [string, string];

/** How much is learned. */
export interface BytePairOptions {
  /** how many pairs at most */
  merges: number;
  /** pairs that occur less often are left apart. @defaultValue 2 */
  minCount?: number;
}

/** The words of lines of text, by what Unicode calls white space, with how often each occurs. Joint merges of two languages: all lines of both. */
export function countWords(lines: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  if (typeof lines === 'string' || typeof (lines as Iterable<string>)?.[Symbol.iterator] !== 'function') {
    throw new ConfigError(`countWords: expected lines of text, got ${found(lines)}; give an array`);
  }
  for (const line of lines) {
    if (typeof line !== 'string')
      throw new ConfigError(`countWords: expected lines of text, got ${found(line)}`);
    for (const word of wordsOf(line)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** What lies between white space. */
export function wordsOf(line: string): string[] {
  return line.split(/\p{White_Space}+/u).filter((word) => word !== '');
}

/**
 * The pairs that are merged, most frequent first. Of equally frequent ones that whose first, then second symbol was known earlier comes
 * first, characters by their code points: the order of the words has no influence.
 * @param counts words and how often each occurs, see {@link countWords}
 * @throws ConfigError for what are no words and counts, or a wrong option
 */
export function learnBytePairs(counts: ReadonlyMap<string, number>, options: BytePairOptions): Merge[] {
  checkCounts(counts);
  checkOptionNames('learnBytePairs', options, ['merges', 'minCount']);
  const { merges: most, minCount = 2 } = options;
  checkNumber('learnBytePairs', 'merges', most, { from: 0, below: mostSymbols / 2 });
  checkNumber('learnBytePairs', 'minCount', minCount, { from: 1 });
  const symbols = [...charactersOf(counts)].sort(byCodePoint);
  const numbers = new Map(symbols.map((symbol, number) => [symbol, number]));
  const words = [...counts].map(([word, count]) => ({
    count,
    symbols: [...word, wordEnd].map((character) => numbers.get(character) as number),
  }));
  const pairs = new Map<number, Pair>();
  for (const [at, { symbols: line, count }] of words.entries()) {
    for (let i = 0; i + 1 < line.length; i++) tally(pairs, keyOf(line[i], line[i + 1]), count, at);
  }
  const queue = largestFirst();
  for (const [key, { count }] of pairs) queue.push(count, key);
  const merges: Merge[] = [];
  while (merges.length < most) {
    const top = queue.pop();
    if (top === undefined || top.count < minCount) break;
    const pair = pairs.get(top.key);
    // Counts that have moved since are in the queue once more.
    if (pair === undefined || pair.count !== top.count) continue;
    const [left, right] = [Math.floor(top.key / mostSymbols), top.key % mostSymbols];
    merges.push([symbols[left], symbols[right]]);
    symbols.push(symbols[left] + symbols[right]);
    const moved = new Set<number>();
    for (const at of pair.words) {
      const word = words[at];
      const before = word.symbols;
      const after = joined(before, left, right, symbols.length - 1);
      if (after.length === before.length) continue;
      for (let i = 0; i + 1 < before.length; i++) {
        const key = keyOf(before[i], before[i + 1]);
        tally(pairs, key, -word.count, at);
        moved.add(key);
      }
      for (let i = 0; i + 1 < after.length; i++) {
        const key = keyOf(after[i], after[i + 1]);
        tally(pairs, key, word.count, at);
        moved.add(key);
      }
      word.symbols = after;
    }
    for (const key of moved) {
      const { count } = pairs.get(key) as Pair;
      if (count > 0) queue.push(count, key);
      else pairs.delete(key);
    }
  }
  return merges;
}

/** Every character of some words, and what ends them. */
export function charactersOf(counts: ReadonlyMap<string, number>): Set<string> {
  const characters = new Set([wordEnd]);
  for (const word of counts.keys()) for (const character of word) characters.add(character);
  return characters;
}

/** Throws ConfigError unless `counts` are words without white space and whole numbers above 0. */
export function checkCounts(counts: unknown): asserts counts is ReadonlyMap<string, number> {
  if (!(counts instanceof Map)) {
    throw new ConfigError(
      `learnBytePairs: expected counts as a Map of words, got ${found(counts)}; give countWords(lines)`,
    );
  }
  for (const [word, count] of counts as Map<unknown, unknown>) {
    if (typeof word === 'string' && word !== '' && !/\p{White_Space}/u.test(word)) {
      if (Number.isSafeInteger(count) && (count as number) > 0) continue;
    }
    throw new ConfigError(
      `learnBytePairs: expected counts of words without white space as whole numbers above 0, got ${found(word)}: ${found(count)}; give countWords(lines)`,
    );
  }
}

// --- internal ---

/** Characters in the order of their code points. */
const byCodePoint = (a: string, b: string): number =>
  (a.codePointAt(0) as number) - (b.codePointAt(0) as number);

/** A pair is one number, exact in float64. */
const mostSymbols = 2 ** 26;
const keyOf = (left: number, right: number): number => left * mostSymbols + right;

interface Pair {
  count: number;
  /** words that have or had it */
  words: Set<number>;
}

function tally(pairs: Map<number, Pair>, key: number, count: number, word: number): void {
  let pair = pairs.get(key);
  if (pair === undefined) {
    pair = { count: 0, words: new Set() };
    pairs.set(key, pair);
  }
  pair.count += count;
  pair.words.add(word);
}

/** A word with every pair (left, right) as one symbol, from the left. */
function joined(word: readonly number[], left: number, right: number, symbol: number): number[] {
  const after: number[] = [];
  for (let i = 0; i < word.length; i++) {
    if (word[i] === left && word[i + 1] === right) {
      after.push(symbol);
      i++;
    } else after.push(word[i]);
  }
  return after;
}
