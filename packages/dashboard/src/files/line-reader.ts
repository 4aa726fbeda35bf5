/**
 * Lines of a file that grows, each read once: a cursor in bytes stands behind the last whole line. A file that was replaced or cut is
 * read from its beginning again; a line longer than a megabyte is none of ours and passed over. A new file may have the number of
 * the one that was removed before it: what stands in front of the cursor says whether it is the same.
 */
import type fs from 'node:fs';
import type { Inside } from './inside.ts';

/** What reading found. */
export type Found = 'same' | 'grown' | 'replaced' | 'gone';

const longestLine = 1_000_000;
const largestPiece = 1024 * 1024;
const newline = 10;
const nothing = Buffer.alloc(0);
/** Bytes in front of the cursor that are compared: some lines, whose times no other training has. */
const compared = 1024;

/** Memory for pieces: as much as there are readings at a time, and no more. */
const pool: Buffer[] = [];

export class LineReader {
  readonly #inside: Inside;
  readonly #file: string;
  readonly #piece: number;
  /** the first byte that was not read yet */
  #offset = 0;
  /** of the file, its number in the file system */
  #inode = 0n;
  /** when it was written last, as far as it was read */
  #written = 0n;
  /** the last bytes that were read */
  #read = nothing;
  /** the beginning of a line whose end is not there yet */
  #rest: Buffer = nothing;
  /** within a line that is too long */
  #skipping = false;
  /** lines that were too long */
  skipped = 0;

  /** @param piece bytes that are read, and handed on, at a time; at most a megabyte */
  constructor(inside: Inside, file: string, piece = 256 * 1024) {
    this.#inside = inside;
    this.#file = file;
    this.#piece = piece;
  }

  /**
   * Reads what is new, piece by piece, with a breath in between. `restart` comes before the lines of a file that is another than
   * before; `limit` pieces at most, the rest is for the next call. What is handed on are whole lines,
   * each with its end, in memory that is used again.
   */
  async read(
    lines: (bytes: Buffer) => void,
    restart: () => void,
    limit = Number.POSITIVE_INFINITY,
  ): Promise<{ found: Found; atEnd: boolean }> {
    const handle = await this.#inside.open(this.#file);
    if (!handle) return { found: 'gone', atEnd: true };
    try {
      const stat = await handle.stat({ bigint: true });
      const size = Number(stat.size);
      let found: Found = 'same';
      const isOther = stat.ino !== this.#inode || size < this.#offset;
      if (isOther || (stat.mtimeNs !== this.#written && !(await this.#goesOn(handle)))) {
        if (this.#inode !== 0n) {
          found = 'replaced';
          restart();
        }
        this.#begin(stat.ino);
      }
      this.#written = stat.mtimeNs;
      for (let pieces = 0; this.#offset < size; pieces++) {
        if (pieces >= limit) return { found: found === 'same' ? 'grown' : found, atEnd: false };
        const buffer = pool.pop() ?? Buffer.allocUnsafeSlow(longestLine + largestPiece);
        try {
          // What was left of the last piece stands in front of this one.
          const before = this.#rest.copy(buffer);
          const { bytesRead } = await handle.read(buffer, before, this.#piece, this.#offset);
          if (bytesRead === 0) break; // cut meanwhile
          this.#offset += bytesRead;
          const piece = buffer.subarray(before, before + bytesRead);
          this.#read = Buffer.concat([this.#read, piece.subarray(-compared)]).subarray(-compared);
          if (found === 'same') found = 'grown';
          const whole = this.#linesOf(buffer.subarray(0, before + bytesRead));
          if (whole) lines(whole);
        } finally {
          pool.push(buffer);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      return { found, atEnd: true };
    } finally {
      await handle.close();
    }
  }

  /** Forgets everything: the next call begins at the first byte. */
  rewind(): void {
    this.#begin(0n);
  }

  /** The last whole lines within so many bytes, without moving the cursor; nothing for a file that is gone. */
  async tail(bytes: number): Promise<{ lines: Buffer; size: number } | undefined> {
    const handle = await this.#inside.open(this.#file);
    if (!handle) return undefined;
    try {
      const { size } = await handle.stat();
      const from = Math.max(0, size - bytes);
      const buffer = Buffer.alloc(Math.min(size, bytes));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
      const read = buffer.subarray(0, bytesRead);
      const end = read.lastIndexOf(newline) + 1;
      const begin = from > 0 ? read.indexOf(newline) + 1 : 0;
      return { lines: read.subarray(begin, end), size };
    } finally {
      await handle.close();
    }
  }

  // --- internal ---

  /** Whether what was read last still stands in front of the cursor. */
  async #goesOn(handle: fs.promises.FileHandle): Promise<boolean> {
    const { length } = this.#read;
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, this.#offset - length);
    return bytesRead === length && buffer.equals(this.#read);
  }

  #begin(inode: bigint): void {
    this.#inode = inode;
    this.#offset = 0;
    this.#written = 0n;
    this.#read = nothing;
    this.#rest = nothing;
    this.#skipping = false;
    this.skipped = 0;
  }

  /** The whole lines of a piece; the rest is kept for the next. */
  #linesOf(piece: Buffer): Buffer | undefined {
    let from = 0;
    if (this.#skipping) {
      from = piece.indexOf(newline) + 1;
      if (from === 0) return undefined;
      this.#skipping = false;
    }
    const end = piece.lastIndexOf(newline) + 1;
    this.#keep(piece.subarray(Math.max(from, end)));
    return end > from ? piece.subarray(from, end) : undefined;
  }

  #keep(rest: Buffer): void {
    this.#skipping = rest.length > longestLine;
    if (this.#skipping) this.skipped++;
    this.#rest = this.#skipping ? nothing : Buffer.from(rest);
  }
}
