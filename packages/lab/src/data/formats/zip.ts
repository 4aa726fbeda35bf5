/**
 * Reader of ZIP archives by their central directory: files stored or deflated, as NumPy writes .npz. No encryption, no
 * archives in several parts.
 *
 * Format: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16, 4.5.3.
 */
import { crc32, inflateRawSync } from 'node:zlib';
import { DataError } from 'lethe';

/**
 * The files of an archive by name.
 * @param name the archive as errors name it
 * @param limit of all files together, inflated
 * @throws DataError where the archive is damaged or larger than `limit`
 */
export function readZip(bytes: Uint8Array, name: string, limit: number): Map<string, Uint8Array> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const files = new Map<string, Uint8Array>();
  let left = limit;
  try {
    let { at, count } = directoryOf(file, name);
    for (; count > 0; count--) {
      if (file.readUInt32LE(at) !== 0x02014b50)
        throw damaged(name, `no entry of the directory at byte ${at}`);
      const entry = entryAt(file, at);
      at = entry.next;
      if (entry.flags & 1)
        throw damaged(name, `the encrypted file ${JSON.stringify(entry.name.slice(0, 60))}`);
      const content = contentOf(file, entry, name, left);
      left -= content.length;
      if (files.has(entry.name)) throw damaged(name, `two files ${JSON.stringify(entry.name.slice(0, 60))}`);
      files.set(entry.name, content);
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw damaged(name, `${(error as Error).message}`.slice(0, 200), error);
  }
  return files;
}

// --- internal ---

interface Entry {
  name: string;
  flags: number;
  method: number;
  packed: number;
  size: number;
  crc: number;
  offset: number;
  next: number;
}

const wide = 0xffffffff;

function damaged(name: string, found: string, cause?: unknown): DataError {
  return new DataError(`${name}: expected a ZIP archive, found ${found}; the file is cut short or damaged`, {
    cause,
  });
}

/** Where the central directory begins, and its number of entries. */
function directoryOf(file: Buffer, name: string): { at: number; count: number } {
  // The record of the end stands in the last 64 kB, in front of a comment.
  const end = file.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0 || end < file.length - 22 - 0xffff) throw damaged(name, 'no directory at its end');
  const count = file.readUInt16LE(end + 10);
  const at = file.readUInt32LE(end + 16);
  if (count !== 0xffff && at !== wide) return { at, count };
  if (end < 20 || file.readUInt32LE(end - 20) !== 0x07064b50) return { at, count };
  const record = Number(file.readBigUInt64LE(end - 12));
  return {
    at: Number(file.readBigUInt64LE(record + 48)),
    count: Number(file.readBigUInt64LE(record + 32)),
  };
}

function entryAt(file: Buffer, at: number): Entry {
  const nameLength = file.readUInt16LE(at + 28);
  const extraLength = file.readUInt16LE(at + 30);
  const begin = at + 46;
  const entry: Entry = {
    name: file.toString('utf8', begin, begin + nameLength),
    flags: file.readUInt16LE(at + 8),
    method: file.readUInt16LE(at + 10),
    packed: file.readUInt32LE(at + 20),
    size: file.readUInt32LE(at + 24),
    crc: file.readUInt32LE(at + 16),
    offset: file.readUInt32LE(at + 42),
    next: begin + nameLength + extraLength + file.readUInt16LE(at + 32),
  };
  // Numbers beyond 32 bits stand in an extra field, those that need it alone, in this order.
  for (let extra = begin + nameLength; extra + 4 <= begin + nameLength + extraLength; ) {
    const size = file.readUInt16LE(extra + 2);
    if (file.readUInt16LE(extra) === 1) {
      let field = extra + 4;
      for (const key of ['size', 'packed', 'offset'] as const) {
        if (entry[key] !== wide) continue;
        entry[key] = Number(file.readBigUInt64LE(field));
        field += 8;
      }
    }
    extra += 4 + size;
  }
  return entry;
}

function contentOf(file: Buffer, entry: Entry, name: string, left: number): Uint8Array {
  const { offset, method, packed, size, crc } = entry;
  const shown = JSON.stringify(entry.name.slice(0, 60));
  if (size > left) throw new DataError(`${name}: ${shown} makes the archive larger than can be read`);
  if (file.readUInt32LE(offset) !== 0x04034b50) throw damaged(name, `no file at byte ${offset}`);
  const begin = offset + 30 + file.readUInt16LE(offset + 26) + file.readUInt16LE(offset + 28);
  if (begin + packed > file.length) throw damaged(name, `half of the file ${shown}`);
  const stored = file.subarray(begin, begin + packed);
  if (method !== 0 && method !== 8) throw damaged(name, `${shown} packed by method ${method}`);
  const content = method === 0 ? stored : inflateRawSync(stored, { maxOutputLength: Math.max(1, size) });
  if (content.length !== size) throw damaged(name, `${content.length} bytes of ${shown} instead of ${size}`);
  if (crc32(content) !== crc) throw damaged(name, `other bytes in ${shown} than its check sum was made of`);
  return content;
}
