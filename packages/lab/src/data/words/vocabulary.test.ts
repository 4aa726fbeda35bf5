import { ConfigError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { buildVocabulary, decode, encode, vocabularyOf } from './vocabulary.ts';

const counts = (text: Record<string, number>): Map<string, number> => new Map(Object.entries(text));

describe('vocabularyOf', () => {
  it('numbers words in their order and knows its marks', () => {
    const words = vocabularyOf(['the', '<unk>', '<eos>'], 'word');
    expect([words.numberOf('the'), words.numberOf('cat')]).toEqual([0, undefined]);
    expect([words.unknown, words.end]).toEqual([1, 2]);
    expect(vocabularyOf(['a', 'b'], 'char').unknown).toBeUndefined();
  });

  it('takes words that are names of properties for words', () => {
    const words = vocabularyOf(['constructor', '__proto__'], 'word');
    expect([words.numberOf('__proto__'), words.numberOf('toString')]).toEqual([1, undefined]);
  });
});

describe('buildVocabulary', () => {
  it('gives frequent words small numbers, and equally frequent ones in the order they were seen', () => {
    const { words } = buildVocabulary(counts({ z: 1, b: 3, a: 3, '<eos>': 5, c: 1 }), 'word', false);
    expect(words).toEqual(['<eos>', 'b', 'a', 'z', 'c']);
  });

  it('needs no <unk> where nothing is left out and nothing unseen', () => {
    expect(buildVocabulary(counts({ a: 2, '<eos>': 1 }), 'word', false).unknown).toBeUndefined();
    expect(buildVocabulary(counts({ a: 2, b: 1 }), 'char', false).unknown).toBeUndefined();
  });

  it('adds <unk> where other splits have words that training does not', () => {
    const { words, unknown } = buildVocabulary(counts({ a: 2, '<eos>': 1 }), 'word', true);
    expect(words).toEqual(['a', '<eos>', '<unk>']);
    expect(unknown).toBe(2);
  });

  it('keeps a <unk> of the text where its count puts it', () => {
    const { words, unknown } = buildVocabulary(counts({ a: 4, '<unk>': 3, b: 2, '<eos>': 1 }), 'word', true);
    expect(words).toEqual(['a', '<unk>', 'b', '<eos>']);
    expect(unknown).toBe(1);
  });

  it('keeps as many words as allowed, <unk> counted in', () => {
    const limited = buildVocabulary(counts({ a: 5, '<eos>': 4, b: 3, c: 1 }), 'word', false, {
      vocabularySize: 4,
    });
    expect(limited.words).toEqual(['a', '<eos>', 'b', 'c']);
    const less = buildVocabulary(counts({ a: 5, '<eos>': 4, b: 3, c: 1, d: 1 }), 'word', false, {
      vocabularySize: 4,
    });
    expect(less.words).toEqual(['a', '<eos>', 'b', '<unk>']);
  });

  it('counts all that <unk> stands for, and puts it where that count does', () => {
    // Without it a, b, c; the rest are 1 + 2 + 2 = 5, first seen before b.
    const { words } = buildVocabulary(
      counts({ d: 1, a: 9, b: 5, c: 3, e: 2, f: 2, '<eos>': 4 }),
      'word',
      false,
      {
        vocabularySize: 5,
      },
    );
    expect(words).toEqual(['a', '<unk>', 'b', '<eos>', 'c']);
    // One that the text has stands for more, too: 2 + 1 + 1.
    const more = buildVocabulary(counts({ a: 9, '<unk>': 2, b: 3, c: 1, '<eos>': 1, d: 1 }), 'word', false, {
      minCount: 2,
    });
    expect(more.words).toEqual(['a', '<unk>', 'b', '<eos>']);
  });

  it('never leaves <eos> out', () => {
    const rare = buildVocabulary(counts({ a: 5, b: 4, '<eos>': 1 }), 'word', false, { minCount: 2 });
    expect(rare.words).toEqual(['a', 'b', '<eos>']);
    const small = buildVocabulary(counts({ a: 5, b: 4, '<eos>': 1 }), 'word', false, { vocabularySize: 2 });
    expect(small.words).toEqual(['<unk>', '<eos>']);
    const none = buildVocabulary(counts({ a: 5 }), 'word', true);
    expect(none.words).toEqual(['a', '<eos>', '<unk>']);
    expect(buildVocabulary(counts({ a: 5, b: 4 }), 'char', false).words).toEqual(['a', 'b']);
  });

  it('refuses limits that are none', () => {
    for (const limits of [
      { vocabularySize: 1 },
      { vocabularySize: 2.5 },
      { minCount: 0 },
      { minCount: Number.NaN },
    ]) {
      expect(() => buildVocabulary(counts({ a: 1 }), 'word', false, limits)).toThrow(ConfigError);
    }
  });

  it('leaves rare words out', () => {
    const { words } = buildVocabulary(counts({ a: 5, '<eos>': 4, b: 2, c: 1 }), 'word', false, {
      minCount: 2,
    });
    expect(words).toEqual(['a', '<eos>', 'b', '<unk>']);
  });
});

describe('encode and decode', () => {
  const words = vocabularyOf(['the', 'cat', '<eos>', '<unk>'], 'word');

  it('split words at white space and end lines at newlines', () => {
    const { tokens, unknown } = encode('  the\tcat \n the', words, 'word');
    expect([...tokens]).toEqual([0, 1, 2, 0]);
    expect(unknown).toEqual([]);
  });

  it('put <unk> for a word that is not known, and name it once', () => {
    const { tokens, unknown } = encode('the zebra zebra', words, 'word');
    expect([...tokens]).toEqual([0, 3, 3]);
    expect(unknown).toEqual(['zebra']);
  });

  it('leave out what a vocabulary without <unk> does not have, and name it', () => {
    const { tokens, unknown } = encode('a😀c', vocabularyOf(['a', 'c'], 'char'), 'char');
    expect([...tokens]).toEqual([0, 1]);
    expect(unknown).toEqual(['😀']);
  });

  it('write lines again', () => {
    expect(decode([0, 1, 2, 0, 1, 2], words, 'word')).toBe('the cat\nthe cat\n');
    expect(decode([2, 0, 1], words, 'word')).toBe('\nthe cat');
    expect(decode([], words, 'word')).toBe('');
    expect(decode([0, 2, 2, 2, 1], words, 'word')).toBe('the\n\n\ncat');
  });

  it('refuse numbers that are none of the vocabulary', () => {
    expect(() => decode([0, 4], words, 'word')).toThrow(RangeError);
    expect(() => decode([-1], words, 'word')).toThrow(/expected tokens from 0 to 3, got -1/);
  });

  it('give characters back as they were', () => {
    const characters = vocabularyOf(['a', ' ', '\n', '😀'], 'char');
    const text = ' a 😀\n\na\n';
    expect(decode(encode(text, characters, 'char').tokens, characters, 'char')).toBe(text);
  });
});
