/** Directories with those above them, made beside other processes that make the same. */
import fs from 'node:fs';
import path from 'node:path';
import { systemCode } from './system-error.ts';

/**
 * Makes a directory and what is missing above it, one at a time: where a file system refuses with ENOENT (/proc),
 * the recursive form of mkdir never ends. One that is there, or that somebody else makes meanwhile, is taken as it is.
 * Gives the directories that were made here, the outermost first.
 */
export function makeDirectory(directory: string): string[] {
  const parent = path.dirname(path.resolve(directory));
  if (isDirectory(directory)) return [];
  const made = parent === path.resolve(directory) ? [] : makeDirectory(parent);
  try {
    fs.mkdirSync(directory);
    return [...made, directory];
  } catch (error) {
    const exists = systemCode(error) === 'EEXIST';
    if (exists && isDirectory(directory)) return made;
    removeEmpty(made);
    throw exists ? Object.assign(new Error(`${directory} is no directory`), { code: 'ENOTDIR' }) : error;
  }
}

/** Takes directories of {@link makeDirectory} away again, those that are still empty. */
export function removeEmpty(made: readonly string[]): void {
  for (const directory of made.toReversed()) {
    try {
      fs.rmdirSync(directory);
    } catch {
      return; // somebody put something there: it is theirs now
    }
  }
}

// --- internal ---

function isDirectory(directory: string): boolean {
  return fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
}
