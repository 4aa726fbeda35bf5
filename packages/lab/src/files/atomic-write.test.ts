import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { atomicWrite, writeNumbered } from './atomic-write.ts';

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-write-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(directory, { recursive: true });
});

test('a file is replaced whole and no temporary file stays', () => {
  const file = path.join(directory, 'a');
  atomicWrite(file, 'first, and longer');
  atomicWrite(file, Uint8Array.of(1, 2, 3));
  expect([...fs.readFileSync(file)]).toEqual([1, 2, 3]);
  expect(fs.readdirSync(directory)).toEqual(['a']);
});

test('a write that the system does in pieces arrives whole', () => {
  const write = fs.writeSync;
  const file = path.join(directory, 'a');
  vi.spyOn(fs, 'writeSync').mockImplementation(((
    handle: number,
    bytes: Uint8Array,
    at: number,
    length: number,
  ) => write(handle, bytes, at, Math.min(length, 7))) as unknown as typeof fs.writeSync);
  atomicWrite(file, 'more than seven bytes');
  expect(fs.readFileSync(file, 'utf8')).toBe('more than seven bytes');
});

test.runIf(process.platform !== 'win32')(
  'a file is on the disk before it has its name, and its name before the write is over',
  () => {
    const done: string[] = [];
    const kinds = new Map<number, string>();
    const { openSync, fsyncSync, writeSync, renameSync, linkSync } = fs;
    vi.spyOn(fs, 'openSync').mockImplementation((name, ...how) => {
      const handle = openSync(name, ...how);
      kinds.set(handle, name === directory ? 'directory' : 'file');
      return handle;
    });
    vi.spyOn(fs, 'fsyncSync').mockImplementation((handle) => {
      done.push(`sync the ${kinds.get(handle)}`);
      fsyncSync(handle);
    });
    vi.spyOn(fs, 'writeSync').mockImplementation(((...what: Parameters<typeof writeSync>) => {
      done.push('write');
      return writeSync(...what);
    }) as unknown as typeof fs.writeSync);
    vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      done.push('name');
      renameSync(from, to);
    });
    vi.spyOn(fs, 'linkSync').mockImplementation((from, to) => {
      done.push('name');
      linkSync(from, to);
    });
    for (const write of [atomicWrite, writeNumbered]) {
      done.length = 0;
      write(path.join(directory, write.name), 'text');
      expect(done, write.name).toEqual(['write', 'sync the file', 'name', 'sync the directory']);
    }
  },
);

test('a full disk leaves the old file and says so', () => {
  const file = path.join(directory, 'a');
  atomicWrite(file, 'old');
  const write = fs.writeSync;
  vi.spyOn(fs, 'writeSync').mockImplementation(((handle: number, bytes: Uint8Array) => {
    write(handle, bytes, 0, 1);
    throw Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' });
  }) as unknown as typeof fs.writeSync);
  expect(() => atomicWrite(file, 'new')).toThrow(
    expect.objectContaining({ code: 'E_IO', message: expect.stringContaining('no space left on the disk') }),
  );
  expect(fs.readFileSync(file, 'utf8')).toBe('old');
  expect(fs.readdirSync(directory)).toEqual(['a']);
});

test('a rename that fails leaves the old file', () => {
  const file = path.join(directory, 'a');
  atomicWrite(file, 'old');
  vi.spyOn(fs, 'renameSync').mockImplementation(() => {
    throw Object.assign(new Error('EACCES: rename'), { code: 'EACCES' });
  });
  expect(() => atomicWrite(file, 'new')).toThrow(/no permission/);
  expect(fs.readFileSync(file, 'utf8')).toBe('old');
  expect(fs.readdirSync(directory)).toEqual(['a']);
});

test('a numbered file never takes the place of another, and the same content is written once', () => {
  const file = path.join(directory, 'seed-1.mid');
  expect(writeNumbered(file, 'one')).toBe(file);
  expect(writeNumbered(file, 'two')).toBe(path.join(directory, 'seed-1.2.mid'));
  expect(writeNumbered(file, 'one')).toBe(file);
  expect(writeNumbered(file, 'two')).toBe(path.join(directory, 'seed-1.2.mid'));
  expect(
    fs.readdirSync(directory).map((name) => fs.readFileSync(path.join(directory, name), 'utf8')),
  ).toEqual(['two', 'one']);
});

test('a numbered file that another process makes in the last moment stays theirs, with links or without', () => {
  for (const code of ['EEXIST', 'EPERM']) {
    const file = path.join(directory, `${code}.mid`);
    vi.spyOn(fs, 'linkSync').mockImplementationOnce(() => {
      fs.writeFileSync(file, 'theirs');
      throw Object.assign(new Error(`${code}: link`), { code, syscall: 'link' });
    });
    expect(writeNumbered(file, 'mine')).toBe(path.join(directory, `${code}.2.mid`));
    expect(fs.readFileSync(file, 'utf8')).toBe('theirs');
  }
  expect(fs.readdirSync(directory).length).toBe(4);
});
