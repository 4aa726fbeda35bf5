/** The files of the playground, as `npm run build` made them, and a folder of copies. */
import fs from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import { packageRoot } from '../common/package-root.ts';
import { atomicWrite, ioError } from '../files/atomic-write.ts';
import { makeDirectory } from '../files/make-directory.ts';

/**
 * Name and place of every file of the page.
 * @throws DataError where the page was not built
 */
export function pageFiles(directory: string = builtPage): Map<string, string> {
  const names = fs.existsSync(directory) ? fs.readdirSync(directory).sort() : [];
  if (!names.includes('index.html')) {
    throw new DataError(
      `expected the built page in ${directory}, found none; install the package again, or in a checkout run npm run build`,
    );
  }
  return new Map(names.map((name) => [name, path.join(directory, name)]));
}

/**
 * Copies the page into a folder, index.html last, so that a page which is there is whole. An older page there is replaced; files of
 * somebody else are left alone, and a folder that holds only those is refused.
 * @throws DataError for a folder of other files; LetheError `E_IO` with the system's reason
 */
export function writePage(files: ReadonlyMap<string, string>, out: string): void {
  try {
    makeDirectory(out);
  } catch (error) {
    throw ioError(`cannot make ${out}`, error, 'nothing was written');
  }
  const there = fs.readdirSync(out);
  const isPage = ['index.html', 'page.js', 'tunes.json'].every((name) => there.includes(name));
  const strange = there.find((name) => !name.startsWith('.'));
  if (strange !== undefined && !isPage) {
    throw new DataError(
      `expected ${out} to be empty, new, or a playground of before, found ${strange} in it; name another folder`,
    );
  }
  const last = (name: string): number => (name === 'index.html' ? 1 : 0);
  for (const [name, file] of [...files].sort(([a], [b]) => last(a) - last(b))) {
    atomicWrite(path.join(out, name), fs.readFileSync(file));
  }
  // Parts of an older page have other names: what is in them is part of their names.
  for (const name of there) {
    if (/^(chunk|layout|relaxed|simd128)-[A-Z0-9]+\.js$/.test(name) && !files.has(name))
      fs.rmSync(path.join(out, name));
  }
}

// --- internal ---

const builtPage = path.join(packageRoot, 'dist/page/');
