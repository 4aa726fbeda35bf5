import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { inWritableFolder } from './writable-folder.ts';

let root: string;
beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-folder-'));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

test('what is missing of a folder is there, empty, when the work begins, and stays', async () => {
  const folder = path.join(root, 'a', 'b');
  expect(await inWritableFolder(folder, '--out', () => fs.readdirSync(folder))).toEqual([]);
  expect(fs.existsSync(folder)).toBe(true);
});

test('where the work fails, folders that were made for it go, and those that were there or hold something stay', async () => {
  const failing = (folder: string, before: () => void) =>
    inWritableFolder(folder, '--out', async () => {
      before();
      throw new Error('no memory');
    });
  const [there, full] = [path.join(root, 'there'), path.join(root, 'full')];
  fs.mkdirSync(there);
  await expect(failing(path.join(there, 'c', 'd'), () => {})).rejects.toThrow('no memory');
  expect(fs.readdirSync(there)).toEqual([]);
  await expect(failing(there, () => {})).rejects.toThrow('no memory');
  expect(fs.existsSync(there)).toBe(true);
  await expect(failing(full, () => fs.writeFileSync(path.join(full, 'x'), ''))).rejects.toThrow('no memory');
  expect(fs.readdirSync(full)).toEqual(['x']);
});

test('a folder that cannot be made is refused before the work, with the option that names it', async () => {
  fs.writeFileSync(path.join(root, 'file'), '');
  const folder = path.join(root, 'file', 'x');
  const work = vi.fn();
  await expect(inWritableFolder(folder, '--pictures', work)).rejects.toThrow(
    `cannot make the directory ${folder}: a part of the path is not a directory; choose another --pictures`,
  );
  expect(work).not.toHaveBeenCalled();
});

test('work that needs no folder is done without one', async () => {
  expect(await inWritableFolder(undefined, '--out', () => 3)).toBe(3);
});
