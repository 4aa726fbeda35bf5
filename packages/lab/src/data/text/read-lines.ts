/** Lines of UTF-8 text files, read piece by piece. */
import fs from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DataError } from 'lethe';

/**
 * The lines of a file without their line ends; a last line need not have one.
 * @throws DataError when it cannot be read or is not text in UTF-8
 */
export function* readLines(file: string): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for (const bytes of piecesOf(file)) {
    if (bytes.includes(0)) throw notText(file, 'a zero byte');
    let text: string;
    try {
      text = decoder.decode(bytes, { stream: true });
    } catch {
      throw notText(file, 'bytes that are no UTF-8');
    }
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  try {
    rest += decoder.decode();
  } catch {
    throw notText(file, 'half a character at its end');
  }
  if (rest !== '') yield rest;
}

// --- internal ---

const pieceBytes = 1 << 20;

function* piecesOf(file: string): Generator<Uint8Array> {
  try {
    if (file.endsWith('.gz')) {
      yield gunzipSync(fs.readFileSync(file));
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

function notText(file: string, found: string): DataError {
  return new DataError(`${file}: expected text in UTF-8, found ${found}; convert it, or leave the file out`);
}
