/**
 * The sections of runs with their pictures, made once for as long as the files of a run stay as they are: a page asks for each of its
 * pictures, and all of them come from one making.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileState } from '../files/file-state.ts';
import type { ShownSections } from './page-parts.ts';

/** Runs that are kept: a picture may take some 100 KB, a run has a few dozen. */
const most = 8;

export class MadeSections {
  /** by directory, the one that was asked for last at the end */
  readonly #made = new Map<string, { state: string; sections: ShownSections }>();

  /** What `make` gives for the files of a run as they are now. */
  of(directory: string, make: () => ShownSections): ShownSections {
    const state = stateOf(directory);
    const known = this.#made.get(directory);
    const sections = known?.state === state ? known.sections : make();
    this.#made.delete(directory);
    this.#made.set(directory, { state, sections });
    if (this.#made.size > most) this.#made.delete(this.#made.keys().next().value!);
    return sections;
  }
}

// --- internal ---

/** Names and states of the files of a run and of its folders. */
function stateOf(directory: string): string {
  const within = (folder: string, isTop: boolean): string[] => {
    let files: fs.Dirent[];
    try {
      files = fs.readdirSync(folder, { withFileTypes: true });
    } catch {
      return []; // gone since
    }
    return files.flatMap((file) => {
      const place = path.join(folder, file.name);
      if (file.isDirectory()) return isTop ? within(place, false) : [];
      const stat = fs.statSync(place, { bigint: true, throwIfNoEntry: false });
      return stat ? [`${place} ${fileState(stat)}`] : [];
    });
  };
  return within(directory, true).join('\n');
}
