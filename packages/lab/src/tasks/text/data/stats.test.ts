import { describe, expect, it } from 'vitest';
import { useScratch } from '../../../data/scratch.suite.ts';
import { vocabularyOf } from '../../../data/words/vocabulary.ts';
import { loadText } from './load.ts';
import { publishedTexts } from './published-data.suite.ts';
import { textStats } from './stats.ts';
import type { TextData, TokenSource } from './types.ts';

const scratch = useScratch();

const source = (tokens: number[]): TokenSource => ({
  length: tokens.length,
  read(from, out, at = 0, count = out.length - at) {
    out.set(tokens.slice(from, from + count), at);
  },
});
const data = (words: string[], train: number[], test: number[]): TextData => ({
  name: 'x',
  source: 'y',
  level: 'word',
  tokenizer: 'whitespace',
  notes: [],
  vocabulary: vocabularyOf(words, 'word'),
  splits: { train: source(train), valid: source([]), test: source(test) },
  sha256: '',
});

describe('textStats', () => {
  it('counts tokens, different ones and the share of <unk>', () => {
    const stats = textStats(data(['a', '<unk>', 'b'], [0, 0, 1, 2], [1, 1, 1, 0]));
    expect(stats).toMatchObject({ name: 'x', source: 'y', level: 'word', vocabulary: 3 });
    expect(stats.splits).toEqual({
      train: { tokens: 4, distinct: 3, unknown: 1, unknownShare: 0.25 },
      valid: { tokens: 0, distinct: 0, unknown: 0, unknownShare: 0 },
      test: { tokens: 4, distinct: 2, unknown: 3, unknownShare: 0.75 },
    });
    expect(textStats(data(['a', 'b'], [0, 1], [0, 1])).splits.test.unknown).toBe(0);
  });

  it('scores the simple models as worked out by hand', () => {
    const { nll } = textStats(data(['a', 'b', 'c'], [0, 0, 1], [2, 0, 1]));
    expect(nll.uniform).toBeCloseTo(Math.log(3), 12);
    // p = (2 + 1) / (3 + 3) of a, (1 + 1) / (3 + 3) of b; the first token, c, is not predicted.
    expect(nll.unigram).toBeCloseTo((-Math.log(1 / 2) - Math.log(1 / 3)) / 2, 12);
  });

  it('has no figure where nothing is predicted', () => {
    expect(textStats(data(['a', 'b'], [0, 1], [0])).nll.unigram).toBeNull();
    expect(textStats(data(['a', 'b'], [0, 1], [])).nll.unigram).toBeNull();
  });

  it('counts beyond one window', () => {
    const many = Array.from({ length: 200_001 }, (_, i) => i % 2);
    const { splits } = textStats(data(['a', '<unk>'], many, [0, 1]));
    expect(splits.train).toMatchObject({ tokens: 200_001, unknown: 100_000 });
  });

  it('gives the published counts of Penn Treebank, and the NLLs of an independent script', async (context) => {
    const dataDir = publishedTexts(context, 'ptb');
    const stats = textStats(await loadText('ptb', { dataDir, env: scratch.env, fetch: false }));
    // Description of the data sets, section 2: tokens with <eos>, distinct tokens, <unk>.
    expect(stats.vocabulary).toBe(10_000);
    expect(stats.splits.train).toMatchObject({ tokens: 929_589, distinct: 10_000, unknown: 45_020 });
    expect(stats.splits.valid).toMatchObject({ tokens: 73_760, distinct: 6_022, unknown: 3_485 });
    expect(stats.splits.test).toMatchObject({ tokens: 82_430, distinct: 6_049, unknown: 4_794 });
    // Python 3.11: collections.Counter of train, math.fsum of -log((c[x] + 1) / (N + V)) over test[1:].
    expect(stats.nll.uniform).toBeCloseTo(9.210340371976184, 10);
    expect(stats.nll.unigram).toBeCloseTo(6.461132922498738, 8);
  });

  it('gives the counts of the characters of Penn Treebank', async (context) => {
    const dataDir = publishedTexts(context, 'ptb');
    const stats = textStats(await loadText('ptb-char', { dataDir, env: scratch.env, fetch: false }));
    // Half the bytes of the published ptb.char files of train and valid, which write a space after each character.
    expect(stats.splits.train.tokens).toBe(10_034_964 / 2);
    expect(stats.splits.valid.tokens).toBe(786_084 / 2);
    // The same script on the characters of the stripped lines.
    expect(stats.splits.test.tokens).toBe(442_423);
    expect(stats.vocabulary).toBe(50);
    expect(stats.nll.unigram).toBeCloseTo(3.012330545868069, 8);
  });
});
