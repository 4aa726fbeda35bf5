import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readStudy } from '../studies/study-record.ts';
import { main } from './main.ts';
import { captured, lethe } from './testing.suite.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-compare-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const place = (name: string): string => path.join(folder, name);
const small = ['--hidden', '6', '--epochs', '1', '--set', 'model.maxIncoming=none', '--workers', '2'];
const command = (name: string, ...args: string[]): string[] => [
  ...['compare', 'music/folk', ...small, '--out', place(name), ...args],
];
const compare = (name: string, ...args: string[]) => lethe(...command(name, ...args));
const doneOf = (out: string) => JSON.parse(out.trim().split('\n').at(-1)!);

/** A comparison that nobody interrupts, and the last line of the same command once more. */
const two = ['--methods', 'none,fast', '--trials', '2', '--seeds', '2', '--epochs', '3'];
let table: Awaited<ReturnType<typeof compare>>;
let again: string[];
beforeAll(async () => {
  table = await compare('table', ...two);
  again = (await compare('table', ...two, '--json')).out.trim().split('\n');
}, 120_000);

test('gives every method as many trials and the same seeds, and ranks them with their differences', async () => {
  const { code, out } = table;
  expect(code).toBe(0);
  const { trials, about } = readStudy(place('table'));
  expect(about.plan).toMatchObject({
    kind: 'compare',
    trials: 2,
    methods: [{ name: 'none' }, { name: 'fast' }],
  });
  for (const method of ['none', 'fast']) {
    const seeds = trials
      .filter(({ parameters }) => parameters.method === method)
      .map((t) => t.parameters.seed);
    expect(seeds).toEqual([undefined, undefined, 2, 3]);
  }
  const figure = String.raw`\d+\.\d{3} ± \d+\.\d+`;
  const interval = String.raw`[+−]\d+\.\d+ \[[+−]\d+\.\d+, [+−]\d+\.\d+\]`;
  expect(out).toMatch(new RegExp(`^1  (none|fast) +${figure} +${figure} +2 +–`, 'm'));
  expect(out).toMatch(new RegExp(`^2  (none|fast) +${figure} +${figure} +2 +${interval}`, 'm'));

  // The same command again trains nothing and says the same.
  expect(again).toHaveLength(2);
  const done = JSON.parse(again[1]);
  expect(done).toMatchObject({ event: 'done', states: { complete: 8 }, seeds: [2, 3] });
  const [best, other] = done.methods;
  expect(best.valid.mean).toBeLessThanOrEqual(other.valid.mean);
  const tests = (numbers: number[]) =>
    numbers.map((number) => trials.find((trial) => trial.number === number)!.best!.test.nll_per_step);
  const [a, b] = [tests(best.trials), tests(other.trials)];
  expect(other.toBest.mean).toBeCloseTo((b[0] - a[0] + b[1] - a[1]) / 2, 10);
  // More seeds go on with what is there.
  const more = doneOf((await compare('table', ...two.with(5, '3'), '--json')).out);
  expect(more).toMatchObject({ states: { complete: 10 }, seeds: [2, 3, 4] });

  // The recipe of a method is a training of its own: the one with this seed.
  const run = place('again');
  const trained = await lethe('train', best.recipe, '--seed', '2', '--out', run, '--json');
  expect(doneOf(trained.out).best.test.nll_per_step).toBe(a[0]);
  expect(fs.existsSync(done.report)).toBe(true);
  expect(fs.readFileSync(place('table/trials.csv'), 'utf8').trim().split('\n')).toHaveLength(11);
}, 120_000);

test('one seed has no interval, and the table says so', async () => {
  const { out } = await compare('one', '--methods', 'none,naive', '--trials', '1', '--seeds', '1');
  expect(out).toContain('differences without an interval say little');
  expect(out).not.toContain(' ± ');
}, 60_000);

test('minutes are shared by all trainings of a method', async () => {
  const { code } = await compare(
    'time',
    '--methods',
    'none',
    '--trials',
    '2',
    '--seeds',
    '1',
    '--minutes',
    '3',
  );
  expect(code).toBe(0);
  expect(readStudy(place('time')).about.config.training.minutes).toBe(1);
}, 120_000);

test('after Ctrl-C and after a kill the same command ends with the same table', async () => {
  const io = captured();
  const done = main(command('left', ...two), io.io);
  await vi.waitFor(() => expect(io.out()).toMatch(/^\d +complete/m), { timeout: 60_000 });
  io.interrupt();
  expect(await done).toBe(130);
  expect(io.err()).toContain(`the same command goes on with ${place('left')}`);

  // Killed hard, by the signal that nobody hears, in the middle of what comes next.
  const program = fileURLToPath(new URL('../../bin/lethe.js', import.meta.url));
  const child = spawn(process.execPath, [program, ...command('left', ...two)]);
  const ended = () => readStudy(place('left')).trials.filter(({ state }) => state === 'complete').length;
  const before = ended();
  await vi.waitFor(() => expect(ended()).toBeGreaterThan(before), { timeout: 60_000, interval: 20 });
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('close', resolve));
  expect(ended()).toBeLessThan(8);

  const resumed = doneOf((await compare('left', ...two, '--json')).out);
  const withoutTime = (methods: { seconds: number; recipe: string }[]) =>
    methods.map(({ seconds: _, recipe: __, ...rest }) => rest);
  expect(withoutTime(resumed.methods)).toEqual(withoutTime(JSON.parse(again[1]).methods));
}, 240_000);

test('methods that nobody named are left out where the model has no place for them, with the reason', async () => {
  const pairs = place('pairs.tsv');
  fs.writeFileSync(
    pairs,
    Array.from({ length: 40 }, (_, i) => `a${i % 7} b${i % 5}\tc${i % 5} d${i % 7}\n`).join(''),
  );
  const once = ['--trials', '1', '--seeds', '1', '--epochs', '1', '--hidden', '4', '--workers', '1'];
  const { code, err, out } = await lethe(
    'compare',
    `translate/${pairs}`,
    ...once,
    '--out',
    place('pairs'),
    '--json',
  );
  expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^fast is left out: .*attention/m) });
  expect(doneOf(out).methods).toHaveLength(7);
  const named = await lethe('compare', `translate/${pairs}`, '--methods', 'none,fast', ...once);
  expect(named).toMatchObject({ code: 2, err: expect.stringMatching(/^lethe compare: fast: .*attention/) });
}, 120_000);

test.each([
  ['an unknown method', ['--methods', 'none,fats'], 'did you mean "fast"'],
  ['an option of another task', ['--horizon', '5'], '--horizon is for series'],
  ['no trial', ['--trials', '0'], '--trials expects a whole number of at least 1'],
  ['no seed', ['--seeds', '0'], '--seeds expects a whole number of at least 1'],
  [
    'a method in --set',
    ['--set', 'model.dropout=fast'],
    'methods and seeds are what --methods and --seed say',
  ],
  ['an unknown key', ['--set', 'model.hiden=3'], "did you mean 'hidden'"],
  [
    'a method without anything to steer',
    ['--methods', 'none,curriculum'],
    'join it with a method that has some',
  ],
  [
    'workers beside a queue',
    ['--queue', 'redis://localhost:1'],
    '--workers and --threads are for trials of this process',
  ],
])('%s is wrong use before anything is written', async (_, args, message) => {
  const { code, err } = await compare('refused', ...args);
  expect(err).toContain(message);
  expect(code).toBe(2);
  expect(fs.existsSync(place('refused'))).toBe(false);
});

test('another comparison in the same directory is refused with what differs', async () => {
  const { code, err } = await compare('one', '--methods', 'none', '--trials', '1', '--seeds', '1');
  expect(code).toBe(2);
  expect(err).toMatch(/one is another study: /);
  expect(err.length).toBeLessThan(800);
});

test('of which nothing has a result says nothing of seeds and degrees of freedom', async () => {
  const far = ['--set', 'optimizer.stepRate=1e30', '--set', 'optimizer.clipNorm=none', '--epochs', '2'];
  const { code, out } = await compare('far', '--methods', 'none', '--trials', '1', '--seeds', '2', ...far);
  expect(code).toBe(1);
  expect(out).toContain('none: no setting has a result: training stopped');
  expect(out).not.toMatch(/seeds that|degrees/);
}, 60_000);
