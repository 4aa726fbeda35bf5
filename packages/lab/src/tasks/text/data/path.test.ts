import path from 'node:path';
import { DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { useScratch } from '../../../data/scratch.suite.ts';
import { corpusFiles } from './path.ts';

const scratch = useScratch();

/** The files behind a folder of these, by their paths below it. */
function filesOf(...names: string[]): unknown {
  for (const name of names) scratch.put(`folder/${name}`, 'x');
  const folder = path.join(scratch.root, 'folder');
  const below = (files: readonly string[]): string[] =>
    files.map((file) => path.relative(folder, file).split(path.sep).join('/'));
  const found = Object.entries(corpusFiles(folder)?.files ?? {}) as [string, string[]][];
  return Object.fromEntries(found.map(([split, files]) => [split, below(files)]));
}

describe('corpusFiles', () => {
  it('takes a file for one text, whatever its name', () => {
    const file = scratch.put('book.html', 'x');
    expect(corpusFiles(file)).toEqual({ files: { whole: [file] }, notes: [] });
  });

  it('takes the text files below a folder in the order of their names', () => {
    expect(filesOf('b.txt', 'a/z.md', 'a.tokens', 'picture.png', 'a/b/c.txt')).toEqual({
      whole: ['a.tokens', 'a/b/c.txt', 'a/z.md', 'b.txt'],
    });
  });

  it('takes the splits from the names where there are all three, and leaves other files out', () => {
    expect(
      filesOf('ptb.train.txt', 'ptb.valid.txt', 'ptb.test.txt', 'more/train-2.txt', 'README.md'),
    ).toEqual({
      train: ['more/train-2.txt', 'ptb.train.txt'],
      valid: ['ptb.valid.txt'],
      test: ['ptb.test.txt'],
    });
  });

  it('knows every usual name of the validation split', () => {
    for (const valid of ['dev.txt', 'val.txt', 'validation.txt']) {
      expect(filesOf(`${valid}.d/train.txt`, `${valid}.d/${valid}`, `${valid}.d/test.txt`)).toMatchObject({
        valid: expect.arrayContaining([`${valid}.d/${valid}`]),
      });
    }
  });

  it('takes folders named after splits for the splits', () => {
    expect(filesOf('train/a.txt', 'train/test-pilot.txt', 'valid/a.txt', 'test/b/a.txt')).toEqual({
      train: ['train/a.txt', 'train/test-pilot.txt'],
      valid: ['valid/a.txt'],
      test: ['test/b/a.txt'],
    });
  });

  it('takes a word inside a name for a word: novels are one text', () => {
    const novels = [
      'devotion.txt',
      'emma.txt',
      'protest.txt',
      'the-great-train-robbery.txt',
      'valley.txt',
      'x.txt',
    ];
    expect(filesOf(...novels)).toEqual({ whole: novels });
  });

  it('says what is left out and what is assumed', () => {
    for (const name of ['train.txt', 'valid.txt', 'test.txt', 'README.md', 'cover.png'])
      scratch.put(`set/${name}`, 'x');
    const { notes } = corpusFiles(path.join(scratch.root, 'set'))!;
    expect(notes).toEqual([
      'splits by the names of files and folders: 1 train, 1 valid, 1 test',
      '1 file (README.md) named after no split left out',
      '1 file is no text by the name (.txt, .md, .tokens) and left out: cover.png',
    ]);
    for (const name of ['a.txt', 'b.txt']) scratch.put(`books/${name}`, 'x');
    expect(corpusFiles(path.join(scratch.root, 'books'))!.notes).toEqual([
      '2 files as one text, in the order of their names',
    ]);
  });

  it('refuses a folder of which all is held out', () => {
    scratch.put('set/valid/a.txt', 'x');
    scratch.put('set/test/a.txt', 'x');
    expect(() => corpusFiles(path.join(scratch.root, 'set'))).toThrow(
      /expected files for training, found only/,
    );
  });

  it('leaves out what is hidden, folders with the names of files, and packed copies', () => {
    expect(filesOf('._a.txt', '.git/b.txt', 'c.txt/d.txt', 'e.txt', 'e.txt.gz', 'f.txt.gz')).toEqual({
      whole: ['c.txt/d.txt', 'e.txt', 'f.txt.gz'],
    });
  });

  it('leaves a split empty that no name makes', () => {
    expect(filesOf('train.txt', 'test.txt')).toEqual({ train: ['train.txt'], valid: [], test: ['test.txt'] });
    expect(filesOf('test.txt')).toMatchObject({ test: ['test.txt'] });
  });

  it('gives nothing for a path where nothing is, and refuses a folder without text files', () => {
    expect(corpusFiles(path.join(scratch.root, 'nowhere'))).toBeUndefined();
    expect(corpusFiles(path.join(scratch.put('a.txt', 'x'), 'below'))).toBeUndefined();
    expect(() => filesOf('a.png')).toThrow(DataError);
    expect(() => filesOf('a.png')).toThrow(/expected text files \(\.txt, \.md, \.tokens\), found none/);
  });
});
