import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compareRuns } from '../report/groups.ts';
import { readRun } from '../report/run-record.ts';
import { endOf, readMetrics } from '../runs/metrics.ts';
import { runPaths } from '../runs/run-directory.ts';
import { readWeights } from '../runs/weights.ts';
import { tinyText, tinyTextConfig } from '../tasks/text/tiny-text.suite.ts';
import { averageRuns } from './average-runs.ts';
import { resume, train } from './train.ts';
import { evaluate } from './trained.ts';

const data = tinyText();
let parent: string;
const at = (name: string): string => path.join(parent, name);
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-average-'));
});
afterEach(() => fs.rmSync(parent, { recursive: true, force: true }));

const trained = (name: string, ...set: string[]) =>
  train(tinyTextConfig('training.epochs=2', ...set), { out: at(name), data });
const mean = (...names: string[]) => averageRuns(names.map(at), { out: at('mean'), data });

test('the mean of a run and of one that went on from it is a run like any other', async () => {
  await trained('first');
  await trained('second', `initialWeights=${at('first')}`, 'seed=2');
  await trained('third', `initialWeights=${at('second')}`, 'seed=3');
  const found = await mean('first', 'second', 'third');
  const weights = ['first', 'second', 'third', 'mean'].map((name) => readWeights(runPaths(at(name)), 'best'));
  for (const [name, { data: made }] of Object.entries(weights[3])) {
    const parts = weights.slice(0, 3).map((of) => of[name].data);
    for (const [i, value] of made.entries()) {
      expect(value).toBe(Math.fround((parts[0][i] + parts[1][i] + parts[2][i]) / 3));
    }
  }
  const { done, runs } = found!;
  expect(runs.map(({ run, best }) => [run, best!.epoch])).toEqual([
    [at('first'), expect.any(Number)],
    [at('second'), expect.any(Number)],
    [at('third'), expect.any(Number)],
  ]);
  expect(endOf(readMetrics(runPaths(at('mean')).metrics))).toEqual(done);
  // In reports it is not another seed of the first.
  const records = ['first', 'mean'].map((name) => readRun(at(name)));
  expect(compareRuns(records).groups.map(({ runs: of }) => of.map(({ name }) => name))).toEqual([
    ['first'],
    ['mean'],
  ]);
  // The figures are those of the weights in its directory.
  for (const split of ['valid', 'test'] as const) {
    expect(await evaluate(at('mean'), split, { data })).toMatchObject(done.best[split]);
  }
  // What it holds is complete in itself, and another run may begin with it.
  for (const name of ['first', 'second', 'third']) fs.rmSync(at(name), { recursive: true });
  await trained('fourth', `initialWeights=${at('mean')}`);
  await expect(resume(at('mean'), { data })).rejects.toThrow(
    /mean is the mean of other runs, which no training goes on with; .* --from/,
  );
});

test('the mean of two runs with the same weights has their figures', async () => {
  await trained('first');
  fs.cpSync(at('first'), at('copy'), { recursive: true });
  const { done, runs } = (await mean('first', 'copy'))!;
  expect(done.best.valid).toEqual(runs[0].best!.valid);
  expect(done.best.test).toEqual(runs[0].best!.test);
});

test('no training averages other runs', async () => {
  await expect(trained('first', `average={kind: runs, of: [${at('first')}]}`)).rejects.toThrow(
    /average: expected none, tail or exponential, found runs, .*lethe average/,
  );
  expect(fs.existsSync(at('first'))).toBe(false);
});

test('noise may differ', async () => {
  await trained('first');
  await trained('second', `initialWeights=${at('first')}`, 'model.dropout=none');
  expect((await mean('first', 'second'))?.done.best.valid.perplexity).toBeGreaterThan(1);
});

test('what has no mean is refused, and nothing is left behind', async () => {
  await trained('first');
  await trained('wide', 'model.hidden=10');
  await expect(mean('first')).rejects.toThrow('average: expected two runs or more, found 1');
  await expect(mean('first', 'first')).rejects.toThrow('is named twice');
  await expect(mean('first', 'none')).rejects.toThrow('none is not a run directory');
  await expect(mean('first', 'wide')).rejects.toThrow(
    /average: model.hidden: expected \d+, as .*first has, found 10 in .*wide/,
  );
  fs.cpSync(at('first'), at('elsewhere'), { recursive: true });
  const file = path.join(at('elsewhere'), 'environment.json');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/"sha256": "[^"]*"/, '"sha256": "0"'));
  await expect(mean('first', 'elsewhere')).rejects.toThrow(/elsewhere was trained on .* with other content/);
  expect(fs.existsSync(at('mean'))).toBe(false);
  await expect(averageRuns([at('first'), at('wide')], { out: at('first'), data })).rejects.toThrow(
    'exists already',
  );
});

test('a run that is asked to stop is not made', async () => {
  await trained('first');
  fs.cpSync(at('first'), at('copy'), { recursive: true });
  const signal = AbortSignal.abort();
  expect(await averageRuns([at('first'), at('copy')], { out: at('mean'), data, signal })).toBeUndefined();
  expect(fs.existsSync(at('mean'))).toBe(false);
});
