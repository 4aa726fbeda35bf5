import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Live } from './live.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-live-'));
  file = path.join(folder, 'metrics.jsonl');
  fs.writeFileSync(file, '');
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

it('reads on with a run when it is written to, once for many writes, and never again when it is over', async () => {
  const read: number[] = [];
  const live = new Live(async () => void read.push(fs.statSync(file).size));
  live.keep([{ id: 'a', metrics: file }]);
  for (let i = 0; i < 50; i++) fs.appendFileSync(file, 'line\n');
  await vi.waitFor(() => expect(read.at(-1)).toBe(250), { interval: 5, timeout: 5000 });
  // The first reading, and those that a pause of two seconds lets through.
  expect(read.length).toBeLessThanOrEqual(3);
  expect([live.hasRead('a'), live.hasRead('b')]).toEqual([true, false]);
  const before = read.length;
  live.keep([]);
  fs.appendFileSync(file, 'line\n');
  await new Promise((resolve) => setTimeout(resolve, 2200));
  expect(read.length).toBe(before);
  live.close();
});

it('lets two seconds pass between two readings, however long a run is written to', async () => {
  const read: number[] = [];
  const live = new Live(async () => void read.push(fs.statSync(file).size));
  live.keep([{ id: 'a', metrics: file }]);
  for (let i = 0; i < 20; i++) {
    fs.appendFileSync(file, 'line\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await vi.waitFor(() => expect(read.at(-1)).toBe(100), { interval: 5, timeout: 5000 });
  live.close();
  // Writes of .4 seconds: at once, and two seconds later; one more where the machine was slow.
  expect(read.length).toBeLessThanOrEqual(3);
});

it('is silent about files that are not there, and those that it could not read', async () => {
  const tried = vi.fn(async () => Promise.reject(new Error('not now')));
  const live = new Live(tried);
  live.keep([
    { id: 'a', metrics: path.join(folder, 'nothing') },
    { id: 'b', metrics: file },
  ]);
  fs.appendFileSync(file, 'line\n');
  await vi.waitFor(() => expect(tried).toHaveBeenCalledWith('b'), { interval: 5 });
  live.close();
});
