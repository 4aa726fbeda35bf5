/**
 * Files below one directory and nowhere else: a link that leads out of it is not followed, what is no plain file (a pipe, a device) is
 * not opened.
 */
import fs from 'node:fs';
import path from 'node:path';

/** A directory, resolved, with what may be opened below it. */
export class Inside {
  /** without links */
  readonly root: string;

  /** Throws what `realpath` throws for a directory that is not there. */
  constructor(directory: string) {
    this.root = fs.realpathSync(directory);
  }

  /** Whether a path, links resolved, lies below; false for what is not there. */
  holds(file: string): boolean {
    try {
      return this.#isBelow(fs.realpathSync(file));
    } catch {
      return false;
    }
  }

  /** Opens a plain file for reading; undefined where there is none that may be read. */
  async open(file: string): Promise<fs.promises.FileHandle | undefined> {
    try {
      const real = await fs.promises.realpath(file);
      if (!this.#isBelow(real)) return undefined;
      // Without O_NONBLOCK a pipe that nobody writes to would be waited for.
      const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = fs.constants;
      const handle = await fs.promises.open(real, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
      if ((await handle.stat()).isFile()) return handle;
      await handle.close();
    } catch {
      // gone, or not for us
    }
    return undefined;
  }

  /** The text of a small file; undefined where it is none, or longer than `longest` bytes. */
  async text(file: string, longest = 4_000_000): Promise<string | undefined> {
    const handle = await this.open(file);
    if (!handle) return undefined;
    try {
      if ((await handle.stat()).size > longest) return undefined;
      return await handle.readFile('utf8');
    } catch {
      return undefined;
    } finally {
      await handle.close();
    }
  }

  #isBelow(real: string): boolean {
    return real === this.root || real.startsWith(this.root + path.sep);
  }
}
