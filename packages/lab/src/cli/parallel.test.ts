import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Several processes in one working directory, which begins empty: what scripts and clusters do. */
let cwd: string;
beforeAll(() => {
  cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-parallel-'));
});
afterAll(() => fs.rmSync(cwd, { recursive: true }));

const program = fileURLToPath(new URL('../../bin/lethe.js', import.meta.url));

async function lethe(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...argv], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LETHE_THREADS: '1', LETHE_DATA: '' },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const [code] = await once(child, 'close');
  return { code, out, err };
}

const train = ['train', 'music/folk', '--hidden', '6', '--set', 'model.maxIncoming=3', '--epochs', '1'];

test('four trainings and their samples at once get names of their own, and nothing is lost', async () => {
  const trained = await Promise.all(Array.from({ length: 4 }, () => lethe(...train)));
  expect(trained.map(({ code, err }) => ({ code, err }))).toEqual(Array(4).fill({ code: 0, err: '' }));
  const name = 'folk-none-1';
  expect(fs.readdirSync(path.join(cwd, 'runs')).sort()).toEqual([
    name,
    `${name}.2`,
    `${name}.3`,
    `${name}.4`,
  ]);

  const temperatures = ['.5', '1', '1.5', '2'];
  const drawn = await Promise.all(
    temperatures.map((temperature) =>
      lethe('sample', `runs/${name}`, '--length', '20', '--temperature', temperature, '--json'),
    ),
  );
  expect(drawn.map(({ code, err }) => ({ code, err }))).toEqual(Array(4).fill({ code: 0, err: '' }));
  const files = drawn.map(({ out }) => JSON.parse(out).file as string);
  expect(new Set(files).size).toBe(4);
  expect(fs.readdirSync(path.join(cwd, 'runs', name, 'samples')).sort()).toEqual([
    'seed-1.2.mid',
    'seed-1.3.mid',
    'seed-1.4.mid',
    'seed-1.mid',
  ]);
  // The same command again is the same piece, which is there already.
  const again = await lethe('sample', `runs/${name}`, '--length', '20', '--temperature', '1', '--json');
  expect(JSON.parse(again.out).file).toBe(files[1]);

  const reports = await Promise.all(Array.from({ length: 3 }, () => lethe('report', `runs/${name}`)));
  expect(reports.map(({ code, err }) => ({ code, err }))).toEqual(Array(3).fill({ code: 0, err: '' }));
  expect(fs.readdirSync(path.join(cwd, 'runs', name)).filter((file) => file.endsWith('.tmp'))).toEqual([]);
}, 240_000);

test('of several processes that want one directory one has it, and the others say who', async () => {
  const trained = await Promise.all(Array.from({ length: 3 }, () => lethe(...train, '--out', 'mine')));
  expect(trained.map(({ code }) => code).sort()).toEqual([0, 2, 2]);
  for (const { code, err } of trained) if (code === 2) expect(err).toMatch(/mine exists already/);
  const resumed = await Promise.all(
    Array.from({ length: 3 }, () => lethe('resume', 'mine', '--epochs', '40')),
  );
  for (const { code, err } of resumed) {
    if (code !== 0)
      expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/being written by process \d+/) });
  }
  expect(resumed.some(({ code }) => code === 0)).toBe(true);
}, 240_000);

test('what --out replaces is said', async () => {
  const sample = ['sample', 'mine', '--length', '5', '--out', 'piece #1.mid'];
  expect(await lethe(...sample)).toMatchObject({ code: 0, err: '' });
  expect(await lethe(...sample)).toMatchObject({
    code: 0,
    err: 'piece #1.mid was there already and has been replaced\n',
  });
}, 60_000);

test('a training that went wrong fails, and recommends nothing', async () => {
  const { code, out, err } = await lethe(...train, '--set', 'optimizer.stepRate=1000', '--out', 'wrong');
  expect(code).toBe(1);
  expect(err).toMatch(
    /^lethe train: training diverged: nll_per_step of the best validation is \d+, worse than the 61 /,
  );
  expect(err).toContain('lower optimizer.stepRate (--set optimizer.stepRate=)');
  expect(out).not.toContain('lethe sample');
}, 60_000);

test('a model that no machine holds is refused with the size that would fit', async () => {
  const { code, err } = await lethe('train', 'music/folk', '--hidden', '10000000');
  expect(code).toBe(2);
  expect(err).toMatch(
    /^lethe train: model\.hidden \(--hidden\): expected at most \d+, found 10000000, which takes [\d,]+ GB in training; this machine has [\d.]+ GB\.\n$/,
  );
  expect(fs.existsSync(path.join(cwd, 'runs', 'folk-none-1.5'))).toBe(false);
}, 60_000);
