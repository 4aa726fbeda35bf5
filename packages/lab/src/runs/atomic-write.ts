/**
 * Files that are whole or not there: written to a temporary name in the same directory, synced, renamed,
 * and the directory synced, so that neither a kill nor a full disk nor a power cut leaves half a file.
 */
import fs from 'node:fs';
import path from 'node:path';
import { LetheError } from 'lethe';

/**
 * Replaces `file` by `content` in one step. When anything fails the old file is untouched and the temporary
 * one is gone; throws LetheError `E_IO` with the reason.
 */
export function atomicWrite(file: string, content: Uint8Array | string): void {
  // One writer holds the lock of the run, so a fixed name is enough, and what a kill left is overwritten.
  const temporary = `${file}.tmp`;
  try {
    const handle = fs.openSync(temporary, 'w');
    try {
      writeAll(handle, typeof content === 'string' ? Buffer.from(content) : content);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temporary, file);
    syncDirectory(path.dirname(file));
  } catch (error) {
    discard(temporary);
    throw ioError(`cannot write ${file}`, error, 'the file is as it was before');
  }
}

/** An `E_IO` error: what could not be done, the system's reason in words, and what holds now. */
export function ioError(what: string, error: unknown, advice: string): LetheError {
  const system = (error as Error).cause ?? error;
  const { code, message } = system as NodeJS.ErrnoException;
  const reason = (code && reasons[code]) || message;
  return new LetheError('E_IO', `${what}: ${reason}; ${advice}`, { cause: error });
}

// --- internal ---

const reasons: Record<string, string> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'no permission',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOENT: 'no such directory',
  EISDIR: 'there is a directory in its place',
  ENOTDIR: 'a part of the path is not a directory',
};

function writeAll(handle: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    done += fs.writeSync(handle, bytes, done, bytes.length - done);
  }
}

/** Cleaning up must not hide why it was necessary. */
function discard(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // the next write tries again
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
