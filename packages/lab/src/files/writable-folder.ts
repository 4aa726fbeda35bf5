/** A folder that files will be written to, asked for before the work for them. */
import path from 'node:path';
import { checkWritable } from './check-writable.ts';
import { makeDirectory, removeEmpty } from './make-directory.ts';
import { ioError } from './system-error.ts';

/**
 * Makes it and what is missing above it, and sees that a file can be written there. Gives the directories that were made, for
 * {@link removeEmpty} where nothing comes to stand in them.
 * @param option of the command that names it, for errors
 * @throws LetheError `E_IO`
 */
export function writableFolder(folder: string, option: string): string[] {
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
