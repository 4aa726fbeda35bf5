/** A folder that files will be written to, asked for before the work for them. */
import path from 'node:path';
import { checkWritable } from './check-writable.ts';
import { makeDirectory, removeEmpty } from './make-directory.ts';
import { ioError } from './system-error.ts';

/**
 * Makes it and what is missing above it, sees that a file can be written there, and does the work. Where that fails, what was made
 * and is still empty is taken away again.
 * @param folder undefined: the work needs none
 * @param option of the command that names it, for errors
 * @throws LetheError `E_IO`, and what the work throws
 */
export async function inWritableFolder<T>(
  folder: string | undefined,
  option: string,
  work: () => T | Promise<T>,
): Promise<T> {
  const made = folder === undefined ? [] : writableFolder(folder, option);
  try {
    return await work();
  } catch (error) {
    removeEmpty(made);
    throw error;
  }
}

// --- internal ---

/** Gives the directories that were made. */
function writableFolder(folder: string, option: string): string[] {
  let made: string[];
  try {
    made = makeDirectory(folder);
  } catch (error) {
    throw ioError(`cannot make the directory ${folder}`, error, `choose another ${option}`);
  }
  try {
    checkWritable(path.join(folder, 'file'));
  } catch (error) {
    removeEmpty(made);
    throw error;
  }
  return made;
}
