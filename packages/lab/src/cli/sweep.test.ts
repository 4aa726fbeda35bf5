import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readStudy } from '../studies/study-record.ts';
import { main } from './main.ts';
import { captured, lethe } from './testing.suite.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-sweep-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const place = (name: string): string => path.join(folder, name);
const small = ['--hidden', '6', '--epochs', '1', '--set', 'model.maxIncoming=none', '--workers', '2'];
const command = (name: string, ...args: string[]): string[] => [
  ...['sweep', 'music/folk', ...small, '--out', place(name), ...args],
];
const sweep = (name: string, ...args: string[]) => lethe(...command(name, ...args));
const doneOf = (out: string) => JSON.parse(out.trim().split('\n').at(-1)!);

test('takes the options of the task, and counts in words', async () => {
  const only = ['--horizon', '5', '--vary', 'model.hidden=3', '--epochs', '1', '--workers', '1'];
  const { code, out } = await lethe('sweep', 'forecast/sales', ...only, '--out', place('task'));
  expect({ code, out }).toEqual({
    code: 0,
    out: expect.stringMatching(/: 1 point, 1 seed, 1 training,.*^1 training, /ms),
  });
  const [{ directory }] = readStudy(place('task')).trials;
  expect(JSON.parse(fs.readFileSync(path.join(directory, 'config.json'), 'utf8'))).toMatchObject({
    forecast: { horizon: 5 },
  });
  const wrong = await lethe('sweep', 'forecast/sales', '--level', 'char', ...only);
  expect(wrong).toMatchObject({
    code: 2,
    err: expect.stringMatching(/--level is for .*, found forecast\/sales/),
  });
});

/** A sweep that nobody interrupts, and the same command once more. */
const whole = [
  ...['--dropout', 'fast', '--vary', 'dropout.input=0:.4:.4', '--vary', 'dropout.output=0,.5'],
  ...['--epochs', '3', '--seeds', '2'],
];
let grid: Awaited<ReturnType<typeof sweep>>;
let again: Awaited<ReturnType<typeof sweep>>;
beforeAll(async () => {
  grid = await sweep('grid', ...whole);
  again = await sweep('grid', ...whole, '--json');
}, 120_000);

test('trains every combination with every seed, and shows the means', async () => {
  const { code, out } = grid;
  expect(code).toBe(0);
  expect(out).toContain('dropout.input: 0, 0.4 (2 values; the recipe has 0.1)');
  expect(out).toMatch(
    /^ +0(\.4)? +0(\.5)? +2 +\d+\.\d{3} ± [\d.]+ +\d+\.\d{3} ± [\d.]+ +\d+\.\d{3} ± [\d.]+$/m,
  );
  const { trials } = readStudy(place('grid'));
  expect(trials.map(({ parameters }) => Object.values(parameters))).toEqual([
    ...[1, 2].flatMap((seed) => [0, 0.4].flatMap((input) => [0, 0.5].map((output) => [input, output, seed]))),
  ]);

  // The figure of a point is that of a training with its settings, and goes on with more seeds.
  const done = doneOf((await sweep('grid', ...whole.with(-1, '3'), '--json')).out);
  expect(done).toMatchObject({ event: 'done', states: { complete: 12 }, seeds: [1, 2, 3] });
  const [, point] = done.points;
  expect(point).toMatchObject({
    parameters: { 'dropout.input': 0, 'dropout.output': 0.5 },
    trials: [2, 6, 10],
  });
  const alone = await lethe(
    ...['train', 'music/folk', ...small.slice(0, 6), '--seed', '2', '--json', '--out', place('alone')],
    ...['--epochs', '3', '--dropout', 'fast:input=0,recurrent=0.2,output=0.5'],
  );
  expect(doneOf(alone.out).best.test).toEqual(readStudy(place('grid')).trials[5].best!.test);

  const csv = fs.readFileSync(place('grid/points.csv'), 'utf8').trim().split('\n');
  expect(csv[0]).toMatch(/^dropout\.input,dropout\.output,seeds,train\.mean,/);
  expect(csv).toHaveLength(5);
  const report = fs.readFileSync(done.report, 'utf8');
  expect(report).toContain('Validation over dropout.input and dropout.output');
}, 120_000);

test('varies each setting alone around the recipe', async () => {
  const what = [
    '--dropout',
    'variational',
    '--alone',
    '--vary',
    'dropout.input=.4,0',
    '--vary',
    'model.cell=rnn,gru',
  ];
  const { code } = await sweep('alone-each', ...what);
  expect(code).toBe(0);
  const { trials } = readStudy(place('alone-each'));
  expect(trials.map(({ parameters }) => parameters)).toEqual([
    { 'dropout.input': 0.4, 'model.cell': 'rnn', seed: 1 },
    { 'dropout.input': 0, 'model.cell': 'rnn', seed: 1 },
    { 'dropout.input': 0.4, 'model.cell': 'gru', seed: 1 },
  ]);
}, 60_000);

test('a training that diverges has failed, and the sweep goes on', async () => {
  const wild = ['--set', 'optimizer.name=sgd', '--set', 'optimizer.clipNorm=none'];
  const { code, out } = await sweep('diverging', ...wild, '--vary', 'optimizer.stepRate=.01,1e38');
  expect(code).toBe(0);
  expect(out).toContain('; the 1 of 2 points with a result by validation;');
  expect(out).toContain('1 training, 1 failed');
  const all = await sweep('all-diverging', ...wild, '--vary', 'optimizer.stepRate=1e37,1e38');
  expect(all.code).toBe(1);
  expect(all.err).toMatch(/no training of .* has a result: trial 1 failed/);
}, 60_000);

test('after Ctrl-C the same command ends with the same points', async () => {
  const io = captured();
  const done = main(command('left', ...whole), io.io);
  await vi.waitFor(() => expect(io.out()).toMatch(/^\d +complete/m), { timeout: 60_000 });
  io.interrupt();
  expect(await done).toBe(130);
  expect(readStudy(place('left')).trials.filter(({ state }) => state === 'complete').length).toBeLessThan(8);
  expect(doneOf((await sweep('left', ...whole, '--json')).out).points).toEqual(doneOf(again.out).points);
}, 120_000);

test.each([
  ['nothing to vary', [], '--vary is missing'],
  ['an empty range', ['--vary', 'dropout.input=.8:0:.1'], 'is empty'],
  ['a step of 0', ['--vary', 'dropout.input=0:.8:0'], 'expects a step other than 0'],
  ['a range of words', ['--vary', 'model.cell=0:1:.5'], 'model.cell'],
  ['an unknown key', ['--vary', 'model.hiden=1,2'], "did you mean 'hidden'"],
  ['a rate that the method lacks', ['--vary', 'dropout.weight=0,.1'], 'is no setting of fast'],
  ['a rate of no method', ['--dropout', 'none', '--vary', 'dropout.input=0,.1'], 'none has no settings'],
  [
    'a rate without a place',
    ['--dropout', 'awd', '--vary', 'dropout.embedding=0,.1'],
    'the model has no embedding',
  ],
  ['a rate of 1', ['--vary', 'dropout.input=0:1:.5'], 'with dropout.input=1'],
])('%s is wrong use before anything is written', async (_, args, message) => {
  const { code, err } = await sweep('refused', '--dropout', 'fast', ...args);
  expect(err).toContain(message);
  expect(code).toBe(2);
  expect(fs.existsSync(place('refused'))).toBe(false);
});
