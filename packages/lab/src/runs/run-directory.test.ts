import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Environment } from './environment.ts';
import { createRun, openRun, readConfigFile, requireNew, runPaths } from './run-directory.ts';

let parent: string;
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-run-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(parent, { recursive: true });
});

const about = { format: 1 } as Environment;

test('a new run holds the files of format 1 and its lock', () => {
  const directory = path.join(parent, 'deeper', 'run');
  const { unlock } = createRun(directory, { format: 1 }, about);
  expect(fs.readdirSync(directory).sort()).toEqual([
    'checkpoints',
    'config.json',
    'environment.json',
    'lock',
    'metrics.jsonl',
    'samples',
  ]);
  expect(() => openRun(directory)).toThrow(expect.objectContaining({ code: 'E_LOCKED' }));
  unlock();
  expect(readConfigFile(runPaths(directory))).toEqual({ format: 1 });
});

test('a directory that exists is refused, even an empty one', () => {
  expect(() => createRun(parent, {}, about)).toThrow(/exists already/);
  expect(fs.readdirSync(parent)).toEqual([]);
});

test('a path through a file is refused and nothing is made', () => {
  fs.writeFileSync(path.join(parent, 'file'), '');
  const directory = path.join(parent, 'file', 'run');
  const refused = expect.objectContaining({ code: 'E_IO', message: expect.stringContaining(directory) });
  expect(() => requireNew(directory)).toThrow(refused);
  expect(() => createRun(directory, {}, about)).toThrow(refused);
  expect(fs.readdirSync(parent)).toEqual(['file']);
});

test.runIf(process.platform === 'linux')('a file system that holds no directories is refused', () => {
  expect(() => createRun('/proc/lethe/run', {}, about)).toThrow(expect.objectContaining({ code: 'E_IO' }));
});

test('when a file of the new run cannot be written, nothing is left behind', () => {
  vi.spyOn(fs, 'fsyncSync').mockImplementation(() => {
    throw Object.assign(new Error('ENOSPC: fsync'), { code: 'ENOSPC' });
  });
  const directory = path.join(parent, 'deeper', 'run');
  expect(() => createRun(directory, {}, about)).toThrow(/cannot be made.*no space left/);
  expect(fs.readdirSync(parent)).toEqual([]);
});

test('what is no run is refused with what is missing', () => {
  expect(() => openRun(path.join(parent, 'nowhere'))).toThrow(/it does not exist/);
  expect(() => openRun(parent)).toThrow(/it has no config\.json/);
});
