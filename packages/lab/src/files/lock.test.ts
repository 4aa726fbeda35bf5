import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lock } from './lock.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-lock-'));
  file = path.join(directory, 'lock');
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(directory, { recursive: true });
});

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
  const unlock = lock(directory);
  const { started } = JSON.parse(fs.readFileSync(file, 'utf8'));
  expect(started).toMatch(/^\d+$/);
  expect(started).not.toBe('1');
  unlock();
  expect(fs.existsSync(file)).toBe(false);
});

test.runIf(process.platform === 'linux')(
  'the lock of a killed process that nobody collected is taken over',
  async () => {
    // The shell starts a process and becomes a program that never collects its children; then that process is killed.
    const script = 'sleep 60 & echo $!; exec sleep 60';
    const parent = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [text] = await once(parent.stdout, 'data');
    const pid = Number(String(text));
    const state = () => /\) (.)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
    const program = () => fs.readFileSync(`/proc/${parent.pid}/comm`, 'utf8').trim();
    await expect.poll(program, { timeout: 10_000 }).toBe('sleep');
    process.kill(pid, 'SIGKILL');
    await expect.poll(state, { timeout: 10_000 }).toBe('Z');
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
  // Where there are no links a lock is copied into its place: for a moment one that is not whole may be on its way.
  expect(() => lock(directory)).toThrow(held);
  fs.utimesSync(file, new Date(0), new Date(0));
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

const stale = JSON.stringify({ pid: 2 ** 30, host: os.hostname(), started: null });
const second = JSON.stringify({ pid: 1, host: 'second', started: null });

/** Does something before the process asks for the right to take a stale lock over. */
function beforeTakingOver(act: (right: string) => void): void {
  const link = fs.linkSync;
  vi.spyOn(fs, 'linkSync').mockImplementation((from, to) => {
    if (to !== file) act(String(to));
    link(from, to);
  });
}

test('a process that finds a stale lock taken over meanwhile leaves the new one where it is', () => {
  fs.writeFileSync(file, stale);
  beforeTakingOver(() => fs.writeFileSync(file, second));
  expect(() => lock(directory)).toThrow(
    expect.objectContaining({ code: 'E_LOCKED', message: expect.stringContaining('second') }),
  );
  expect(fs.readFileSync(file, 'utf8')).toBe(second);
  expect(fs.readdirSync(directory)).toEqual(['lock']);
});

test('a stale lock whose taking over was cut off by a kill is taken over all the same', () => {
  fs.writeFileSync(file, stale);
  let right = '';
  beforeTakingOver((asked) => {
    if (!right) fs.writeFileSync(asked, stale);
    right ||= asked;
  });
  const unlock = lock(directory);
  expect(() => lock(directory)).toThrow(held);
  expect(fs.readdirSync(directory)).toEqual(['lock']);
  unlock();
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('a lock that is given back while it is looked at is taken', () => {
  fs.writeFileSync(file, second);
  const link = fs.linkSync;
  vi.spyOn(fs, 'linkSync').mockImplementationOnce((from, to) => {
    try {
      link(from, to);
    } finally {
      fs.rmSync(file);
    }
  });
  lock(directory)();
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('a directory without hard links is locked all the same', () => {
  vi.spyOn(fs, 'linkSync').mockImplementation(() => {
    throw Object.assign(new Error('EPERM: link'), { code: 'EPERM', syscall: 'link' });
  });
  const unlock = lock(directory);
  expect(() => lock(directory)).toThrow(held);
  unlock();
  lock(directory)();
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('of eight processes that find a stale lock at once, one at a time holds it', async () => {
  fs.writeFileSync(file, JSON.stringify({ pid: 2 ** 30, host: os.hostname(), started: null }));
  // Who holds the lock makes a directory that must not exist, and takes it away again.
  const built = path.join(directory, 'lock.mjs');
  buildSync({
    entryPoints: [fileURLToPath(new URL('./lock.ts', import.meta.url))],
    outfile: built,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['lethe-source'],
  });
  const script = `
    import fs from 'node:fs';
    const { lock } = await import(${JSON.stringify(pathToFileURL(built))});
    let held = 0;
    for (const end = Date.now() + 1500; Date.now() < end; ) {
      let unlock;
      try { unlock = lock(${JSON.stringify(directory)}); }
      catch (error) { if (error.code !== 'E_LOCKED') throw error; await new Promise((go) => setTimeout(go, 1)); continue; }
      fs.mkdirSync(${JSON.stringify(path.join(directory, 'inside'))});
      fs.rmdirSync(${JSON.stringify(path.join(directory, 'inside'))});
      held++;
      unlock();
    }
    console.log(held);
  `;
  const ends = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (text) => {
        out += text;
      });
      child.stderr.on('data', (text) => {
        err += text;
      });
      await once(child, 'close');
      return { err, held: Number(out) };
    }),
  );
  expect(ends.map(({ err }) => err)).toEqual(Array(8).fill(''));
  expect(ends.reduce((sum, { held }) => sum + held, 0)).toBeGreaterThan(8);
}, 60_000);
