import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSearch } from '../search/search-file.ts';
import { Study } from '../search/study.ts';
import { searchPlan } from '../search/trial-plan.ts';
import { contextIn } from './context.suite.ts';
import type { ReproduceContext } from './trainings.ts';
import { finishedRun, finishedStudy } from './trainings.ts';

let parent: string;
beforeAll(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-trainings-'));
});
afterAll(() => fs.rmSync(parent, { recursive: true, force: true }));

const lines: string[] = [];
const context = (collect = false, signal = new AbortController().signal): ReproduceContext => {
  const made = contextIn(path.join(parent, 'runs'), { log: (line) => lines.push(line), signal });
  return { ...made, trainings: { ...made.trainings, collect } };
};

const set = ['model.hidden=6', 'model.maxIncoming=none', 'training.epochs=1'];

test('a run is trained once, then read, and never taken for another experiment', async () => {
  expect(await finishedRun('small', 'music/folk', { set }, context(true))).toBe(undefined);
  const run = (await finishedRun('small', 'music/folk', { set }, context()))!;
  expect(run.done.epochs).toBe(1);
  const file = path.join(run.directory, 'checkpoints', 'last.safetensors');
  const { mtimeMs } = fs.statSync(file);
  expect((await finishedRun('small', 'music/folk', { set }, context()))?.done.best).toEqual(run.done.best);
  expect((await finishedRun('small', 'music/folk', { set }, context(true)))?.done.best).toEqual(
    run.done.best,
  );
  expect(fs.statSync(file).mtimeMs).toBe(mtimeMs);
  const other = finishedRun('small', 'music/folk', { set: [...set, 'seed=2'] }, context());
  await expect(other).rejects.toThrow(/small holds another experiment/);
});

test('a study runs the trials that are missing and is stopped like any other search', async () => {
  const file = path.join(parent, 'tiny.yaml');
  fs.writeFileSync(
    file,
    'title: tiny\nbase: music/folk\nset: { model.hidden: 6, model.maxIncoming: none, training.epochs: 1 }\nspace: { optimizer.stepRate: { choice: [.001, .002] } }\n',
  );
  expect(await finishedStudy('study', file, [], context(true))).toBe(undefined);
  const stopped = await finishedStudy('study', file, [], context(false, AbortSignal.abort()));
  expect(stopped).toBe(undefined);
  const study = (await finishedStudy('study', file, [], context()))!;
  expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'complete']);
  const before = lines.length;
  expect((await finishedStudy('study', file, [], context()))?.trials).toEqual(study.trials);
  expect(lines.length).toBe(before);
  expect((await finishedStudy('study', file, [], context(true)))?.trials).toEqual(study.trials);
});

test('what is only collected is no study of another space, and says the seed of its draws', async () => {
  const file = path.join(parent, 'space.yaml');
  const write = (rates: string): void =>
    fs.writeFileSync(
      file,
      `title: space\nbase: music/folk\nset: { training.epochs: 1 }\nspace: { optimizer.stepRate: { choice: [${rates}] } }\n`,
    );
  write('.001, .002');
  new Study(path.join(parent, 'runs', 'space'), searchPlan(readSearch(file, []), 7)).close();
  expect((await finishedStudy('space', file, [], context(true)))?.about.seed).toBe(7);
  write('.001, .004');
  await expect(finishedStudy('space', file, [], context(true))).rejects.toThrow(/is another study: space/);
});
