/** Which files below a path are music, and their bytes. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';

/**
 * Names of files with one of `endings` below `directory`, in any case, with forward slashes, sorted by code units so that
 * no locale matters. Hidden files and folders are left out; links are followed, each file and folder once.
 * @throws DataError for a directory that cannot be read
 */
export function musicFiles(directory: string, endings: readonly string[]): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const visit = (below: string): void => {
    const full = path.join(directory, below);
    // A folder that links to one above it would never end.
    if (isSeen(realpathSync(full), seen)) return;
    for (const entry of readdirSync(full, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      const file = path.join(directory, name);
      const stat = entry.isSymbolicLink() ? statSync(file, { throwIfNoEntry: false }) : entry;
      if (stat?.isDirectory()) visit(name);
      else if (hasEnding(name, endings)) found.push(name);
    }
  };
  try {
    visit('');
  } catch (error) {
    throw new DataError(`${directory}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return found.sort().filter((name) => !isSeen(target(path.join(directory, name)), seen));
}

/** Whether a name has one of these endings, in any case. */
export function hasEnding(name: string, endings: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return endings.some((ending) => lower.endsWith(ending));
}

/**
 * The bytes of a file.
 * @throws DataError naming `name` when it cannot be read or is larger than `maxBytes`
 */
export function fileBytes(file: string, name: string, maxBytes: number): Uint8Array {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw new DataError(`${name}: expected a file, found something else`);
    if (stat.size > maxBytes)
      throw new DataError(`${name}: expected a file of at most ${maxBytes} bytes, found ${stat.size}`);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${name}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

// --- internal ---

function isSeen(name: string, seen: Set<string>): boolean {
  if (seen.has(name)) return true;
  seen.add(name);
  return false;
}

/** What a name leads to; of a link to nothing the name, so that reading it says what is wrong. */
function target(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
