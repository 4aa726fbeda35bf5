/**
 * Lines of a file that grows, each read once: a cursor in bytes stands behind the last whole line. A file that was replaced or cut is
 * read from its beginning again; a line longer than a megabyte is none of ours and passed over.
 */
import type { Inside } from './inside.ts';

/** What reading found. */
export type Found = 'same' | 'grown' | 'replaced' | 'gone';

const longestLine = 1_000_000;
const newline = 10;

export class LineReader {
  readonly #inside: Inside;
  readonly #file: string;
  readonly #piece: number;
  /** the first byte that was not read yet */
  #offset = 0;
  /** of the file, its number in the file system */
  #inode = 0n;
  /** the beginning of a line whose end is not there yet */
  #rest: Buffer = Buffer.alloc(0);
  /** within a line that is too long */
  #skipping = false;
  /** lines that were too long */
  skipped = 0;

  /** @param piece bytes that are read, and handed on, at a time */
  constructor(inside: Inside, file: string, piece = 256 * 1024) {
    this.#inside = inside;
    this.#file = file;
    this.#piece = piece;
  }

  /**
   * Reads what is new, piece by piece, with a breath in between. `restart` comes before the lines of a file that is another than
   * before; `limit` pieces at most, the rest is for the next call.
   */
  async read(
    lines: (lines: string[]) => void,
    restart: () => void,
    limit = Number.POSITIVE_INFINITY,
  ): Promise<{ found: Found; atEnd: boolean }> {
    const handle = await this.#inside.open(this.#file);
    if (!handle) return { found: 'gone', atEnd: true };
    try {
      const stat = await handle.stat({ bigint: true });
      const size = Number(stat.size);
      let found: Found = 'same';
      if (stat.ino !== this.#inode || size < this.#offset) {
        if (this.#inode !== 0n) {
          found = 'replaced';
          restart();
        }
        this.#begin(stat.ino);
      }
      const buffer = Buffer.allocUnsafe(this.#piece);
      for (let pieces = 0; this.#offset < size; pieces++) {
        if (pieces >= limit) return { found: found === 'same' ? 'grown' : found, atEnd: false };
        const { bytesRead } = await handle.read(buffer, 0, this.#piece, this.#offset);
        if (bytesRead === 0) break; // cut meanwhile
        this.#offset += bytesRead;
        if (found === 'same') found = 'grown';
        const whole = this.#linesOf(buffer.subarray(0, bytesRead));
        if (whole.length > 0) lines(whole);
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
  async tail(bytes: number): Promise<{ lines: string[]; size: number; isWhole: boolean } | undefined> {
    const handle = await this.#inside.open(this.#file);
    if (!handle) return undefined;
    try {
      const { size } = await handle.stat();
      const from = Math.max(0, size - bytes);
      const buffer = Buffer.alloc(Math.min(size, bytes));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
      const lines = buffer.subarray(0, bytesRead).toString().split('\n');
      lines.pop();
      if (from > 0) lines.shift();
      return { lines, size, isWhole: from === 0 };
    } finally {
      await handle.close();
    }
  }

  // --- internal ---

  #begin(inode: bigint): void {
    this.#inode = inode;
    this.#offset = 0;
    this.#rest = Buffer.alloc(0);
    this.#skipping = false;
    this.skipped = 0;
  }

  #linesOf(piece: Buffer): string[] {
    let from = 0;
    if (this.#skipping) {
      const end = piece.indexOf(newline);
      if (end < 0) return [];
      this.#skipping = false;
      from = end + 1;
    }
    const last = piece.lastIndexOf(newline);
    if (last < from) {
      this.#keep(Buffer.concat([this.#rest, piece.subarray(from)]));
      return [];
    }
    const text = Buffer.concat([this.#rest, piece.subarray(from, last)]).toString();
    this.#keep(Buffer.from(piece.subarray(last + 1)));
    return text.split('\n');
  }

  #keep(rest: Buffer): void {
    this.#rest = rest;
    if (rest.length <= longestLine) return;
    this.#rest = Buffer.alloc(0);
    this.#skipping = true;
    this.skipped++;
  }
}
