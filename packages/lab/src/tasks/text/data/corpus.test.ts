import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ConfigError, DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { tokensOf, useScratch } from '../../../data/scratch.suite.ts';
import type { Level } from '../../../data/words/types.ts';
import { decode } from '../../../data/words/vocabulary.ts';
import { type CorpusFiles, type CorpusOptions, readCorpus } from './corpus.ts';
import type { TextData } from './types.ts';

const scratch = useScratch();

const read = (files: CorpusFiles, level: Level, options: Partial<CorpusOptions> = {}) =>
  readCorpus('x', files, { level, folder: scratch.root, ...options });
/** One text, cut. */
const readText = (
  content: string | Uint8Array,
  level: Level = 'word',
  options: Partial<CorpusOptions> = {},
): ReturnType<typeof readCorpus> => read({ whole: [scratch.put('a.txt', content)] }, level, options);
const words = ({ vocabulary }: Pick<TextData, 'vocabulary'>, source: TextData['splits']['train']): string[] =>
  Array.from(tokensOf(source), (token) => vocabulary.words[token]);

describe('readCorpus', () => {
  it('ends every line of words that ends with <eos>, blank ones too', () => {
    const files = {
      train: [scratch.put('train.txt', ' the  cat\tsat \n\n the\r\ncat')],
      valid: [scratch.put('valid.txt', 'cat\n')],
      test: [scratch.put('test.txt', '\n')],
    };
    const corpus = read(files, 'word');
    const { train, valid, test } = corpus.splits;
    expect(words(corpus, train).join(' ')).toBe('the cat sat <eos> <eos> the <eos> cat');
    expect(words(corpus, valid)).toEqual(['cat', '<eos>']);
    expect(words(corpus, test)).toEqual(['<eos>']);
    expect(corpus.vocabulary.words).toEqual(['<eos>', 'the', 'cat', 'sat']);
  });

  it('puts <unk> for the words of valid and test that train does not have', () => {
    const files = {
      train: [scratch.put('train.txt', 'a b\n')],
      valid: [scratch.put('valid.txt', 'a z\n')],
      test: [scratch.put('test.txt', 'b\n')],
    };
    const corpus = read(files, 'word');
    expect(words(corpus, corpus.splits.valid)).toEqual(['a', '<unk>', '<eos>']);
    expect(corpus.vocabulary.words).toEqual(['a', 'b', '<eos>', '<unk>']);
  });

  it('reads characters as code points, and the newline as one of them', () => {
    const corpus = readText('a😀é\n\nb\n'.repeat(10), 'char');
    expect(corpus.vocabulary.words).toEqual(['\n', 'a', '😀', 'é', 'b']);
    // 90 % of ten times seven code points.
    expect(decode(tokensOf(corpus.splits.train), corpus.vocabulary, 'char')).toBe('a😀é\n\nb\n'.repeat(9));
  });

  it('takes spaces off the ends of lines where it is told to', () => {
    const text = ' a b \n c \n';
    const files = {
      train: [scratch.put('train.txt', text)],
      valid: [scratch.put('valid.txt', text)],
      test: [scratch.put('test.txt', text)],
    };
    const trimmed = read(files, 'char', { trim: true });
    expect(words(trimmed, trimmed.splits.test).join('')).toBe('a b\nc\n');
    const whole = read(files, 'char');
    expect(words(whole, whole.splits.test).join('')).toBe(text);
  });

  it('cuts a text at 90 and 95 % of its tokens, counted over all files in order', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `${i % 10}\n`);
    const first = scratch.put('a.txt', lines.slice(0, 30).join(''));
    const second = scratch.put('b.txt', lines.slice(30).join(''));
    const corpus = read({ whole: [first, second] }, 'word');
    const { train, valid, test } = corpus.splits;
    // 100 lines of a word and <eos>.
    expect([train.length, valid.length, test.length]).toEqual([180, 10, 10]);
    expect(words(corpus, valid).join(' ')).toBe('0 <eos> 1 <eos> 2 <eos> 3 <eos> 4 <eos>');
  });

  it('has <eos> in every vocabulary of words, even of a book in one line', () => {
    const corpus = readText('a b '.repeat(50));
    expect(corpus.vocabulary.words).toEqual(['a', 'b', '<eos>']);
    expect(corpus.vocabulary.end).toBe(2);
    expect(words(corpus, corpus.splits.test)).toEqual(['b', 'a', 'b', 'a', 'b']);
  });

  it('keeps no more of a text in memory than its words', () => {
    // Words of 13 letters and more are cut out of the text by reference (V8); 40 pieces of 1 MiB, one such word in each.
    const line = 'the quick brown fox\n';
    const piece = (i: number): string => `${line.repeat(2 ** 20 / line.length)}averylonguniqueword${i}\n`;
    const file = scratch.put('a.txt', Array.from({ length: 40 }, (_, i) => piece(i)).join(''));
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage().heapUsed;
    const corpus = read({ whole: [file] }, 'word', { limit: 100_000 });
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10e6);
    expect(corpus.splits.train.length).toBeGreaterThan(8_000_000);
  });

  it('counts words in the training split alone', () => {
    // After the cut b is the most frequent word; in train it is not.
    const corpus = readText(`${'a '.repeat(85)}b b b b b ${'b '.repeat(10)}`, 'word');
    expect(corpus.vocabulary.words.slice(0, 2)).toEqual(['a', 'b']);
  });

  it('reads a character that lies across two pieces of the file', () => {
    // Pieces have 2^20 bytes; é has two, and x moves them by one.
    const text = `x${'é'.repeat(2 ** 19 + 5)}\n`;
    const corpus = readText(text, 'char');
    const total = Object.values(corpus.splits).reduce((sum, { length }) => sum + length, 0);
    expect(total).toBe(text.length);
    expect([...corpus.vocabulary.words].slice(0, 2)).toEqual(['é', 'x']);
  });

  it('does not count a byte order mark', () => {
    const corpus = readText(`\ufeff${'a b\n'.repeat(20)}`);
    expect(corpus.vocabulary.words).toEqual(['a', 'b', '<eos>']);
  });

  it('has the same tokens and checksum from memory and from a file', () => {
    const text = Array.from({ length: 50_000 }, (_, i) => `w${(i * i) % 997} x\n`).join('');
    const [memory, file] = [readText(text), readText(text, 'word', { limit: 70_000 })];
    expect(file.sha256).toBe(memory.sha256);
    expect(file.vocabulary.words).toEqual(memory.vocabulary.words);
    for (const split of ['train', 'valid', 'test'] as const) {
      const bytes = ({ splits }: typeof memory) => Buffer.from(tokensOf(splits[split]).buffer);
      expect(Buffer.compare(bytes(memory), bytes(file))).toBe(0);
    }
  });

  it('has the checksum of its words and tokens', () => {
    const files = {
      train: [scratch.put('train.txt', 'a b\n')],
      valid: [scratch.put('valid.txt', 'a\n')],
      test: [scratch.put('test.txt', 'b\n')],
    };
    // Python 3.11, hashlib: '["a","b","<eos>"]', then of each split '\n', its length, '\n' and its tokens as '<i'.
    expect(read(files, 'word').sha256).toBe(
      '64b061c82109ec5832f5de63273505a056e57370b7f39fbabb22a25d720974fb',
    );
  });

  it('refuses a text without tokens, and one with a single word', () => {
    expect(() => readText('')).toThrow(DataError);
    expect(() => readText('')).toThrow(/^x: expected some text, found none/);
    expect(() => readText('\n'.repeat(20))).toThrow(ConfigError);
    expect(() => readText('\n'.repeat(20), 'char')).toThrow(/expected a vocabulary of at least 2 characters/);
  });

  it('refuses what is not text, and names the file', () => {
    expect(() => readText('a\0b')).toThrow(DataError);
    expect(() => readText('a\0b')).toThrow(/a\.txt: expected text in UTF-8, found a zero byte/);
    expect(() => readText(Uint8Array.of(97, 0xff, 98))).toThrow(/a\.txt: expected text in UTF-8/);
    expect(() => readText(Uint8Array.of(97, 0xc3))).toThrow(/a\.txt: .*half a character at its end/);
    expect(() => read({ whole: [scratch.root] }, 'word')).toThrow(/cannot be read/);
    expect(() => readText('x'.repeat(3 * 2 ** 20))).toThrow(/a\.txt: .*; read it at character level/);
  });
});
