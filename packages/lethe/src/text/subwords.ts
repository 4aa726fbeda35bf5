/** Text as numbers and back: subwords by byte-pair encoding, words, or characters, with a vocabulary that is plain data. */
import { checkText, checkWhole, isObject } from '../checks.ts';
import { ConfigError, DataError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumber, checkOptionNames, checkWord } from '../options.ts';
import { checkStream, type NoiseStream } from '../random/stream.ts';
import { charactersOf, checkCounts, learnBytePairs, type Merge, wordEnd, wordsOf } from './byte-pairs.ts';
import { type Dropped, droppedMerges, ranksOf, segmentWord } from './segment.ts';

export const subwordLevels = ['bpe', 'word', 'char'] as const;
/** What a piece is: a subword by byte-pair encoding, a word, a character. */
export type SubwordLevel = (typeof subwordLevels)[number];

/** Numbers that stand for no text: what is not known, what begins and what ends a sentence. */
export const specialTokens = { unknown: 0, begin: 1, end: 2 } as const;

/** A vocabulary as data, for JSON. */
export interface SubwordData {
  level: SubwordLevel;
  /** by number; the first three are `<unk>`, `<s>`, `</s>` */
  pieces: readonly string[];
  /** of `bpe`, in the order of learning */
  merges: readonly Merge[];
}

/** How a vocabulary is made. */
export interface SubwordOptions {
  /** @defaultValue 'bpe' */
  level?: SubwordLevel;
  /** pairs to learn. @defaultValue 10,000; of `bpe` alone */
  merges?: number;
  /** merges that were learned before, say on both languages; of `bpe`, in place of `merges` */
  learned?: readonly Merge[];
  /** words (or pairs) that occur less often are not known (or left apart). @defaultValue 2 of `bpe`, 1 of others */
  minCount?: number;
  /** the most frequent pieces that stay, those of {@link specialTokens} counted in; of `word` and `char`. @defaultValue all */
  vocabularySize?: number;
}

/** How a text is encoded. */
export interface EncodeOptions {
  /** probability that a merge is left out, of `bpe` alone. @defaultValue 0 */
  dropout?: number;
  /** what it draws from */
  noise?: NoiseStream;
  /** number of the sentence in the stream's step, so that sentences draw apart. @defaultValue 0 */
  sentence?: number;
}

/** A vocabulary at work. */
export interface Subwords extends SubwordData {
  /**
   * A sentence as numbers, without what begins and ends it, and what of it is not known, once each.
   * @throws ConfigError for what is no text, or dropout without a stream or without merges
   */
  encode(text: string, options?: EncodeOptions): { tokens: Int32Array; unknown: string[] };
  /**
   * Numbers as text, words with one space between them; `<unk>` for what was not known, nothing for begin and end.
   * @throws ConfigError for a number that is not in the vocabulary
   */
  decode(tokens: ArrayLike<number>): string;
  /** the plain data, which {@link subwordsFrom} takes */
  toJSON(): SubwordData;
}

/**
 * The vocabulary of some words: of `bpe` all their characters and what merges make of them, of `word` the words, of `char` the
 * characters; the most frequent first.
 * @param counts words and how often each occurs, of the training text alone
 * @throws ConfigError for what are no counts, or options that do nothing
 */
export function learnSubwords(counts: ReadonlyMap<string, number>, options: SubwordOptions = {}): Subwords {
  const where = 'learnSubwords';
  checkCounts(counts);
  checkOptionNames(where, options, ['level', 'merges', 'learned', 'minCount', 'vocabularySize']);
  const { level = 'bpe', vocabularySize = Number.MAX_SAFE_INTEGER, learned } = options;
  checkWord(where, 'level', level, subwordLevels);
  if (level === 'bpe' && options.vocabularySize !== undefined)
    throw new ConfigError(`${where}: the size of a vocabulary of 'bpe' follows from its merges; set merges`);
  if (level !== 'bpe' && (options.merges !== undefined || learned !== undefined))
    throw new ConfigError(`${where}: level '${level}' has no merges; leave them out, or choose level 'bpe'`);
  if (options.merges !== undefined && learned !== undefined)
    throw new ConfigError(`${where}: expected merges to learn or learned ones, got both; leave one out`);
  const { minCount = level === 'bpe' ? 2 : 1, merges: most = 10_000 } = options;
  checkNumber(where, 'minCount', minCount, { from: 1 });
  checkWhole(where, 'vocabularySize', vocabularySize, specials.length + 1);
  if (learned !== undefined) checkMerges(where, learned, (message) => new ConfigError(message));
  const merges = level === 'bpe' ? (learned ?? learnBytePairs(counts, { merges: most, minCount })) : [];
  const frequent = piecesOf(counts, level, merges, minCount).slice(0, vocabularySize - specials.length);
  return workingSubwords({ level, pieces: [...specials, ...frequent], merges });
}

/**
 * A vocabulary from its data, all of which is checked.
 * @throws DataError for what no vocabulary is
 */
export function subwordsFrom(data: unknown): Subwords {
  if (!isObject(data))
    throw new DataError(`vocabulary: expected { level, pieces, merges }, got ${found(data)}`);
  const { level, pieces, merges } = data;
  if (!(subwordLevels as readonly unknown[]).includes(level))
    throw new DataError(`vocabulary: expected level to be ${subwordLevels.join(', ')}, got ${found(level)}`);
  if (!Array.isArray(pieces) || !pieces.every((piece) => typeof piece === 'string' && piece !== ''))
    throw new DataError(`vocabulary: expected pieces as an array of texts, got ${found(pieces)}`);
  if (specials.some((piece, n) => pieces[n] !== piece) || new Set(pieces.slice(3)).size !== pieces.length - 3)
    throw new DataError(`vocabulary: expected pieces ${specials.join(', ')} and then others, each once`);
  checkMerges('vocabulary', merges, (message) => new DataError(message));
  return workingSubwords({
    level: level as SubwordLevel,
    pieces: pieces.slice() as string[],
    merges: (merges as Merge[]).map(([left, right]) => [left, right]),
  });
}

// --- internal ---

const specials = ['<unk>', '<s>', '</s>'];

function checkMerges(where: string, merges: unknown, error: (message: string) => Error): void {
  const isPair = (pair: unknown) =>
    Array.isArray(pair) &&
    pair.length === 2 &&
    pair.every((symbol) => typeof symbol === 'string' && symbol !== '');
  if (Array.isArray(merges) && merges.every(isPair)) return;
  throw error(`${where}: expected merges as an array of pairs of symbols, got ${found(merges)}`);
}

/** All pieces that the words have, the most frequent first; of equally frequent ones by their text. */
function piecesOf(
  counts: ReadonlyMap<string, number>,
  level: SubwordLevel,
  merges: readonly Merge[],
  minCount: number,
): string[] {
  const totals = new Map<string, number>();
  const add = (piece: string, count: number) => totals.set(piece, (totals.get(piece) ?? 0) + count);
  if (level === 'bpe') {
    const ranks = ranksOf(merges);
    for (const [word, count] of counts) for (const piece of segmentWord(word, ranks)) add(piece, count);
    // What pieces were made of stays for words that are still to come, and for merges that are left out.
    const parts = new Map(merges.map((merge) => [merge[0] + merge[1], merge]));
    for (const piece of totals.keys()) for (const part of parts.get(piece) ?? []) add(part, 0);
    for (const character of charactersOf(counts)) add(character, 0);
  } else {
    for (const [word, count] of counts) {
      if (level === 'word') add(word, count);
      else for (const character of [...word, wordEnd]) add(character, count);
    }
  }
  return [...totals]
    .filter(([, count]) => level === 'bpe' || count >= minCount)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([piece]) => piece);
}

/** Words whose pieces are remembered. */
const mostRemembered = 200_000;

function workingSubwords({ level, pieces, merges }: SubwordData): Subwords {
  const numbers = new Map(pieces.slice(specials.length).map((piece, n) => [piece, n + specials.length]));
  const ranks = ranksOf(merges);
  const remembered = new Map<string, string[]>();
  const segmented = (word: string): string[] => {
    const known = remembered.get(word);
    if (known !== undefined) return known;
    const own = segmentWord(word, ranks);
    if (remembered.size < mostRemembered) remembered.set(word, own);
    return own;
  };
  const piecesIn = (text: string, dropped: Dropped | undefined): string[] => {
    if (level === 'char') return [...wordsOf(text).join(' ')];
    if (level === 'word') return wordsOf(text);
    return wordsOf(text).flatMap((word) => (dropped ? segmentWord(word, ranks, dropped) : segmented(word)));
  };
  return {
    level,
    pieces,
    merges,
    encode(text, options = {}) {
      checkText('encode', 'text', text);
      const unknown = new Set<string>();
      const tokens = piecesIn(text, droppedOf(level, options)).flatMap((piece) => {
        const number = numbers.get(piece);
        if (number !== undefined) return number;
        // A piece that the vocabulary has no room for goes by its characters.
        return (level === 'bpe' ? [...piece] : [piece]).map((part) => {
          const known = numbers.get(part);
          if (known === undefined) unknown.add(part);
          return known ?? specialTokens.unknown;
        });
      });
      return { tokens: Int32Array.from(tokens), unknown: [...unknown] };
    },
    decode(tokens) {
      const isList = Array.isArray(tokens) || ArrayBuffer.isView(tokens);
      if (!isList) throw new ConfigError(`decode: expected an array of tokens, got ${found(tokens)}`);
      const texts = Array.from(tokens as ArrayLike<number>, (token) => {
        if (!Number.isInteger(token) || token < 0 || token >= pieces.length)
          throw new ConfigError(
            `decode: expected tokens from 0 to ${pieces.length - 1}, got ${found(token)}`,
          );
        return token === specialTokens.begin || token === specialTokens.end ? '' : pieces[token];
      }).filter((piece) => piece !== '');
      if (level === 'word') return texts.join(' ');
      const text = texts.join('');
      return level === 'bpe' && text.endsWith(wordEnd) ? text.slice(0, -1) : text;
    },
    toJSON: () => ({ level, pieces, merges }),
  };
}

function droppedOf(level: SubwordLevel, options: EncodeOptions): Dropped | undefined {
  checkOptionNames('encode', options, ['dropout', 'noise', 'sentence']);
  const { dropout = 0, noise, sentence = 0 } = options;
  checkNumber('encode', 'dropout', dropout, { from: 0, below: 1 });
  checkWhole('encode', 'sentence', sentence);
  if (noise !== undefined) checkStream('encode', noise);
  if (dropout === 0) return undefined;
  if (level !== 'bpe')
    throw new ConfigError(`encode: level '${level}' has no merges to leave out; set dropout 0`);
  if (noise === undefined)
    throw new ConfigError('encode: expected a noise stream to draw dropout from; give { dropout, noise }');
  return droppedMerges(dropout, noise, sentence);
}
