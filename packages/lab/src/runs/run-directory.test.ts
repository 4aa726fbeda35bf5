import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Environment } from './environment.ts';
import { createRun, numberedNames, openRun, readConfigFile, requireNew, runPaths } from './run-directory.ts';

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

test('of several names the first that is free is taken', () => {
  const run = path.join(parent, 'run');
  fs.mkdirSync(run);
  fs.writeFileSync(`${run}.2`, '');
  const { run: made, unlock } = createRun(numberedNames(run), {}, about);
  unlock();
  expect(made.directory).toBe(`${run}.3`);
});

test('a name that another process takes in the last moment is left to it', () => {
  const run = path.join(parent, 'deeper', 'run');
  const mkdir = fs.mkdirSync;
  vi.spyOn(fs, 'mkdirSync').mockImplementation((name, ...rest) => {
    if (name === run && !fs.existsSync(run)) {
      mkdir(run);
      fs.writeFileSync(path.join(run, 'theirs'), '');
    }
    return mkdir(name, ...rest);
  });
  const { run: made, unlock } = createRun(numberedNames(run), {}, about);
  unlock();
  expect(made.directory).toBe(`${run}.2`);
  expect(() => createRun(run, {}, about)).toThrow(/exists already/);
  expect(fs.readdirSync(run)).toEqual(['theirs']);
});

test('when a run cannot be made, what others made beside it meanwhile stays', () => {
  const run = path.join(parent, 'deeper', 'run');
  const fill = (): void => {
    fs.mkdirSync(path.join(parent, 'deeper', 'theirs'));
    throw new Error('no');
  };
  expect(() => createRun(run, {}, about, fill)).toThrow(/cannot be made: no/);
  expect(fs.readdirSync(path.join(parent, 'deeper'))).toEqual(['theirs']);
});

test('what is no run is refused with what is missing', () => {
  expect(() => openRun(path.join(parent, 'nowhere'))).toThrow(/it does not exist/);
  expect(() => openRun(parent)).toThrow(/it has no config\.json/);
});
