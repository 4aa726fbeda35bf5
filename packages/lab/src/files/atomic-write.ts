/**
 * Files that are whole or not there: written to a temporary name in the same directory, synced, then given their name,
 * and the directory synced, so that neither a kill nor a full disk nor a power cut leaves half a file. The temporary name
 * is nobody else's, so that any number of processes may write at once.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { ioError, systemCode } from './system-error.ts';

export { ioError } from './system-error.ts';

/**
 * Replaces `file` by `content` in one step. When anything fails the old file is untouched and the temporary
 * one is gone; throws LetheError `E_IO` with the reason.
 */
export function atomicWrite(file: string, content: Uint8Array | string): void {
  try {
    fromTemporary(file, content, (temporary) => fs.renameSync(temporary, file));
  } catch (error) {
    throw ioError(`cannot write ${file}`, error, 'the file is as it was before');
  }
}

/**
 * Writes `content` under the first of `STEM.EXT`, `STEM.2.EXT`, `STEM.3.EXT`, … that is free, or that holds just this
 * content already, and gives the name. What another process writes there meanwhile stays. Throws LetheError `E_IO`.
 */
export function writeNumbered(file: string, content: Uint8Array | string): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const { dir, name, ext } = path.parse(file);
  for (let number = 1; ; number++) {
    const numbered = path.join(dir, `${name}${number === 1 ? '' : `.${number}`}${ext}`);
    if (writeNew(numbered, bytes) || holds(numbered, bytes)) return numbered;
  }
}

/** Makes `file` with `content`, whole or not at all; gives false when there is one already. Throws LetheError `E_IO`. */
export function writeNew(file: string, content: Uint8Array | string): boolean {
  if (fs.existsSync(file)) return false;
  try {
    fromTemporary(file, content, (temporary) => {
      giveName(temporary, file);
      fs.rmSync(temporary, { force: true });
    });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw ioError(`cannot write ${file}`, error, 'nothing was written');
  }
}

/** Gives a file a second name unless that exists, in one step; throws the system's EEXIST when it does. */
export function giveName(file: string, name: string): void {
  try {
    fs.linkSync(file, name);
  } catch (error) {
    if (!linkless.has(systemCode(error) ?? '')) throw error;
    fs.copyFileSync(file, name, fs.constants.COPYFILE_EXCL);
  }
}

/** A name in the directory of `file` that nobody else has. */
export function temporaryName(file: string): string {
  return `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
}

/** Takes away what killed writers of `names` left in a directory. For whoever holds the lock of those files. */
export function sweepTemporaries(directory: string, names: readonly string[]): void {
  for (const entry of entriesOf(directory)) {
    if (entry.endsWith('.tmp') && names.some((name) => entry.startsWith(`${name}.`))) {
      discard(path.join(directory, entry));
    }
  }
}

// --- internal ---

/** File systems without hard links answer with one of these. */
const linkless = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EACCES', 'EINVAL']);

function fromTemporary(
  file: string,
  content: Uint8Array | string,
  finish: (temporary: string) => void,
): void {
  const temporary = temporaryName(file);
  try {
    const handle = fs.openSync(temporary, 'wx');
    try {
      writeAll(handle, typeof content === 'string' ? Buffer.from(content) : content);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    finish(temporary);
    syncDirectory(path.dirname(file));
  } catch (error) {
    discard(temporary);
    throw error;
  }
}

function writeAll(handle: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    done += fs.writeSync(handle, bytes, done, bytes.length - done);
  }
}

function holds(file: string, bytes: Uint8Array): boolean {
  try {
    return fs.statSync(file).size === bytes.length && fs.readFileSync(file).equals(bytes);
  } catch {
    return false;
  }
}

function entriesOf(directory: string): string[] {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}

/** Cleaning up must not hide why it was necessary. */
function discard(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // the next owner of the directory tries again
  }
}

/** Makes the rename itself durable. Windows cannot open a directory; there the rename has to do. */
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
