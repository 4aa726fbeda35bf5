/** For tests: a small text in a folder of its own, and runs of the command trained on it in a second. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { lethe } from './testing.suite.ts';

/** Set by `useTinyText` before the first test. */
export interface TinyText {
  folder: string;
  /** the text that the runs were trained on: lines of three of eight words */
  text: string;
  /** Writes a file beside it and gives its path. */
  put(name: string, content: string | Uint8Array): string;
  /** Trains a run of 8 units for 2 epochs and gives its directory. Throws what the command said when it failed. */
  train(name: string, ...options: string[]): Promise<string>;
}

/** Makes the folder before the tests of the file and removes it afterwards. */
export function useTinyText(): TinyText {
  const tiny: TinyText = {
    folder: '',
    text: '',
    put(name, content) {
      const file = path.join(tiny.folder, name);
      fs.writeFileSync(file, content);
      return file;
    },
    async train(name, ...options) {
      const out = path.join(tiny.folder, name);
      const small = ['--hidden', '8', '--epochs', '2', '--set', 'model.embedding=8'];
      const batch = ['--set', 'training.batch=4', '--set', 'training.steps=10'];
      const { code, err } = await lethe(
        ...['train', `text/${tiny.text}`, '--out', out, '--layers', '1', ...small, ...batch, ...options],
      );
      if (code !== 0) throw new Error(err);
      return out;
    },
  };
  beforeAll(() => {
    tiny.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-cli-'));
    const words = ['the', 'cat', 'sees', 'a', 'dog', 'likes', 'bird', '.'];
    const line = (i: number): string => [i, 3 * i + 1, i * i].map((k) => words[k % words.length]).join(' ');
    tiny.text = tiny.put('book.txt', `${Array.from({ length: 120 }, (_, i) => line(i)).join('\n')}\n`);
  });
  afterAll(() => fs.rmSync(tiny.folder, { recursive: true }));
  return tiny;
}
