/** Files of one's own: a text, or a folder of texts. */
import fs from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import { splitNames, splitsByName } from '../../../data/split-names.ts';
import type { CorpusFiles } from './corpus.ts';

/**
 * The files behind a path, or undefined where there is nothing. A folder is gone through in the order of names, hidden
 * files and folders left out; where folders or file names are those of splits (`split-names.ts`), they are the splits, else
 * all files are one text. A split that none is named after
 * is cut off another (`corpus.ts`).
 * @returns also what was left out or assumed
 * @throws DataError for a folder without text files, one whose files are all held out, and a path that cannot be read
 */
export function corpusFiles(name: string): { files: CorpusFiles; notes: readonly string[] } | undefined {
  const stat = statOf(name);
  if (!stat) return undefined;
  if (!stat.isDirectory()) return { files: { whole: [name] }, notes: [] };
  const { texts, others } = filesBelow(name);
  if (texts.length === 0) {
    throw new DataError(`${name}: expected text files (.txt, .md, .tokens), found none`);
  }
  const { splits, notes } = splitsByName(texts);
  const said = [...notes, ...otherFiles(others)];
  const full = (list: readonly string[]): string[] => list.map((file) => path.join(name, file));
  if (!splits) {
    if (texts.length > 1) said.unshift(`${texts.length} files as one text, in the order of their names`);
    return { files: { whole: full(texts) }, notes: said };
  }
  if (splits.train.length === 0) {
    throw new DataError(
      `${name}: expected files for training, found only some named after validation and test; add a file or folder named train`,
    );
  }
  const counts = splitNames.map((split) => `${splits[split].length} ${split}`).join(', ');
  said.unshift(`splits by the names of files and folders: ${counts}`);
  const files = { train: full(splits.train), valid: full(splits.valid), test: full(splits.test) };
  return { files, notes: said };
}

// --- internal ---

const textName = /\.(txt|md|tokens)(\.gz)?$/i;

function otherFiles(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, 3).map((name) => (name.length > 60 ? `${name.slice(0, 57)}…` : name));
  const more = names.length > shown.length ? ', …' : '';
  const files = names.length === 1 ? '1 file is' : `${names.length} files are`;
  return [`${files} no text by the name (.txt, .md, .tokens) and left out: ${shown.join(', ')}${more}`];
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

/**
 * Files below a folder by their paths in it, hidden ones left out, sorted by code units so that no locale matters: texts, of a file and its .gz the
 * file alone, and others.
 */
function filesBelow(directory: string): { texts: string[]; others: string[] } {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(directory, { recursive: true, withFileTypes: true });
  } catch (error) {
    throw new DataError(`${directory}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const names = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      path.relative(directory, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
    )
    .filter((name) => !/(^|\/)\./.test(name))
    .sort();
  const all = new Set(names);
  const isCopy = (name: string): boolean => name.endsWith('.gz') && all.has(name.slice(0, -3));
  return {
    texts: names.filter((name) => textName.test(name) && !isCopy(name)),
    others: names.filter((name) => !textName.test(name)),
  };
}
