import path from 'node:path';
import { ConfigError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../../data/directories.ts';
import { useScratch } from '../../../data/scratch.suite.ts';
import { listTextSets } from './list.ts';

const scratch = useScratch();

describe('listTextSets', () => {
  it('says of every text whether it is found, fetchable or missing, and where', () => {
    const { root, env } = scratch;
    const listed = listTextSets({ cwd: root, env });
    expect(listed.map(({ name, level, status }) => [name, level, status])).toEqual([
      ['ptb', 'word', 'fetchable'],
      ['ptb-char', 'char', 'fetchable'],
      ['wikitext-2', 'word', 'missing'],
    ]);
    expect(listed[0].where).toMatch(/^https:\/\/raw\.githubusercontent\.com\/.*\/ptb\.train\.txt$/);
    expect(listed[2].where).toBe(path.join(cacheDirectory(env), 'wikitext-2'));
    // Sums of the plain sizes in the description of the data sets: 5,101,618 + 399,782 + 449,945.
    expect(listed[0].bytes).toBe(5_951_345);
    // 10,797,148 + 1,121,681 + 1,256,449.
    expect(listed[2].bytes).toBe(13_175_278);
  });

  it('finds one folder for the words and the characters of Penn Treebank', () => {
    const { root, env, put } = scratch;
    const folder = path.dirname(put('data/ptb/ptb.train.txt.gz', ''));
    put('data/ptb/ptb.valid.txt.gz', '');
    put('data/ptb/ptb.test.txt.gz', '');
    const [words, characters, other] = listTextSets({ cwd: root, env });
    expect(words).toMatchObject({ status: 'found', where: folder });
    expect(characters).toMatchObject({ status: 'found', where: folder });
    expect(other.status).toBe('missing');
  });

  it('refuses a given directory that is not there', () => {
    const { root, env } = scratch;
    expect(() => listTextSets({ dataDir: 'nowhere', cwd: root, env })).toThrow(ConfigError);
  });
});
