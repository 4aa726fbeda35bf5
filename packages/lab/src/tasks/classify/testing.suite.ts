/** For tests: files in a folder of their own, and the command on small runs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NoiseStream } from 'lethe';
import { afterAll } from 'vitest';
import { main } from '../../cli/main.ts';

export interface Result {
  code: number;
  out: string;
  err: string;
  /** the lines of `--json` */
  json(): Record<string, never>[];
}

/** The command in this process. */
export async function lethe(...argv: string[]): Promise<Result> {
  let [out, err] = ['', ''];
  const code = await main(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    async *input() {},
    closed: () => false,
    ...{ terminal: false, colour: false, columns: 100, env: {} },
    onInterrupt: () => () => {},
    exit: (status) => {
      throw new Error(`the command ended the process with ${status}`);
    },
  });
  return {
    code,
    out,
    err,
    json: () =>
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

/** A folder that is gone when the tests are done. */
export function useFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'lethe-classify-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    at: (name: string) => path.join(folder, name),
    put(name: string, content: string | Uint8Array): string {
      writeFileSync(path.join(folder, name), content);
      return path.join(folder, name);
    },
    read: (name: string) => readFileSync(path.join(folder, name), 'utf8'),
  };
}

const good = ['fine', 'bright', 'warm', 'clever'];
const bad = ['dull', 'cold', 'grey', 'slow'];
const things = ['film', 'song', 'room', 'meal', 'road', 'book'];

/** Texts whose last adjective decides, after `not` the other way round. */
export function texts(count: number, seed = 1): { text: string; label: 'yes' | 'no'; stars: number }[] {
  const draws = new NoiseStream(seed).uniforms({ site: 'sample' }, count * 5);
  return Array.from({ length: count }, (_, i) => {
    const [a, b, c, d, e] = Array.from(draws.subarray(5 * i, 5 * i + 5));
    const isGood = a < 0.5;
    const isNegated = b < 0.3;
    const word = (isGood ? good : bad)[Math.floor(4 * c)];
    const thing = things[Math.floor(6 * d)];
    const filler = Array.from({ length: 1 + Math.floor(6 * e) }, (_, k) => things[(i + k) % 6]).join(
      ' and the ',
    );
    const text = `the ${filler} and the ${thing} was ${isNegated ? 'not ' : ''}${word}`;
    const label = isGood !== isNegated ? 'yes' : 'no';
    return { text, label, stars: (label === 'yes' ? 4 : 1) + c };
  });
}

/** As CSV with the columns text and label. */
export const textTable = (count: number, seed?: number): string =>
  `text,label\n${texts(count, seed)
    .map(({ text, label }) => `${text},${label}`)
    .join('\n')}\n`;

/** Options that make a run small and quick. */
export const small = [
  '--hidden',
  '12',
  '--set',
  'model.embedding=12',
  '--set',
  'training.batch=16',
  '--threads',
  '1',
];
