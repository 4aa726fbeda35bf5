/** Where a published set lies on this machine: in each data directory the folder `polyphonic` and the directory itself. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { dataDirectories, type FindOptions } from '../../../data/directories.ts';
import type { CatalogueEntry, CatalogueFile } from './catalogue.ts';

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
