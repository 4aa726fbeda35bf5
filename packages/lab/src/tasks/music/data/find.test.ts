import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from 'lethe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheDirectory, type FindOptions } from '../../../data/directories.ts';
import { loadText } from '../../text/data/load.ts';
import { catalogueEntry } from './catalogue.ts';
import { findMusic, searchedText } from './find.ts';
import { listDataSets } from './list.ts';
import { loadMusic } from './load.ts';

const jsb = catalogueEntry('jsb-chorales')!;
let root = '';
/** Four places to look in, none of them outside `root`. */
let options: FindOptions;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'lethe-find-'));
  const home = path.join(root, 'home');
  options = {
    dataDir: path.join(root, 'given'),
    cwd: root,
    env: {
      LETHE_DATA: path.join(root, 'variable'),
      HOME: home,
      XDG_CACHE_HOME: path.join(home, 'cache'),
      LOCALAPPDATA: home,
    },
  };
  for (const place of ['given', 'variable']) mkdirSync(path.join(root, place));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(...parts: string[]): string {
  const file = path.join(root, ...parts);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
}

describe('findMusic', () => {
  it('looks in the given directory, $LETHE_DATA, ./data and the cache, in this order', () => {
    expect(findMusic(jsb, options)).toEqual({
      searched: [
        path.join(root, 'given'),
        path.join(root, 'variable'),
        path.join(root, 'data'),
        cacheDirectory(options.env),
      ],
    });
    const places = [path.relative(root, cacheDirectory(options.env)), 'data', 'variable', 'given'];
    for (const place of places) {
      const file = put(place, 'JSB_Chorales.mat');
      expect(findMusic(jsb, options).found?.path).toBe(file);
    }
  });

  it('takes a file from the folder polyphonic before one beside it, and any known form and name', () => {
    for (const [name, form, compressed] of [
      ['jsb_chorales.pickle', 'pickle', false],
      ['JSB Chorales.pickle.gz', 'pickle', true],
      ['JSB Chorales.pickle', 'pickle', false],
      ['JSB_Chorales.mat.gz', 'mat', true],
      ['JSB_Chorales.mat', 'mat', false],
    ] as const) {
      const file = put('given', name);
      expect(findMusic(jsb, options).found).toMatchObject({ path: file, compressed, file: { form } });
    }
    const inside = put('given', 'polyphonic', 'JSB Chorales.pickle');
    expect(findMusic(jsb, options).found?.path).toBe(inside);
  });

  it('does without what is not set', () => {
    const { searched } = findMusic(jsb, { cwd: root, env: { ...options.env, LETHE_DATA: '' } });
    expect(searched).toEqual([path.join(root, 'data'), cacheDirectory(options.env)]);
  });

  it('refuses a directory that is not there, whoever named it, for data that lies elsewhere as well', async () => {
    expect(() => findMusic(jsb, { ...options, dataDir: 'nowhere' })).toThrow(ConfigError);
    expect(() => findMusic(jsb, { ...options, dataDir: 'nowhere' })).toThrow(
      /none at 'nowhere'; check --data/,
    );
    const env = { ...options.env, LETHE_DATA: 'nowhere' };
    const refused = /none at 'nowhere'; check LETHE_DATA/;
    expect(() => findMusic(jsb, { ...options, env })).toThrow(refused);
    await expect(loadMusic('folk', { ...options, env })).rejects.toThrow(refused);
    await expect(loadMusic('folk', { ...options, dataDir: 'nowhere' })).rejects.toThrow(/check --data/);
    await expect(loadText(put('a.txt'), { ...options, env })).rejects.toThrow(refused);
  });

  it('says what it looked for', () => {
    expect(searchedText(jsb, ['/a', '/b'])).toBe(
      "looked for 'JSB_Chorales.mat' or 'JSB Chorales.pickle' (or .gz) in /a, /b, and their folder polyphonic",
    );
  });
});

describe('listDataSets', () => {
  it('says of every data set whether it is found, fetchable or embedded, and where', () => {
    const file = put('data', 'Nottingham.pickle.gz');
    const listed = listDataSets(options);
    expect(listed.map(({ name, status }) => [name, status])).toEqual([
      ['jsb-chorales', 'fetchable'],
      ['nottingham', 'found'],
      ['piano-midi', 'fetchable'],
      ['musedata', 'fetchable'],
      ['folk', 'embedded'],
    ]);
    expect(listed[1].where).toBe(file);
    expect(listed[0].where).toMatch(
      /^https:\/\/raw\.githubusercontent\.com\/locuslab\/TCN\/[0-9a-f]{40}\/.*\/JSB_Chorales\.mat$/,
    );
    expect(listed[0].bytes).toBe(96_095);
  });
});
