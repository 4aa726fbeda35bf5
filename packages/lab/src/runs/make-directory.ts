/** Directories with those above them. */
import fs from 'node:fs';
import path from 'node:path';

/**
 * Makes a directory and what is missing above it, one at a time: where a file system refuses with ENOENT (/proc),
 * the recursive form of mkdir never ends.
 */
export function makeDirectory(directory: string): void {
  if (fs.existsSync(directory)) return;
  makeDirectory(path.dirname(path.resolve(directory)));
  fs.mkdirSync(directory);
}
