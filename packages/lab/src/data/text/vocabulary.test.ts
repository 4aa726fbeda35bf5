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

  it('put <unk> for a word that is not known, and name it', () => {
    const { tokens, unknown } = encode('the zebra', words, 'word');
    expect([...tokens]).toEqual([0, 3]);
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
  });

  it('give characters back as they were', () => {
    const characters = vocabularyOf(['a', ' ', '\n', '😀'], 'char');
    const text = ' a 😀\n\na\n';
    expect(decode(encode(text, characters, 'char').tokens, characters, 'char')).toBe(text);
  });
});
