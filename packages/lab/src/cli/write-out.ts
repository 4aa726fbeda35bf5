/** Files that a command makes for people: nothing that was there before goes without a word. */
import fs from 'node:fs';
import { atomicWrite, writeNumbered } from '../files/atomic-write.ts';

/** Where to write. */
export interface OutFile {
  /** the file that somebody named: it is replaced, and that is said */
  out?: string;
  /** the name otherwise: numbered where other content has it, `seed-1.2.mid` */
  name: string;
  log?: (line: string) => void;
}

/** Writes a file and gives its name. Throws LetheError `E_IO`. */
export function writeOut({ out, name, log }: OutFile, content: Uint8Array | string): string {
  if (out === undefined) return writeNumbered(name, content);
  const sayReplaced = replacing(out, log);
  atomicWrite(out, content);
  sayReplaced();
  return out;
}

/** Looks whether a file is about to be replaced; what is returned says so, once it has been. */
export function replacing(file: string, log?: (line: string) => void): () => void {
  const isThere = fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  return () => {
    if (isThere) log?.(`${file} was there already and has been replaced`);
  };
}
