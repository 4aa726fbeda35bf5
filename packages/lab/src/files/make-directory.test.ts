import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeDirectory, removeEmpty } from './make-directory.ts';

let parent: string;
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-make-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(parent, { recursive: true });
});

test('what was missing is made and named, the outermost first', () => {
  const [a, b] = [path.join(parent, 'a'), path.join(parent, 'a', 'b')];
  expect(makeDirectory(b)).toEqual([a, b]);
  expect(makeDirectory(b)).toEqual([]);
});

test('a directory that another process makes in the last moment is taken as it is', () => {
  const mkdir = fs.mkdirSync;
  vi.spyOn(fs, 'mkdirSync').mockImplementation((name, ...rest) => {
    mkdir(name);
    return mkdir(name, ...rest);
  });
  expect(makeDirectory(path.join(parent, 'a', 'b'))).toEqual([]);
  expect(fs.existsSync(path.join(parent, 'a', 'b'))).toBe(true);
});

test('a file in the path is refused, and what was made above stays not', () => {
  fs.writeFileSync(path.join(parent, 'file'), '');
  expect(() => makeDirectory(path.join(parent, 'file', 'x'))).toThrow(
    expect.objectContaining({ code: 'ENOTDIR' }),
  );
});

test('directories in which somebody put something stay', () => {
  const made = makeDirectory(path.join(parent, 'a', 'b'));
  fs.writeFileSync(path.join(parent, 'a', 'theirs'), '');
  removeEmpty(made);
  expect(fs.readdirSync(path.join(parent, 'a'))).toEqual(['theirs']);
});
