/** Files of one's own: a text, or a folder of texts. */
import fs from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import type { CorpusFiles } from './corpus.ts';

/**
 * The files behind a path, or undefined where there is nothing. A folder is gone through in the order of names, hidden
 * files and folders left out; where base names say `train`, `valid`, `val` or `dev`, and `test`, they are the splits, else
 * all files are one text.
 * @param log gets a line about files that are in no split
 * @throws DataError for a folder without text files, a path that cannot be read, and a file named after two splits
 */
export function corpusFiles(name: string, log?: (line: string) => void): CorpusFiles | undefined {
  const stat = statOf(name);
  if (!stat) return undefined;
  if (!stat.isDirectory()) return { whole: [name] };
  const files = textFiles(name);
  if (files.length === 0) {
    throw new DataError(`${name}: expected text files (.txt, .md, .tokens), found none`);
  }
  const named = (split: Split): string[] => files.filter((file) => splitsOf(file).join() === split);
  const splits = { train: named('train'), valid: named('valid'), test: named('test') };
  if (!Object.values(splits).every((list) => list.length > 0)) return { whole: files };
  const others = files.filter((file) => splitsOf(file).length !== 1);
  const torn = others.find((file) => splitsOf(file).length > 1);
  if (torn !== undefined) {
    const found = splitsOf(torn).join(' and ');
    throw new DataError(`${torn}: expected the name of one split, found ${found}; rename it or take it out`);
  }
  if (others.length > 0) log?.(`${name}: ${others.length} files named after no split left out`);
  return splits;
}

// --- internal ---

type Split = 'train' | 'valid' | 'test';

const splitNames: Record<Split, RegExp> = { train: /train/i, valid: /val|dev/i, test: /test/i };

/** The splits that the base name of a file speaks of. */
function splitsOf(file: string): Split[] {
  const base = path.basename(file);
  return (Object.keys(splitNames) as Split[]).filter((split) => splitNames[split].test(base));
}

function statOf(name: string): fs.Stats | undefined {
  try {
    return fs.statSync(name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new DataError(`${name}: cannot be read: ${message}`, { cause: error });
  }
}

/** Text files below a folder, sorted by code units so that no locale matters; of a file and its .gz the file alone. */
function textFiles(directory: string): string[] {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(directory, { recursive: true, withFileTypes: true });
  } catch (error) {
    throw new DataError(`${directory}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const names = entries
    .filter((entry) => !entry.isDirectory() && /\.(txt|md|tokens)(\.gz)?$/i.test(entry.name))
    .map((entry) =>
      path.relative(directory, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
    )
    .filter((name) => !/(^|\/)\./.test(name))
    .sort();
  const all = new Set(names);
  return names
    .filter((name) => !(name.endsWith('.gz') && all.has(name.slice(0, -3))))
    .map((name) => path.join(directory, name));
}
