/** From files of text to tokens: one pass over the text, whatever its size. */
import { createHash } from 'node:crypto';
import { ConfigError, DataError } from 'lethe';
import { type DecodeOptions, type Encoding, encodingTitle } from '../../../data/words/decode-text.ts';
import { isProse } from '../../../data/words/prose.ts';
import { readText } from '../../../data/words/read-text.ts';
import { endOfLine, type Splitter, splitter } from '../../../data/words/splitter.ts';
import type { Level, Tokenizer, Vocabulary } from '../../../data/words/types.ts';
import { buildVocabulary, type VocabularyLimits } from '../../../data/words/vocabulary.ts';
import { type TokenStore, tokenStore } from './token-store.ts';
import type { TextData, TokenSource } from './types.ts';

/** What to read and how. */
export interface CorpusOptions extends VocabularyLimits, DecodeOptions {
  level: Level;
  /** of words; `auto` looks at the beginning of the text. @defaultValue 'auto' */
  tokenizer?: Tokenizer | 'auto';
  /** takes the white space off both ends of a line, at character level */
  trim?: boolean;
  /** where a corpus larger than memory keeps its tokens */
  folder: string;
  /** tokens kept in memory */
  limit?: number;
}

/**
 * Files of each split, or files to be cut: the first 90 % of their tokens train, then 5 % valid, 5 % test. Without files, validation
 * is the last 5 % of train, and test the second half of validation.
 */
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
): Pick<TextData, 'vocabulary' | 'splits' | 'sha256' | 'tokenizer' | 'notes'> {
  const { level, folder, limit } = options;
  const notes: string[] = [];
  const tokenizer = chooseTokenizer(files, options, notes);
  const store = tokenStore(folder, limit);
  const words = new Map<string, number>();
  const ends = readAll(files, store, words, { ...options, tokenizer }, notes);
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
  return { vocabulary, splits, sha256: checksum(vocabulary, splits), tokenizer, notes };
}

// --- internal ---

/** Characters of a text by which its tokenizer is chosen. */
const seenLength = 1 << 18;

/** The tokenizer that is asked for, or the one that a text needs, which is noted. */
function chooseTokenizer(files: CorpusFiles, options: CorpusOptions, notes: string[]): Tokenizer {
  const { level, tokenizer = 'auto' } = options;
  if (level === 'char' && tokenizer === 'prose') {
    throw new ConfigError('text.tokenizer prose finds words, found text.level char; leave one of them out');
  }
  if (level === 'char') return 'whitespace';
  if (tokenizer !== 'auto') return tokenizer;
  const text = beginningOf('whole' in files ? files.whole : files.train, options);
  if (!isProse(text)) {
    notes.push(
      'words as they stand between white space (whitespace): no punctuation stands at them; --tokenizer prose parts words and punctuation',
    );
    return 'whitespace';
  }
  notes.push(
    'words of ordinary text, in lower case and apart from punctuation (prose); --tokenizer whitespace takes what stands between white space',
  );
  return 'prose';
}

function beginningOf(files: readonly string[], options: CorpusOptions): string {
  let text = '';
  for (const file of files) {
    for (const piece of readText(file, options)) {
      text += piece.slice(0, seenLength - text.length);
      if (text.length >= seenLength) return text;
    }
    text += '\n';
  }
  return text;
}

/** Numbers all tokens in the order of their first occurrence; returns where train and valid end. */
function readAll(
  files: CorpusFiles,
  store: TokenStore,
  words: Map<string, number>,
  { level, tokenizer, trim, encoding, lineEnds }: CorpusOptions & { tokenizer: Tokenizer },
  notes: string[],
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
  const encodings = new Map<Exclude<Encoding, 'auto'>, number>();
  const onEncoding = (found: Exclude<Encoding, 'auto'> | undefined): void => {
    if (found) encodings.set(found, (encodings.get(found) ?? 0) + 1);
  };
  const read = (list: readonly string[]): number => {
    for (const file of list) {
      const text = splitter(level, take, { tokenizer, trim, completes: lineEnds === 'completed' });
      const pieces = readText(file, { encoding, lineEnds, onEncoding });
      for (const piece of pieces) splitPiece(text, piece, file);
      text.end();
    }
    return store.length;
  };
  const ends = readSplits(files, read, notes);
  for (const [found, count] of encodings) {
    if (found !== 'utf-8')
      notes.push(`${count === 1 ? 'a file' : `${count} files`} read as ${encodingTitle(found)}`);
  }
  return ends;
}

/** Reads all splits one after the other; returns where train and valid end. */
function readSplits(
  files: CorpusFiles,
  read: (list: readonly string[]) => number,
  notes: string[],
): [number, number] {
  if ('whole' in files) {
    const all = read(files.whole);
    notes.push('the first 90 % of its tokens train, the next 5 % validate, the last 5 % test');
    return [Math.floor(0.9 * all), Math.floor(0.95 * all)];
  }
  const { train, valid, test } = files;
  const trained = read(train);
  if (valid.length === 0 && test.length === 0) {
    notes.push('validation and test have no files: they are the last 5 % of training each');
    return [Math.floor(0.9 * trained), Math.floor(0.95 * trained)];
  }
  const cut = Math.floor(0.95 * trained);
  if (valid.length === 0) {
    notes.push('validation has no files: it is the last 5 % of training');
    read(test);
    return [cut, trained];
  }
  const validated = read(valid);
  if (test.length > 0) {
    read(test);
    return [trained, validated];
  }
  // The order of the splits in the store is that of the files: test is cut off validation, which follows train.
  const half = trained + Math.floor(0.5 * (validated - trained));
  notes.push('test has no files: it is the second half of validation');
  return [trained, half];
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
