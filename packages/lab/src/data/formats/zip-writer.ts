/**
 * Writer of ZIP archives, files stored as they are, as NumPy writes .npz. No times in it: equal contents give equal bytes.
 *
 * Format: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", sections 4.3.7, 4.3.12, 4.3.16.
 */
import { crc32 } from 'node:zlib';
import { DataError } from 'lethe';

/**
 * The archive.
 * @throws DataError where it would be larger than numbers of 32 bits say
 */
export function writeZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const title = Buffer.from(name);
    const crc = crc32(content);
    const local = header(26);
    local.writeUInt32LE(0x04034b50, 0);
    describe(local, 4, title.length, content.length, crc);
    const entry = header(42);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(version, 4);
    describe(entry, 6, title.length, content.length, crc);
    if (at + content.length >= 2 ** 32) {
      throw new DataError('expected less than 4 GB for a ZIP archive, found more; write safetensors instead');
    }
    entry.writeUInt32LE(at, 42);
    parts.push(local, title, content);
    directory.push(entry, title);
    at += local.length + title.length + content.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}

// --- internal ---

/** Needed to read it: 2.0. */
const version = 20;
/** Names are in UTF-8. */
const flags = 0x0800;
/** The first day that the format knows, 1 January 1980. */
const firstDay = (1 << 5) | 1;

const header = (last: number): Buffer => Buffer.alloc(last + 4);

/** What both headers of a file say, from the version on. */
function describe(to: Buffer, at: number, nameLength: number, size: number, crc: number): void {
  to.writeUInt16LE(version, at);
  to.writeUInt16LE(flags, at + 2);
  to.writeUInt16LE(0, at + 4);
  to.writeUInt16LE(0, at + 6);
  to.writeUInt16LE(firstDay, at + 8);
  to.writeUInt32LE(crc, at + 10);
  to.writeUInt32LE(size, at + 14);
  to.writeUInt32LE(size, at + 18);
  to.writeUInt16LE(nameLength, at + 22);
}
