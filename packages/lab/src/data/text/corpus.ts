/** From files of text to tokens: one pass over the text, whatever its size. */
import { createHash } from 'node:crypto';
import { ConfigError, DataError } from 'lethe';
import { readText } from './read-text.ts';
import { endOfLine, type Splitter, splitter } from './splitter.ts';
import { type TokenStore, tokenStore } from './token-store.ts';
import type { Level, TextData, TokenSource, Vocabulary } from './types.ts';
import { buildVocabulary, type VocabularyLimits } from './vocabulary.ts';

/** What to read and how. */
export interface CorpusOptions extends VocabularyLimits {
  level: Level;
  /** takes the white space off both ends of a line, at character level */
  trim?: boolean;
  /** where a corpus larger than memory keeps its tokens */
  folder: string;
  /** tokens kept in memory */
  limit?: number;
}

/** Files of each split, or files to be cut: the first 90 % of their tokens train, then 5 % valid, 5 % test. */
export type CorpusFiles =
  | { train: readonly string[]; valid: readonly string[]; test: readonly string[] }
  | { whole: readonly string[] };

/**
 * Reads a corpus.
 * @param name for errors
 * @throws DataError for a file that is not text, and for a corpus without any; ConfigError for a vocabulary of one word
 * and for limits that are no limits
 */
export function readCorpus(
  name: string,
  files: CorpusFiles,
  options: CorpusOptions,
): Pick<TextData, 'vocabulary' | 'splits' | 'sha256'> {
  const { level, folder, limit } = options;
  const store = tokenStore(folder, limit);
  const words = new Map<string, number>();
  const ends = readAll(files, store, words, options);
  if (store.length === 0) throw new DataError(`${name}: expected some text, found none`);
  const [trainEnd, validEnd] = ends;
  const counts = countTrain(store, words, trainEnd);
  // `<eos>` is in every vocabulary of words, and so never unseen: a book in one line has it at the end of test alone.
  const isUnseen = [...words.keys()].some(
    (word) => !counts.has(word) && !(level === 'word' && word === endOfLine),
  );
  const vocabulary = buildVocabulary(counts, level, isUnseen, options);
  if (vocabulary.words.length < 2) {
    throw new ConfigError(
      `${name}: expected a vocabulary of at least 2 ${level === 'word' ? 'words' : 'characters'}, found ${JSON.stringify(vocabulary.words)}; there is nothing to predict`,
    );
  }
  // As of here every provisional number is a number of the vocabulary or <unk>.
  const numbers = Int32Array.from(
    words.keys(),
    (word) => vocabulary.numberOf(word) ?? vocabulary.unknown ?? -1,
  );
  const splits = {
    train: store.source(0, trainEnd, numbers),
    valid: store.source(trainEnd, validEnd, numbers),
    test: store.source(validEnd, store.length, numbers),
  };
  return { vocabulary, splits, sha256: checksum(vocabulary, splits) };
}

// --- internal ---

/** Numbers all tokens in the order of their first occurrence; returns where train and valid end. */
function readAll(
  files: CorpusFiles,
  store: TokenStore,
  words: Map<string, number>,
  { level, trim }: CorpusOptions,
): [number, number] {
  const take = (word: string): void => {
    let found = words.get(word);
    if (found === undefined) {
      found = words.size;
      // A copy: a word cut out of a piece would keep the whole piece in memory.
      words.set(Buffer.from(word).toString(), found);
    }
    store.push(found);
  };
  const read = (list: readonly string[]): number => {
    for (const file of list) {
      const text = splitter(level, take, trim);
      for (const piece of readText(file)) splitPiece(text, piece, file);
      text.end();
    }
    return store.length;
  };
  if ('whole' in files) {
    const all = read(files.whole);
    return [Math.floor(0.9 * all), Math.floor(0.95 * all)];
  }
  const ends: [number, number] = [read(files.train), read(files.valid)];
  read(files.test);
  return ends;
}

function splitPiece(text: Splitter, piece: string, file: string): void {
  try {
    text.push(piece);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`${file}: ${error.message}`, { cause: error });
  }
}

/** How often each word stands in the training split, in the order of the first occurrence. */
function countTrain(store: TokenStore, words: ReadonlyMap<string, number>, end: number): Map<string, number> {
  const identity = Int32Array.from({ length: words.size }, (_, i) => i);
  const totals = new Float64Array(words.size);
  for (const window of windows(store.source(0, end, identity))) {
    for (const token of window) totals[token] += 1;
  }
  const counts = new Map<string, number>();
  for (const [word, number] of words) if (totals[number] > 0) counts.set(word, totals[number]);
  return counts;
}

function checksum(vocabulary: Vocabulary, splits: TextData['splits']): string {
  const hash = createHash('sha256').update(JSON.stringify(vocabulary.words));
  for (const source of Object.values(splits)) {
    hash.update(`\n${source.length}\n`);
    for (const window of windows(source)) {
      hash.update(new Uint8Array(window.buffer, window.byteOffset, window.byteLength));
    }
  }
  return hash.digest('hex');
}

function* windows(source: TokenSource): Generator<Int32Array> {
  const buffer = new Int32Array(Math.min(1 << 20, Math.max(1, source.length)));
  for (let from = 0; from < source.length; from += buffer.length) {
    const window = buffer.subarray(0, Math.min(buffer.length, source.length - from));
    source.read(from, window);
    yield window;
  }
}
