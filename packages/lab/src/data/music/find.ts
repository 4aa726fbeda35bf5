/**
 * Where a data set lies on this machine. Looked through in this order: the directory given (`--data`),
 * `$LETHE_DATA`, `./data`, the user's cache directory; in each the folder `polyphonic` and the directory itself.
 */
import { existsSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ConfigError } from 'lethe';
import { printable } from 'lethe/internal';
import type { CatalogueEntry, CatalogueFile } from './catalogue.ts';

/** Where to look; everything has its usual value. */
export interface FindOptions {
  /** looked in first */
  dataDir?: string;
  /** default: the process's */
  env?: Record<string, string | undefined>;
  /** default: the process's working directory */
  cwd?: string;
}

/** A file of a data set that is there. */
export interface FoundFile {
  path: string;
  file: CatalogueFile;
  compressed: boolean;
}

/** What a search gave: a file, or the directories that do not hold one. */
export interface Found {
  found?: FoundFile;
  /** the directories looked in, in order */
  searched: string[];
}

/** The user's directory for what can be fetched again: `lethe` in the system's place for caches. */
export function cacheDirectory(env: Record<string, string | undefined> = process.env): string {
  const home = env.HOME || os.homedir();
  if (process.platform === 'win32') {
    return path.join(env.LOCALAPPDATA || path.join(home, 'AppData', 'Local'), 'lethe', 'cache');
  }
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Caches', 'lethe');
  return path.join(env.XDG_CACHE_HOME || path.join(home, '.cache'), 'lethe');
}

/**
 * Looks for a data set. The first directory that holds any form of it counts, and there the first form in the
 * catalogue's order; whether the file is whole shows when it is read.
 * @throws ConfigError when `dataDir` or `$LETHE_DATA` is given and is not a directory
 */
export function findMusic(entry: CatalogueEntry, options: FindOptions = {}): Found {
  const searched = dataDirectories(options);
  for (const root of searched) {
    for (const directory of [path.join(root, 'polyphonic'), root]) {
      for (const file of entry.files) {
        const found = findFile(directory, file);
        if (found) return { found, searched };
      }
    }
  }
  return { searched };
}

/** What was looked for and where, for an error or a list. */
export function searchedText(entry: CatalogueEntry, searched: readonly string[]): string {
  const names = entry.files.map((file) => `'${file.names[0]}'`).join(' or ');
  return `looked for ${names} (or .gz) in ${searched.join(', ')}, and their folder polyphonic`;
}

/** Whether there is a directory at this path. */
export function isDirectory(directory: string): boolean {
  return existsSync(directory) && statSync(directory).isDirectory();
}

/**
 * The directories that data sets are looked for in, in order. Throws ConfigError when one that somebody named, by `dataDir`
 * or `$LETHE_DATA`, is no directory.
 */
export function dataDirectories({ dataDir, env = process.env, cwd = process.cwd() }: FindOptions): string[] {
  const named = { '--data': dataDir, LETHE_DATA: env.LETHE_DATA || undefined };
  for (const [by, directory] of Object.entries(named)) {
    if (directory === undefined || (directory !== '' && isDirectory(path.resolve(cwd, directory)))) continue;
    throw new ConfigError(
      `expected a directory of data sets, found none at '${printable(directory)}'; check ${by}`,
    );
  }
  const roots = [...Object.values(named), 'data', cacheDirectory(env)];
  const absolute = roots.filter((root) => root !== undefined).map((root) => path.resolve(cwd, root));
  return [...new Set(absolute)];
}

// --- internal ---

function findFile(directory: string, file: CatalogueFile): FoundFile | undefined {
  for (const name of file.names) {
    for (const compressed of [false, true]) {
      const full = path.join(directory, compressed ? `${name}.gz` : name);
      // Whatever has the name is found, even a directory: reading it says what is wrong.
      if (existsSync(full)) return { path: full, file, compressed };
    }
  }
  return undefined;
}
