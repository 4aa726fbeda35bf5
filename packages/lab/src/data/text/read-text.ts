/** UTF-8 text files, read piece by piece. */
import fs from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DataError } from 'lethe';

/**
 * The text of a file in pieces, of which none ends inside a character; a byte order mark is left out.
 * @throws DataError when it cannot be read or is not text in UTF-8
 */
export function* readText(file: string): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (const bytes of piecesOf(file)) {
    if (bytes.includes(0)) throw notText(file, 'a zero byte');
    try {
      yield decoder.decode(bytes, { stream: true });
    } catch (error) {
      throw notText(file, 'bytes that are no UTF-8', error);
    }
  }
  try {
    yield decoder.decode();
  } catch (error) {
    throw notText(file, 'half a character at its end', error);
  }
}

// --- internal ---

const pieceBytes = 1 << 20;

function* piecesOf(file: string): Generator<Uint8Array> {
  try {
    if (file.endsWith('.gz')) {
      const bytes = gunzipSync(fs.readFileSync(file));
      for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
      return;
    }
    const handle = fs.openSync(file, 'r');
    try {
      const buffer = new Uint8Array(pieceBytes);
      for (;;) {
        const count = fs.readSync(handle, buffer);
        if (count === 0) return;
        yield buffer.subarray(0, count);
      }
    } finally {
      fs.closeSync(handle);
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${file}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function notText(file: string, found: string, cause?: unknown): DataError {
  const text = `${file}: expected text in UTF-8, found ${found}; convert it, or leave the file out`;
  return new DataError(text, { cause });
}
