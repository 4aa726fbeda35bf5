import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writableFolder } from './writable-folder.ts';

let root: string;
beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-folder-'));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

test('what is missing of a folder is made, and nothing is left in it', () => {
  const folder = path.join(root, 'a', 'b');
  expect(writableFolder(folder, '--out')).toEqual([path.join(root, 'a'), folder]);
  expect(fs.readdirSync(folder)).toEqual([]);
  expect(writableFolder(folder, '--out')).toEqual([]);
});

test('a folder that cannot be made is refused with the option that names it, and nothing is made', () => {
  fs.writeFileSync(path.join(root, 'file'), '');
  const folder = path.join(root, 'file', 'x');
  expect(() => writableFolder(folder, '--pictures')).toThrow(
    `cannot make the directory ${folder}: a part of the path is not a directory; choose another --pictures`,
  );
});
