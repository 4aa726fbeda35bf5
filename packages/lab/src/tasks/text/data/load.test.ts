import { createHash } from 'node:crypto';
import path from 'node:path';
import { ConfigError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { tokensOf, useScratch } from '../../../data/scratch.suite.ts';
import { decode } from '../../../data/words/vocabulary.ts';
import { textNames } from './catalogue.ts';
import { type LoadTextOptions, loadText } from './load.ts';
import { publishedTexts } from './published-data.suite.ts';
import type { TextData, TokenSource } from './types.ts';

const scratch = useScratch();
const load = (name: string, options: LoadTextOptions = {}): Promise<TextData> =>
  loadText(name, { cwd: scratch.root, env: scratch.env, fetch: false, ...options });
const lengths = ({ splits }: TextData): number[] =>
  [splits.train, splits.valid, splits.test].map(({ length }) => length);

/** The object id that git gives to the published form: spaces as _, a space after every character. */
function objectId({ vocabulary, level }: TextData, source: TokenSource): string {
  const text = Buffer.from(decode(tokensOf(source), vocabulary, level).replaceAll(' ', '_'), 'latin1');
  const bytes = Buffer.alloc(2 * text.length, ' ');
  for (let i = 0; i < text.length; i++) bytes[2 * i] = text[i];
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

describe('loadText', () => {
  it('knows three texts by name', () => {
    expect(textNames).toEqual(['ptb', 'ptb-char', 'wikitext-2']);
  });

  it('loads the words of Penn Treebank with the published counts', async (context) => {
    const data = await load('ptb', { dataDir: publishedTexts(context, 'ptb') });
    expect(data).toMatchObject({ name: 'ptb', level: 'word' });
    expect(lengths(data)).toEqual([929_589, 73_760, 82_430]);
    expect(data.vocabulary.words).toHaveLength(10_000);
    // Python 3.11, collections.Counter of the training words with <eos>, which keeps the order of first occurrence.
    const { words, unknown, end } = data.vocabulary;
    expect(words.slice(0, 10)).toEqual(['the', '<unk>', '<eos>', 'N', 'of', 'to', 'a', 'in', 'and', "'s"]);
    expect(words.slice(-3)).toEqual(['flat-rolled', 'biscuits', 'isi']);
    expect([unknown, end]).toEqual([1, 2]);
    // The first words of the file, which are in order of first occurrence and all rare.
    expect(decode(tokensOf(data.splits.train).slice(0, 3), data.vocabulary, 'word')).toBe(
      'aer banknote berlitz',
    );
  });

  it('loads the characters of Penn Treebank, which are those of the published ptb.char files', async (context) => {
    const data = await load('ptb-char', { dataDir: publishedTexts(context, 'ptb') });
    expect(data.level).toBe('char');
    // The object ids that tomsercu/lstm lists for ptb.char.train.txt and ptb.char.valid.txt.
    expect(objectId(data, data.splits.train)).toBe('84b890a87aed6ad2989aa12d03f1129c41d727b2');
    expect(objectId(data, data.splits.valid)).toBe('940c7ea52db925f46874bc9e1ea37424beec6c98');
    expect(data.vocabulary.words.slice(0, 5)).toEqual([' ', 'e', 't', 'a', 'n']);
    expect(data.vocabulary.words).toHaveLength(50);
  });

  it('gives the same for the characters of ptb as for ptb-char', async (context) => {
    const dataDir = publishedTexts(context, 'ptb');
    const [a, b] = [await load('ptb', { dataDir, level: 'char' }), await load('ptb-char', { dataDir })];
    expect(a.sha256).toBe(b.sha256);
  });

  it('keeps the vocabulary of Penn Treebank as small as asked', async (context) => {
    const dataDir = publishedTexts(context, 'ptb');
    const data = await load('ptb', { dataDir, vocabularySize: 1000 });
    expect(data.vocabulary.words).toHaveLength(1000);
    expect(lengths(data)).toEqual([929_589, 73_760, 82_430]);
    const top = Math.max(...new Set(tokensOf(data.splits.train)));
    expect(top).toBe(999);
  });

  it('loads WikiText-2 with the published counts', async (context) => {
    const data = await load('wikitext-2', { dataDir: publishedTexts(context, 'wikitext-2') });
    // Description of the data sets, section 5: tokens with <eos> for every line, distinct tokens.
    expect(lengths(data)).toEqual([2_088_628, 217_646, 245_569]);
    expect(data.vocabulary.words).toHaveLength(33_278);
    // Python 3.11, collections.Counter of the training words.
    expect(data.vocabulary.words.slice(0, 6)).toEqual(['the', ',', '.', 'of', '<unk>', 'and']);
    // Python's str.split, and so every published figure, takes the zero width no-break space for a word.
    expect(data.vocabulary.numberOf('\ufeff')).toBeDefined();
  });

  it('takes a path from the working directory given', async () => {
    scratch.put('book.txt', 'a b\n'.repeat(20));
    expect(lengths(await load('book.txt'))).toEqual([54, 3, 3]);
  });

  it('loads a file of words unless told otherwise', async () => {
    const file = scratch.put('book.txt', 'a b\n'.repeat(20));
    const data = await load(file);
    expect(data).toMatchObject({ name: file, level: 'word' });
    expect(lengths(data)).toEqual([54, 3, 3]);
    expect(lengths(await load(file, { level: 'char' }))).toEqual([72, 4, 4]);
  });

  it('loads a folder whose files name the splits', async () => {
    for (const split of ['train', 'valid', 'test']) scratch.put(`set/${split}.txt`, `a ${split}\n`);
    const data = await load(path.join(scratch.root, 'set'));
    expect(lengths(data)).toEqual([3, 3, 3]);
    expect(data.vocabulary.words).toEqual(['a', 'train', '<eos>', '<unk>']);
  });

  it('refuses a name that is neither a text nor a path, with the nearest one', async () => {
    await expect(load('ptb-chr')).rejects.toThrow(ConfigError);
    await expect(load('ptb-chr')).rejects.toThrow(
      /unknown data set 'ptb-chr': expected ptb, ptb-char, wikitext-2, or the path of .*; did you mean 'ptb-char'\?/,
    );
  });
});
