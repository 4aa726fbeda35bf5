/** Histories as columns, and the lines that they are read from. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { epoch, lines } from '../server/testing.suite.ts';
import { History } from './history.ts';
import { Inside } from './inside.ts';
import { LineReader } from './line-reader.ts';

let root: string;
let file: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-history-'));
  file = path.join(root, 'metrics.jsonl');
});
afterEach(() => fs.rmSync(root, { recursive: true }));

describe('the history of a run', () => {
  const observe = (n: number, value: number) => ({
    ...{ event: 'observe', name: 'spectral-radius', epoch: n, step: 2 * n },
    values: { 'rnn.0': value },
  });

  it('has what was observed after an epoch in its row, and what was before the first in one of its own', async () => {
    fs.writeFileSync(
      file,
      lines([observe(0, 1.25), epoch(1, 9, 8), observe(1, 1.5), epoch(2, 7, 6), observe(3, 2)]),
    );
    const names = ['epoch', 'train.nll_per_step', 'observe.spectral-radius.rnn.0', 'gap.nll_per_step'];
    const columns = await new History(new Inside(root), file).use(names, (history) =>
      names.map((name) => Array.from(history.column(name) ?? [])),
    );
    expect(columns).toEqual([
      [0, 1, 2, 3],
      [Number.NaN, 9, 7, Number.NaN],
      [1.25, 1.5, Number.NaN, 2],
      // validation minus training
      [Number.NaN, -1, -1, Number.NaN],
    ]);
  });
});

describe('the last lines of a file', () => {
  it('are whole, whatever they are cut from', async () => {
    fs.writeFileSync(file, 'first\nsecond\nthird\ntorn');
    const reader = new LineReader(new Inside(root), file);
    const tail = async (bytes: number) => (await reader.tail(bytes))?.lines.toString();
    // 23 bytes, of which `torn` has 4 and `third` with its end 6.
    expect(await tail(100)).toBe('first\nsecond\nthird\n');
    expect(await tail(15)).toBe('third\n');
    expect(await tail(12)).toBe('third\n');
    expect(await tail(5)).toBe('');
    fs.rmSync(file);
    expect(await tail(5)).toBeUndefined();
  });
});
