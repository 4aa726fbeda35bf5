import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lock } from './lock.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-lock-'));
  file = path.join(directory, 'lock');
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const held = expect.objectContaining({ code: 'E_LOCKED' });

test('a second writer is refused until the first has given the lock back', () => {
  const unlock = lock(directory);
  expect(() => lock(directory)).toThrow(held);
  unlock();
  lock(directory)();
  expect(fs.existsSync(file)).toBe(false);
});

test('the lock of a process that was killed is taken over', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const owner = { pid: child.pid, host: os.hostname(), started: null };
  fs.writeFileSync(file, JSON.stringify(owner));
  expect(() => lock(directory)).toThrow(new RegExp(`process ${child.pid} on`));
  child.kill('SIGKILL');
  await once(child, 'exit');
  lock(directory)();
});

test.runIf(process.platform === 'linux')('a process number that is used again does not hold the lock', () => {
  const owner = { pid: process.pid, host: os.hostname(), started: '1' };
  fs.writeFileSync(file, JSON.stringify(owner));
  lock(directory)();
});

test.runIf(process.platform === 'linux')(
  'the lock of a killed process that nobody collected is taken over',
  async () => {
    // The shell starts a process, kills it, and becomes a program that never collects its children.
    const script = 'sleep 60 & kill -9 $!; echo $!; exec sleep 60';
    const parent = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [text] = await once(parent.stdout, 'data');
    const pid = Number(String(text));
    const state = () => /\) (.)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
    await expect.poll(state).toBe('Z');
    fs.writeFileSync(file, JSON.stringify({ pid, host: os.hostname(), started: null }));
    lock(directory)();
    parent.kill('SIGKILL');
  },
);

test('a lock from another machine is not judged from here', () => {
  fs.writeFileSync(file, JSON.stringify({ pid: 1, host: 'elsewhere', started: null }));
  expect(() => lock(directory)).toThrow(held);
});

test('a lock that was torn while it was written holds nobody', () => {
  fs.writeFileSync(file, '{"pid":12');
  lock(directory)();
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('giving back late does not take the lock from the next owner', () => {
  const unlock = lock(directory);
  const next = JSON.stringify({ pid: 1, host: 'elsewhere', started: null });
  fs.writeFileSync(file, next);
  unlock();
  expect(fs.readFileSync(file, 'utf8')).toBe(next);
});
