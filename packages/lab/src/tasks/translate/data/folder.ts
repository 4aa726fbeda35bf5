/** A folder of parallel files, `train.xx` and `train.yy`: line i of one translates line i of the other. */
import fs from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { findEncoding, numberedLines, textPieces } from '../../../data/formats/text-pieces.ts';
import { type SplitName, splitNamed, splitNames } from '../../../data/split-names.ts';
import { type Encoding, encodingTitle } from '../../../data/words/decode-text.ts';
import { systemReason } from '../../../files/system-error.ts';
import { directionOf } from './languages.ts';
import type { RawCorpus, RawPairs } from './types.ts';

/** What is said of a folder; what is null is found. */
export interface FolderOptions {
  from: string | null;
  to: string | null;
  testSet: string | null;
  encoding: Encoding;
}

/** Files by the name that sides share, then by language: what tells whether a folder is one of parallel files. */
export function parallelFiles(names: readonly string[]): Map<string, Map<string, string>> {
  const groups = new Map<string, Map<string, string>>();
  const all = new Set(names);
  for (const name of [...names].sort()) {
    // Of a file and its .gz the file alone.
    if (name.endsWith('.gz') && all.has(name.slice(0, -3))) continue;
    const parts = /^(.+)\.([a-z]{2,3}(?:[-_][a-z0-9]{2,8})?)(?:\.txt)?$/i.exec(name.replace(/\.gz$/i, ''));
    if (!parts || notLanguages.has(parts[2].toLowerCase())) continue;
    const [, stem, language] = parts;
    const group = groups.get(stem) ?? new Map<string, string>();
    group.set(language, name);
    groups.set(stem, group);
  }
  for (const [stem, group] of groups) if (splitOf(stem) === undefined && group.size < 2) groups.delete(stem);
  return groups;
}

/**
 * Reads a folder.
 * @param where the folder as its user named it, for errors
 * @returns undefined where it holds no parallel files
 * @throws DataError for a side that is missing, sides of different length, languages that nothing tells, and what is no text
 */
export async function readFolder(
  folder: string,
  where: string,
  options: FolderOptions,
): Promise<RawCorpus | undefined> {
  const groups = parallelFiles(filesIn(folder, where));
  if (![...groups.values()].some(({ size }) => size > 1)) return undefined;
  const notes: string[] = [];
  const languages = [...new Set([...groups.values()].flatMap((group) => [...group.keys()]))].sort();
  const { from, to } = directionOf(languages, options, where, notes);
  const stems = stemsBySplit(groups, from, to, where, notes);
  const read = async (stem: string): Promise<RawPairs> => {
    const file = (language: string): string => {
      const name = groups.get(stem)?.get(language);
      if (name !== undefined) return name;
      const [other] = groups.get(stem)!.values();
      throw new DataError(
        `${where}: expected ${stem}.${language} beside ${other}, found none; both sides are needed`,
      );
    };
    return readSides(folder, where, file(from), file(to), options.encoding, notes);
  };
  const train = joined(await each(stems.train, read));
  const tests = stems.test;
  const testSet = options.testSet ?? tests[0];
  if (options.testSet !== null && !tests.includes(options.testSet)) {
    throw new DataError(
      `${where}: expected one of the tests ${tests.join(', ') || '(there is none)'}, found no '${printable(options.testSet, 40)}' (pairs.testSet)`,
    );
  }
  if (tests.length > 1) notes.push(`${testSet} is the test, of ${tests.join(', ')} (pairs.testSet)`);
  return {
    ...{ from, to, train },
    ...(stems.valid.length > 0 && { valid: joined(await each(stems.valid, read)) }),
    ...(tests.length > 0 && { test: await read(testSet) }),
    testSet: testSet ?? 'test',
    testSets: tests.length > 0 ? tests : ['test'],
    escaped: false,
    notes,
  };
}

/**
 * The split that the name of files says: by one of its words, as in `train`, `test_2016_flickr.lc`, `newstest2014`; undefined where none
 * does.
 */
export function splitOf(stem: string): SplitName | undefined {
  for (const word of stem.split(/[^\p{L}\p{N}]+/u)) {
    const plain = word.replace(/\d+$/, '').toLowerCase();
    const split = splitNamed(plain.replace(/^news(?=test|dev)/, ''));
    if (split) return split;
  }
  return undefined;
}

// --- internal ---

/** Endings of two or three letters that name no language. */
const notLanguages = new Set(
  [
    'txt csv tsv tab md dat gz bz2 xz zip tar tgz xml sgm log py sh bpe idx tok',
    'mid abc npy npz mat pkl wav mp3 png jpg svg pdf doc neg pos sum',
  ].flatMap((endings) => endings.split(' ')),
);

/** Files of a folder; where there is none, those of folders in it that are named after splits. */
function filesIn(folder: string, where: string): string[] {
  let names: string[];
  try {
    names = (fs.readdirSync(folder, { recursive: true }) as string[])
      .map((name) => name.split(path.sep).join('/'))
      .filter((name) => !/(^|\/)\./.test(name));
  } catch (error) {
    throw new DataError(`${where}: cannot be read: ${systemReason(error)}`, { cause: error });
  }
  const top = names.filter((name) => !name.includes('/'));
  if (parallelFiles(top).size > 0) return top;
  const folders = new Map<string, string[]>();
  for (const name of names) {
    const at = name.lastIndexOf('/');
    if (at < 0) continue;
    folders.set(name.slice(0, at), [...(folders.get(name.slice(0, at)) ?? []), name]);
  }
  const holding = [...folders].filter(([, files]) => parallelFiles(files).size > 0);
  const loose = holding.map(([name]) => name).filter((name) => splitOf(name) === undefined);
  if (loose.length > 1) {
    throw new DataError(
      `${where}: expected parallel files in one folder, found some in ${loose.slice(0, 4).join(', ')}; name one of these folders`,
    );
  }
  return holding.flatMap(([, files]) => files);
}

/** Which files are for what; a test is one group of files, training and validation all of theirs. */
function stemsBySplit(
  groups: ReadonlyMap<string, ReadonlyMap<string, string>>,
  from: string,
  to: string,
  where: string,
  notes: string[],
): Record<SplitName, string[]> {
  const stems: Record<SplitName, string[]> = { train: [], valid: [], test: [] };
  const others: string[] = [];
  for (const [stem, group] of groups) {
    if (!group.has(from) && !group.has(to)) continue;
    const split = splitOf(stem);
    if (split) stems[split].push(stem);
    else others.push(stem);
  }
  if (stems.train.length === 0) {
    stems.train = others;
    if (others.length > 0 && stems.valid.length + stems.test.length > 0)
      notes.push(`${others.slice(0, 3).join(', ')}: named after no split, used for training`);
  } else if (others.length > 0)
    notes.push(`${others.slice(0, 3).join(', ')}: named after no split, left out`);
  if (stems.train.length === 0) {
    throw new DataError(
      `${where}: expected files to train on, such as train.${from} and train.${to}, found ${[...groups.keys()].slice(0, 4).join(', ') || 'none'}`,
    );
  }
  for (const split of splitNames) {
    if (stems[split].length > 1 && split !== 'test')
      notes.push(`${split}: ${stems[split].join(', ')}, one after the other`);
  }
  return stems;
}

async function readSides(
  folder: string,
  where: string,
  source: string,
  target: string,
  encoding: Encoding,
  notes: string[],
): Promise<RawPairs> {
  const [from, to] = await each([source, target], (name) =>
    linesOf(path.join(folder, name), `${where}/${name}`, encoding, notes),
  );
  if (from.length !== to.length) {
    throw new DataError(
      `${where}: expected as many lines in ${target} as in ${source}, ${from.length}, found ${to.length}; line i of one is the translation of line i of the other: ${apart(from, to, source, target)}`,
    );
  }
  return {
    where: `${where}/${source}, ${target}`,
    ...{ source: from, target: to },
    lines: from.map((_, i) => i + 1),
  };
}

/** Where sides go apart, as far as empty lines and lengths tell. */
function apart(
  source: readonly string[],
  target: readonly string[],
  sourceName: string,
  targetName: string,
): string {
  const [longer, name] = source.length > target.length ? [source, sourceName] : [target, targetName];
  const empty = longer.flatMap((line, i) => (line.trim() === '' ? [i + 1] : []));
  const more = Math.abs(source.length - target.length);
  if (empty.length >= more) {
    return `${name} has ${empty.length} empty line${empty.length > 1 ? 's' : ''}, the first is line ${empty[0]}; take out what has no translation`;
  }
  return `${name} goes on for ${more} line${more > 1 ? 's' : ''}; align them, or give pairs in one table`;
}

/** Characters that bytes of UTF-8 become when they are read as Latin-1 or Windows-1252. */
const misread = /[ÂÃ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/g;

async function linesOf(file: string, where: string, said: Encoding, notes: string[]): Promise<string[]> {
  const found = said === 'auto' ? await findEncoding(file) : { encoding: said };
  if (found.note !== undefined) notes.push(`${where} ${found.note}`);
  const lines: string[] = [];
  let wrong = 0;
  let first = 0;
  for await (const [line, number] of numberedLines(textPieces(file, found.encoding))) {
    lines.push(line);
    const here = line.match(misread)?.length ?? 0;
    if (here > 0 && wrong === 0) first = number;
    wrong += here;
  }
  if (wrong > 0 && wrong >= Math.max(3, lines.length / 100)) {
    const title = encodingTitle(found.encoding);
    const line = printable(lines[first - 1], 40);
    throw new DataError(
      found.encoding === 'latin1'
        ? `${where}: expected text in ${title}, found letters of UTF-8 in line ${first} ('${line}'); ${said === 'auto' ? 'a byte of it is no UTF-8: mend that' : 'leave --encoding away'}`
        : `${where}: expected text in ${title}, found letters that were read as Latin-1 and written again, in line ${first} ('${line}'); convert the file anew`,
    );
  }
  if (lines.length === 0) throw new DataError(`${where}: expected a sentence a line, found an empty file`);
  return lines;
}

/** One after the other, so that no more than one file is open. */
async function each<A, B>(values: readonly A[], work: (value: A) => Promise<B>): Promise<B[]> {
  const done: B[] = [];
  for (const value of values) done.push(await work(value));
  return done;
}

function joined(all: readonly RawPairs[]): RawPairs {
  if (all.length === 1) return all[0];
  return {
    where: all.map(({ where }) => where).join('; '),
    source: all.flatMap(({ source }) => source),
    target: all.flatMap(({ target }) => target),
    lines: all.flatMap(({ lines }) => Array.from(lines)),
  };
}
