import { DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { vocabularyOf } from '../../data/words/vocabulary.ts';
import { type ReadTokensOptions, readTokens } from './read-tokens.ts';

const words = vocabularyOf(['the', 'cat', '<eos>', '<unk>'], 'word');

async function read(pieces: string[], options: Partial<ReadTokensOptions> = {}): Promise<number[]> {
  const all: number[] = [];
  const rest = { level: 'word', vocabulary: words, where: 'letter.txt', ...options } as const;
  for await (const tokens of readTokens(pieces, rest)) all.push(...tokens);
  return all;
}

describe('readTokens', () => {
  it('splits text as a corpus is, wherever the pieces end, and adds nothing', async () => {
    expect(await read(['the cat\nth', 'e', ' cat'])).toEqual([0, 1, 2, 0, 1]);
    expect(await read(['the\n'])).toEqual([0, 2]);
    expect(await read([])).toEqual([]);
  });

  it('leaves white space around lines out where the corpus did', async () => {
    const vocabulary = vocabularyOf(['a', ' ', '\n'], 'char');
    const pieces = [' a a \n'];
    expect(await read(pieces, { level: 'char', vocabulary })).toEqual([1, 0, 1, 0, 1, 2]);
    expect(await read(pieces, { level: 'char', vocabulary, trim: true })).toEqual([0, 1, 0, 2]);
  });

  it('reads words that are not known as <unk>, and tells of each', async () => {
    const unknown: string[] = [];
    const onUnknown = (word: string) => unknown.push(word);
    expect(await read(['the zebra zebra'], { onUnknown })).toEqual([0, 3, 3]);
    expect(unknown).toEqual(['zebra', 'zebra']);
  });

  it('refuses them where there is no <unk>, naming the text, the word and what to do', async () => {
    const reading = read(['the zebra'], { vocabulary: vocabularyOf(['the', '<eos>'], 'word') });
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow(
      'letter.txt: expected words of the vocabulary, which has no <unk>, found "zebra"; leave it out, or train with text.vocabularySize below 2 to have one',
    );
  });

  it('names the text whose words do not end', async () => {
    await expect(read(['x'.repeat(1_100_000)])).rejects.toThrow(/^letter\.txt: expected words between/);
  });
});
