import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../common/package-root.ts';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-failures-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

test('a failure of the built command is one sentence, and under LETHE_DEBUG its place in the sources as well', () => {
  const empty = path.join(folder, 'empty.csv');
  fs.writeFileSync(empty, '');
  const command = [path.join(packageRoot, 'bin', 'lethe.js'), 'train', `classify/${empty}`];
  const errors = (env: NodeJS.ProcessEnv): string =>
    spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8', env }).stderr;
  const { LETHE_DEBUG: _, ...env } = process.env;
  const sentence = `lethe train: ${empty}: expected a table, found an empty file.\n`;
  expect(errors(env)).toBe(sentence);
  const debugged = errors({ ...env, LETHE_DEBUG: '1' });
  expect(debugged.startsWith(sentence)).toBe(true);
  expect(debugged).toMatch(/\(.*packages.lab.src.data.tables.delimited-source\.ts:\d+:\d+\)/);
});
