/** Parallel texts that have a name, and where each of them is. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DataError } from 'lethe';
import { dataDirectories, type FindOptions } from '../../../data/directories.ts';
import { MissingDataError } from '../../../data/missing.ts';
import { unknownDataSet } from '../../../data/unknown.ts';
import { systemReason } from '../../../files/system-error.ts';
import type { ListedData } from '../../kind.ts';
import type { RawCorpus, RawPairs } from './types.ts';

/**
 * Multi30k, task 1: descriptions of pictures in English and German (Elliott, Frank, Sima'an, Specia 2016). Of every part there are the sentences
 * as they were written (`raw/`), and normalised, tokenised by Moses and in lower case (`tok/`), as they were published.
 */
const multi30k = {
  folder: 'multi30k',
  from: 'https://github.com/multi30k/dataset (data/task1/raw and data/task1/tok)',
  train: 'train',
  valid: 'val',
  /** names of tests, and of their files; the first is the one that figures are given for */
  tests: {
    flickr2016: 'test_2016_flickr',
    flickr2017: 'test_2017_flickr',
    flickr2018: 'test_2018_flickr',
    mscoco2017: 'test_2017_mscoco',
  },
} as const;

interface Entry {
  name: string;
  title: string;
  from: 'en' | 'de';
  to: 'en' | 'de';
}

const entries: readonly Entry[] = [
  {
    name: 'multi30k-en-de',
    title: '29,000 descriptions of pictures, English to German (Elliott et al. 2016)',
    ...{ from: 'en', to: 'de' },
  },
  {
    name: 'multi30k-de-en',
    title: '29,000 descriptions of pictures, German to English (Elliott et al. 2016)',
    ...{ from: 'de', to: 'en' },
  },
];

export const pairNames: readonly string[] = entries.map(({ name }) => name);

/** All of them, without reading any. */
export function listPairs(places: FindOptions = {}): ListedData[] {
  const found = folderOf(places);
  return entries.map(({ name, title }) => ({
    ...{ name, title },
    status: found === undefined ? 'missing' : 'found',
    where: found ?? multi30k.from,
    bytes: null,
    licence: 'for research (pictures: Flickr)',
  }));
}

/**
 * The sentences of a published set, each file checked by its SHA-256.
 * @param testSet a name of a test; null: the first
 * @throws MissingDataError where it is nowhere; DataError for a file that is missing beside others, or not the published one, or a test that
 * there is not
 */
export function publishedPairs(name: string, testSet: string | null, places: FindOptions = {}): RawCorpus {
  const entry = entries.find((one) => one.name === name);
  if (!entry) throw unknownDataSet(name, pairNames, ', or the path of a folder or table');
  const root = folderOf(places);
  if (root === undefined) throw missingPairs(name, places);
  const testSets = Object.keys(multi30k.tests);
  const test = testSet ?? testSets[0];
  if (!Object.hasOwn(multi30k.tests, test)) {
    throw new DataError(`${name}: expected one of the tests ${testSets.join(', ')}, found no '${test}'`);
  }
  const part = (stem: string): RawPairs => partOf(root, stem, entry);
  return {
    ...{ from: entry.from, to: entry.to },
    train: part(multi30k.train),
    valid: part(multi30k.valid),
    test: part(multi30k.tests[test as keyof typeof multi30k.tests]),
    ...{ testSet: test, testSets, escaped: true },
    notes: [`${root}: sentences tokenised and in lower case, references of 13a as they were written`],
  };
}

/** Why a published set cannot be had. */
export function missingPairs(name: string, places: FindOptions = {}): MissingDataError {
  return new MissingDataError(
    `${name} not found: looked for folders 'raw' and 'tok' in '${multi30k.folder}' in ${dataDirectories(places).join(', ')}; put those of ${multi30k.from} there`,
  );
}

// --- internal ---

const folderOf = (places: FindOptions): string | undefined =>
  dataDirectories(places)
    .map((root) => path.join(root, multi30k.folder))
    .find((folder) => existsSync(path.join(folder, 'tok')));

function partOf(root: string, stem: string, { from, to }: Entry): RawPairs {
  const tok = (language: string) => linesOf(root, `tok/${stem}.lc.norm.tok.${language}`);
  const raw = (language: string) => linesOf(root, `raw/${stem}.${language}`);
  const source = tok(from);
  return {
    where: `${path.join(root, 'tok', stem)}.lc.norm.tok.{${from},${to}}`,
    ...{ source, target: tok(to) },
    raw: { source: raw(from), target: raw(to) },
    lines: source.map((_, i) => i + 1),
  };
}

/** The lines of a published file, packed or not. */
function linesOf(root: string, name: string): string[] {
  const file = [name, `${name}.gz`].map((one) => path.join(root, one)).find((one) => existsSync(one));
  if (file === undefined) {
    throw new DataError(
      `${path.join(root, name)}: expected it (or .gz) beside the other files of Multi30k, found none; get it from ${multi30k.from}`,
    );
  }
  let content: Uint8Array;
  try {
    const stored = readFileSync(file);
    content = file.endsWith('.gz') ? gunzipSync(stored, { maxOutputLength: 1 << 24 }) : stored;
  } catch (error) {
    throw new DataError(`${file}: cannot be read: ${systemReason(error)}`, { cause: error });
  }
  const found = createHash('sha256').update(content).digest('hex');
  const expected = sums[name.slice(name.indexOf('/') + 1)];
  if (found !== expected) {
    throw new DataError(
      `${file}: not the published file of Multi30k: expected sha256 ${expected}, found ${found}; get it again from ${multi30k.from}`,
    );
  }
  return Buffer.from(content).toString('utf8').replace(/\n$/, '').split('\n');
}

/** SHA-256 of the plain files, by their names. */
const sums: Readonly<Record<string, string>> = {
  'test_2016_flickr.lc.norm.tok.de': 'c6a33d39d48f9f510de147651316cd9d918e09ad0219df734a2f16b6baccacc4',
  'test_2016_flickr.lc.norm.tok.en': '5b7f32627cf99eced828311b955dae9800bb52bc8b91cf8b6526829e605b29d2',
  'test_2017_flickr.lc.norm.tok.de': '02067e4a9402786a4fcb8c1b6f4307e4a5073ced64800abead5273b54f5f31f6',
  'test_2017_flickr.lc.norm.tok.en': 'c9d1dfd7a26add989382e534af235af9f0f658b2a30e7eb0efdaf142496ee54f',
  'test_2017_mscoco.lc.norm.tok.de': 'e2825990b8a4e5289d2cdba801d57c187810bab9b4f5d87a30c35800a0d871b6',
  'test_2017_mscoco.lc.norm.tok.en': 'fe69ae004d71c42ead0301e70c57de5b1b6b5fb7f52210d42b22801e98e656f3',
  'test_2018_flickr.lc.norm.tok.de': '45ce6b121708adf538d3a8c71dc1acbcb1e0f2bca74ace8e58652f9ea5b96335',
  'test_2018_flickr.lc.norm.tok.en': 'a66e25cbb8323d74a40873dcd222659f39e30ee7687a6ed5445833aed0673239',
  'train.lc.norm.tok.de': 'cb5a23529b65ec2061f1dc446192a9c37382b63cc75f81a0be59d34894b3a505',
  'train.lc.norm.tok.en': '08925f8e0572bcd5a006702fc5fe20e2d77c6917d4eebd576fc20de6693c2119',
  'val.lc.norm.tok.de': '97232bd273eceb7207f689527386a97e4be2616b18ada47576bdaf96c8ae1f00',
  'val.lc.norm.tok.en': '46573ce391ae227f1c72f873392436a20ef18e0a6d518098cfbd70b77c8572ec',
  'test_2016_flickr.de': '4be6b5b3236b79c25475c6bb829800a7ce559e9ba7a1f6c2394fe4d40be46d16',
  'test_2016_flickr.en': '399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182',
  'test_2017_flickr.de': 'c3078bc3b36808bf9d20eb2347ed6137016179ef59ec0d2b9b8ecc3fb2880081',
  'test_2017_flickr.en': 'ce1450ddc5ab0834502579d77a170849952e15a2938b34cc503bdc25ebb4fb98',
  'test_2017_mscoco.de': '58277df3c75f92f7145a11b910b553d1cf82c439249d4dc237c899609eafac22',
  'test_2017_mscoco.en': '43051fdfa86fd5395182e718a94ca67b1b227b9f7c79596ff0f6b813216981d2',
  'test_2018_flickr.de': '39fcc8b3331d76fb42d648d019c6898b0d5e58baac87bc2a0bb93f44ec8db207',
  'test_2018_flickr.en': '4e585c2dd525911a6ea7730e9d0b516239af3f1b1ffae6a2130223cfb639f25e',
  'train.de': '2c2b73fd2b548fbcde3a875e0a78d6ee94d498bfdee6bd3eae3945779e9ddf72',
  'train.en': '460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6',
  'val.de': '660e09eb7e1da2f856ea13ee5ad3cf6d36b3d5b0b733c857e94c5747a3dfc660',
  'val.en': '1f2a23d992769b5b3d209b0a10dd0b77c08cceb1f20dfb97ed0aafa49d107227',
};
