/** Whether a file could be written, asked before the work for it. */
import fs from 'node:fs';
import { temporaryName } from './atomic-write.ts';
import { ioError } from './system-error.ts';

/** Makes and removes a file beside it, as writing will. Throws LetheError `E_IO` with the reason where that cannot be. */
export function checkWritable(file: string): void {
  try {
    if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory())
      throw Object.assign(new Error(`${file} is a directory`), { code: 'EISDIR' });
    const temporary = temporaryName(file);
    fs.closeSync(fs.openSync(temporary, 'wx'));
    fs.rmSync(temporary, { force: true });
  } catch (error) {
    throw ioError(`cannot write ${file}`, error, 'nothing was done yet');
  }
}
