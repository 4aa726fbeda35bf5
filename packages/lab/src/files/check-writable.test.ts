import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkWritable } from './check-writable.ts';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-writable-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test('a file that could be written leaves nothing behind, and one that is there stays as it is', () => {
  const file = path.join(folder, 'there.csv');
  checkWritable(file);
  expect(fs.readdirSync(folder)).toEqual([]);
  fs.writeFileSync(file, 'kept');
  checkWritable(file);
  expect(fs.readdirSync(folder)).toEqual(['there.csv']);
  expect(fs.readFileSync(file, 'utf8')).toBe('kept');
});

test('a file that could not be written is refused with the reason', () => {
  const file = path.join(folder, 'file');
  fs.writeFileSync(file, '');
  for (const [place, reason] of [
    [path.join(folder, 'no', 'x.csv'), 'no such directory'],
    [path.join(file, 'x.csv'), 'a part of the path is not a directory'],
    [folder, 'there is a directory in its place'],
  ]) {
    expect(() => checkWritable(place)).toThrow(`cannot write ${place}: ${reason}; nothing was done yet`);
  }
});
