import { describe, expect, it } from 'vitest';
import { splitNamed, splitsByName } from './split-names.ts';

describe('splitNamed', () => {
  it('knows every usual word of a split, whole and in any case', () => {
    for (const word of ['train', 'Training', 'TRAIN']) expect(splitNamed(word)).toBe('train');
    for (const word of ['valid', 'Validation', 'val', 'dev']) expect(splitNamed(word)).toBe('valid');
    for (const word of ['test', 'TESTING']) expect(splitNamed(word)).toBe('test');
    for (const word of ['trainer', 'value', 'latest', 'contest', 'device', '', 'constructor'])
      expect(splitNamed(word)).toBeUndefined();
  });
});

describe('splitsByName', () => {
  const splits = (...paths: string[]) => splitsByName(paths).splits;

  it('takes files and folders that are the words of splits, numbered or not', () => {
    expect(splits('train.txt', 'valid.mid', 'test.abc')).toEqual({
      train: ['train.txt'],
      valid: ['valid.mid'],
      test: ['test.abc'],
    });
    expect(splits('Train/1.mid', 'validation/2.mid', 'TEST/sub/3.mid')).toEqual({
      train: ['Train/1.mid'],
      valid: ['validation/2.mid'],
      test: ['TEST/sub/3.mid'],
    });
    expect(
      splits('train-00000-of-00002.txt', 'train-00001-of-00002.txt', 'test1.txt', 'dev (2).txt'),
    ).toEqual({
      train: ['train-00000-of-00002.txt', 'train-00001-of-00002.txt'],
      valid: ['dev (2).txt'],
      test: ['test1.txt'],
    });
  });

  it('takes the word at either end of a dotted file name', () => {
    expect(splits('ptb.train.txt', 'ptb.char.valid.txt.gz', 'wiki.test.tokens')).toEqual({
      train: ['ptb.train.txt'],
      valid: ['ptb.char.valid.txt.gz'],
      test: ['wiki.test.tokens'],
    });
    expect(splits('train.de.txt', 'test.de.txt')).toEqual({
      train: ['train.de.txt'],
      valid: [],
      test: ['test.de.txt'],
    });
  });

  it('takes a word inside a name where a sibling differs in that word alone', () => {
    expect(
      splits('jsb_train/1.mid', 'jsb_test/2.mid', 'wiki.train.raw.en.txt', 'wiki.test.raw.en.txt'),
    ).toEqual({
      train: ['jsb_train/1.mid', 'wiki.train.raw.en.txt'],
      valid: [],
      test: ['jsb_test/2.mid', 'wiki.test.raw.en.txt'],
    });
  });

  it('takes words inside other names for what they are', () => {
    const novels = [
      'the-great-train-robbery.txt',
      'a-valid-point.txt',
      'the-test-of-time.txt',
      'last-train.txt',
      'training day.txt',
      'the.last.train.to.london.txt',
      'latest-train.txt',
      'the-contest.txt',
    ];
    expect(splitsByName(novels)).toEqual({ leftOut: [], notes: [] });
    expect(splits('test-flights/a.mid', 'night train/b.mid', 'valley/c.mid')).toBeUndefined();
  });

  it('leaves out files beside splits with train, and says which', () => {
    expect(splitsByName(['test/a', 'b', 'train/c', 'x/d'])).toEqual({
      splits: { train: ['train/c'], valid: [], test: ['test/a'] },
      leftOut: [
        { path: 'b', why: 'it is named after no split' },
        { path: 'x/d', why: 'it is named after no split' },
      ],
      notes: ['2 files (b, x/d) named after no split left out'],
    });
  });

  it('trains on the files beside held-out folders where none is named train', () => {
    expect(splitsByName(['a', 'test/b', 'x/c'])).toEqual({
      splits: { train: ['a', 'x/c'], valid: [], test: ['test/b'] },
      leftOut: [],
      notes: ['2 files (a, x/c) named after no split used for training'],
    });
  });

  it('does not take one file, or a folder named train alone, for a split, and says so', () => {
    expect(splitsByName(['a.mid', 'test.mid', 'b.mid'])).toEqual({
      leftOut: [],
      notes: ['1 file (test.mid) named after test alone: taken like any other'],
    });
    expect(splitsByName(['Train/a.mid', 'Bach/b.mid']).splits).toBeUndefined();
    expect(splitsByName(['Train/a.mid', 'Bach/b.mid']).notes).toHaveLength(1);
  });

  it('looks below the folders that all files share', () => {
    expect(splits('test/train/a', 'test/valid/b', 'test/test/c')).toEqual({
      train: ['test/train/a'],
      valid: ['test/valid/b'],
      test: ['test/test/c'],
    });
    expect(splits('test/a', 'test/b')).toBeUndefined();
  });

  it('goes by the folder where file and folder speak of different splits', () => {
    expect(splits('train/test.txt', 'test/train.txt', 'valid/x.txt')).toEqual({
      train: ['train/test.txt'],
      valid: ['valid/x.txt'],
      test: ['test/train.txt'],
    });
  });

  it('leaves out what is named after two splits', () => {
    expect(splitsByName(['train/test/a', 'train/b', 'test/c'])).toEqual({
      splits: { train: ['train/b'], valid: [], test: ['test/c'] },
      leftOut: [{ path: 'train/test/a', why: 'it is named after two splits' }],
      notes: ['1 file (train/test/a) named after two splits left out'],
    });
  });

  it('keeps its notes short, whatever the names and however many', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `${'x'.repeat(200)}${i}`);
    const { notes, leftOut } = splitsByName(['train/a', 'test/b', ...many]);
    expect(leftOut).toHaveLength(100_000);
    expect(notes).toHaveLength(1);
    expect(notes[0].length).toBeLessThan(300);
  });

  it('says nothing about nothing', () => {
    expect(splitsByName([])).toEqual({ leftOut: [], notes: [] });
  });
});
