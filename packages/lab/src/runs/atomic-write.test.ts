import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { atomicWrite } from './atomic-write.ts';

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
