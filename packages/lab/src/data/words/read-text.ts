/** Text files, read piece by piece. */
import fs from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DataError } from 'lethe';
import { type DecodeOptions, type TextDecoding, textDecoder } from './decode-text.ts';

export interface ReadTextOptions extends DecodeOptions {
  /** is told what each file was read as */
  onEncoding?: (encoding: TextDecoding['encoding']) => void;
}

/**
 * The text of a file in pieces, of which none ends inside a character; a byte order mark is left out.
 * @throws DataError when it cannot be read or is not text in its encoding
 */
export function* readText(file: string, { onEncoding, ...options }: ReadTextOptions = {}): Generator<string> {
  const decoder = textDecoder(file, options);
  for (const bytes of piecesOf(file)) yield decoder.push(bytes);
  yield decoder.end();
  onEncoding?.(decoder.encoding);
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
