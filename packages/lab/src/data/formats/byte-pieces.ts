/** Files as pieces of bytes: .gz unpacked on the way, whatever the name says, so that memory is bounded. */
import fs from 'node:fs';
import { createGunzip } from 'node:zlib';
import { DataError } from 'lethe';
import { systemReason } from '../../files/system-error.ts';

/**
 * The bytes of a file, unpacked where they are gzip.
 * @throws DataError when it cannot be read, or its .gz is damaged
 */
export async function* bytePieces(file: string): AsyncGenerator<Uint8Array> {
  const isPacked = isGzip(firstBytes(file, 2));
  const stream = fs.createReadStream(file, { highWaterMark: pieceBytes });
  try {
    if (!isPacked) return yield* stream;
    const unpacked = createGunzip({ chunkSize: pieceBytes });
    // An error of the file reaches whoever reads what is unpacked.
    stream.on('error', (error) => unpacked.destroy(error));
    yield* stream.pipe(unpacked);
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    stream.destroy();
  }
}

/** The first bytes of what a file holds, unpacked where they are gzip; fewer where there are no more. */
export async function beginningOf(file: string, count: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytePieces(file)) {
    pieces.push(piece);
    length += piece.length;
    if (length >= count) break;
  }
  return Buffer.concat(pieces).subarray(0, count);
}

// --- internal ---

const pieceBytes = 1 << 18;

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

function firstBytes(file: string, count: number): Uint8Array {
  try {
    const handle = fs.openSync(file, 'r');
    try {
      const bytes = new Uint8Array(count);
      return bytes.subarray(0, fs.readSync(handle, bytes, 0, count, 0));
    } finally {
      fs.closeSync(handle);
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): DataError {
  if (error instanceof DataError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const reason = code?.startsWith('Z_') ? 'its .gz is damaged or cut off; get it again' : systemReason(error);
  return new DataError(`${file}: cannot be read: ${reason}`, { cause: error });
}
