/**
 * Where the tokens of a corpus are: in memory, or beyond a limit in a file that is read back by position. Tokens are
 * numbered as they come; the numbers of the vocabulary, which is only known at the end, are put in on reading.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { LetheError } from 'lethe';
import { makeDirectory } from '../../../files/make-directory.ts';
import { ioError } from '../../../files/system-error.ts';
import type { TokenSource } from './types.ts';

export interface TokenStore {
  readonly length: number;
  push(token: number): void;
  /** Stretch `from` to `to` of what was pushed, its tokens renumbered. Nothing may be pushed afterwards. */
  source(from: number, to: number, numbers: Int32Array): TokenSource;
}

/** Tokens kept in memory before a file is opened. */
const inMemory = 32_000_000;

/**
 * @param folder where the file goes; it has no name there, so that it goes with the process
 * @param limit tokens kept in memory
 */
export function tokenStore(folder: string, limit = inMemory): TokenStore {
  let kept = new Int32Array(Math.min(limit, 1 << 16));
  let count = 0;
  let file: { handle: number; written: number } | undefined;
  const spill = (): void => {
    file ??= { handle: openUnnamed(folder), written: 0 };
    writeAll(file.handle, kept.subarray(0, count), file.written);
    file.written += count;
    count = 0;
  };
  const readRaw = (from: number, out: Int32Array): void => {
    if (file) readAll(file.handle, out, from);
    else out.set(kept.subarray(from, from + out.length));
  };
  return {
    get length() {
      return (file?.written ?? 0) + count;
    },
    push(token) {
      if (count === kept.length) {
        if (kept.length < limit) {
          const larger = new Int32Array(Math.min(limit, 2 * kept.length));
          larger.set(kept);
          kept = larger;
        } else spill();
      }
      kept[count++] = token;
    },
    source(from, to, numbers) {
      if (file && count > 0) spill();
      // All is in the file: the piece that was filled again and again is not needed any more.
      if (file) kept = new Int32Array(0);
      return {
        length: to - from,
        read(at, out, place = 0, length = out.length - place) {
          checkRange(at, length, to - from);
          const target = out.subarray(place, place + length);
          readRaw(from + at, target);
          for (let i = 0; i < length; i++) target[i] = numbers[target[i]];
        },
      };
    },
  };
}

// --- internal ---

function checkRange(from: number, count: number, length: number): void {
  if (Number.isInteger(from) && Number.isInteger(count) && from >= 0 && count >= 0 && from + count <= length)
    return;
  throw new RangeError(`expected a window within ${length} tokens, got ${count} from ${from} on`);
}

/** A file that exists as long as it is open. */
function openUnnamed(folder: string): number {
  try {
    makeDirectory(folder);
    const name = path.join(folder, `tokens-${process.pid}-${randomBytes(8).toString('hex')}`);
    const handle = fs.openSync(name, 'wx+');
    fs.rmSync(name, { force: true });
    return handle;
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}

function writeAll(handle: number, tokens: Int32Array, position: number): void {
  const bytes = new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength);
  try {
    for (let done = 0; done < bytes.length; ) {
      done += fs.writeSync(handle, bytes, done, bytes.length - done, 4 * position + done);
    }
  } catch (error) {
    throw cannotWrite('the token file', error);
  }
}

function readAll(handle: number, out: Int32Array, position: number): void {
  const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
  for (let done = 0; done < bytes.length; ) {
    const count = fs.readSync(handle, bytes, done, bytes.length - done, 4 * position + done);
    if (count === 0) throw new LetheError('E_IO', 'the token file ended early; another process changed it');
    done += count;
  }
}

function cannotWrite(where: string, error: unknown): LetheError {
  return ioError(`cannot write tokens to ${where}`, error, 'free some space, or set another cache directory');
}
