import path from 'node:path';
import { DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { corpusFiles } from './path.ts';
import { useScratch } from './scratch.suite.ts';

const scratch = useScratch();

/** The files behind a folder of these, by their paths below it. */
function filesOf(...names: string[]): unknown {
  for (const name of names) scratch.put(`folder/${name}`, 'x');
  const folder = path.join(scratch.root, 'folder');
  const below = (files: readonly string[]): string[] =>
    files.map((file) => path.relative(folder, file).split(path.sep).join('/'));
  const found = Object.entries(corpusFiles(folder) ?? {});
  return Object.fromEntries(found.map(([split, files]) => [split, below(files)]));
}

describe('corpusFiles', () => {
  it('takes a file for one text, whatever its name', () => {
    const file = scratch.put('book.html', 'x');
    expect(corpusFiles(file)).toEqual({ whole: [file] });
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

  it('says how many files are in no split', () => {
    for (const name of ['train.txt', 'valid.txt', 'test.txt', 'README.md']) scratch.put(`set/${name}`, 'x');
    const lines: string[] = [];
    corpusFiles(path.join(scratch.root, 'set'), (line) => lines.push(line));
    expect(lines).toEqual([`${path.join(scratch.root, 'set')}: 1 files named after no split left out`]);
  });

  it('refuses a file named after two splits where the names make the splits', () => {
    expect(filesOf('latest-train.txt', 'book.txt')).toEqual({ whole: ['book.txt', 'latest-train.txt'] });
    expect(() => filesOf('train.txt', 'valid.txt', 'test.txt')).toThrow(
      /latest-train\.txt: expected the name of one split, found train and test; rename it/,
    );
  });

  it('leaves out what is hidden, folders with the names of files, and packed copies', () => {
    expect(filesOf('._a.txt', '.git/b.txt', 'c.txt/d.txt', 'e.txt', 'e.txt.gz', 'f.txt.gz')).toEqual({
      whole: ['c.txt/d.txt', 'e.txt', 'f.txt.gz'],
    });
  });

  it('takes all files for one text where a split has none', () => {
    expect(filesOf('train.txt', 'test.txt')).toEqual({ whole: ['test.txt', 'train.txt'] });
  });

  it('gives nothing for a path where nothing is, and refuses a folder without text files', () => {
    expect(corpusFiles(path.join(scratch.root, 'nowhere'))).toBeUndefined();
    expect(corpusFiles(path.join(scratch.put('a.txt', 'x'), 'below'))).toBeUndefined();
    expect(() => filesOf('a.png')).toThrow(DataError);
    expect(() => filesOf('a.png')).toThrow(/expected text files \(\.txt, \.md, \.tokens\), found none/);
  });
});
