/** For tests: the command in this process, a folder of its own, and a run that learns a hundred pairs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { main } from '../../cli/main.ts';
import { putFolder } from './data/testing.suite.ts';

/** The command; `input` is its standard input. */
export async function lethe(argv: readonly string[], input = '') {
  let [out, err] = ['', ''];
  const code = await main([...argv], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    async *input() {
      yield new TextEncoder().encode(input);
    },
    closed: () => false,
    ...{ terminal: false, colour: false, columns: 100, env: {} },
    onInterrupt: () => () => {},
    exit: (status) => {
      throw new Error(`the command ended the process with ${status}`);
    },
  });
  return {
    ...{ code, out, err },
    // biome-ignore lint/suspicious/noExplicitAny: documents of any shape
    json: (): any[] =>
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

/** A folder that is gone when the tests are done. */
export function useFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'lethe-translate-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => path.join(folder, name);
  const put = (name: string, content: string | Uint8Array): string => {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    writeFileSync(at(name), content);
    return at(name);
  };
  return { at, put, pairs: () => at(putFolder(put)) };
}

/** A model that learns these pairs in seconds. */
export const small = [
  ...['--hidden', '24', '--set', 'model.embedding=16', '--level', 'word', '--epochs', '30'],
  ...['--set', 'optimizer.stepRate=.01', '--set', 'training.batch=16', '--set', 'evaluation.beam=3'],
  ...['--set', 'splits.valid=.1', '--set', 'splits.test=.2', '--threads', '1'],
];
