/** A folder of its own for each test, and what the tests of texts ask of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { TokenSource } from '../tasks/text/data/types.ts';

/** Set by `useScratch` before each test. */
export interface Scratch {
  root: string;
  /** an environment in which nothing outside `root` is looked at or written */
  env: Record<string, string>;
  /** writes a file below `root` and gives its path */
  put(name: string, content: string | Uint8Array): string;
}

/** Makes a new folder before each test of the file and removes it afterwards. */
export function useScratch(): Scratch {
  const scratch: Scratch = {
    root: '',
    env: {},
    put(name, content) {
      const file = path.join(scratch.root, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
  beforeEach(() => {
    scratch.root = mkdtempSync(path.join(tmpdir(), 'lethe-text-'));
    scratch.env = {
      HOME: scratch.root,
      XDG_CACHE_HOME: path.join(scratch.root, 'cache'),
      LOCALAPPDATA: scratch.root,
    };
  });
  afterEach(() => rmSync(scratch.root, { recursive: true, force: true }));
  return scratch;
}

/** All tokens of a split. */
export function tokensOf(source: TokenSource): Int32Array {
  const tokens = new Int32Array(source.length);
  source.read(0, tokens);
  return tokens;
}
