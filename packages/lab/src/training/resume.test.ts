import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { DoneEvent, EpochEvent, InterruptedEvent, TrainingEvent } from '../runs/events.ts';
import { readMetrics } from '../runs/metrics.ts';
import { runPaths } from '../runs/run-directory.ts';
import { tinyConfig, tinyData } from './tiny.suite.ts';
import { resume, train } from './train.ts';

const data = tinyData();
const config = tinyConfig();
const stepsPerEpoch = 5;

/** An unbroken run, and what its directory held after every step: a kill at that moment leaves exactly this. */
let parent: string;
let whole: string;
let unbroken: DoneEvent;
beforeAll(async () => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-resume-'));
  whole = path.join(parent, 'whole');
  unbroken = (await train(config, {
    out: whole,
    data,
    onProgress: ({ step, phase }) => {
      // Before step 1 is saved the directory holds the checkpoint of step 0, and so on.
      if (phase === 'train') fs.cpSync(whole, path.join(parent, `killed-${step - 1}`), { recursive: true });
    },
  })) as DoneEvent;
});
afterAll(() => fs.rmSync(parent, { recursive: true }));

let run: string;
beforeEach(() => {
  run = path.join(parent, 'again');
});
afterEach(() => fs.rmSync(run, { recursive: true, force: true }));

/** A copy of the directory as a kill after `step` steps leaves it, lock included. */
function killed(step: number): void {
  fs.cpSync(path.join(parent, `killed-${step}`), run, { recursive: true });
  fs.writeFileSync(
    path.join(run, 'lock'),
    JSON.stringify({ pid: 2 ** 30, host: os.hostname(), started: null }),
  );
}

/** Everything about a history but its times and its starts. */
function story(directory: string): unknown[] {
  return readMetrics(runPaths(directory).metrics)
    .filter((event) => event.event === 'epoch' || event.event === 'done')
    .map((event) => ({ ...event, seconds: 0, run: '' }));
}

function expectSameAsUnbroken(): void {
  for (const file of ['last', 'best'] as const) {
    expect(fs.readFileSync(runPaths(run)[file]).equals(fs.readFileSync(runPaths(whole)[file]))).toBe(true);
  }
  expect(story(run)).toEqual(story(whole));
}

test.each([0, 3, stepsPerEpoch - 1, stepsPerEpoch, 2 * stepsPerEpoch + 2, 4 * stepsPerEpoch - 1])(
  'a run killed after step %i goes on to the bits of the unbroken one',
  async (step) => {
    killed(step);
    const result = await resume(run, { data });
    expect(result).toMatchObject({ event: 'done', reason: 'epochs', epochs: 4, best: unbroken.best });
    expectSameAsUnbroken();
  },
);

test('seconds of work go on from those of the sessions before, and a limit of time counts them', async () => {
  killed(2 * stepsPerEpoch + 2);
  const { metrics } = runPaths(run);
  // As if the second epoch had ended after a hundred minutes of work.
  const history = readMetrics(metrics).map((event) =>
    event.event === 'epoch' && event.epoch === 2 ? { ...event, seconds: 6000 } : event,
  );
  fs.writeFileSync(metrics, history.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const stopped = path.join(parent, 'limited');
  fs.cpSync(run, stopped, { recursive: true });
  try {
    const done = (await resume(run, { data })) as DoneEvent;
    const epochs = readMetrics(metrics).filter((event) => event.event === 'epoch');
    expect(epochs.map(({ seconds }) => seconds >= 6000)).toEqual([false, true, true, true]);
    // The rest of a run of a second was done by this process.
    expect(done.seconds).toBeGreaterThan(6000);
    expect(done.seconds).toBeLessThan(6060);
    expect(await resume(stopped, { data, minutes: 100 })).toMatchObject({
      event: 'done',
      reason: 'minutes',
      epochs: 3,
    });
  } finally {
    fs.rmSync(stopped, { recursive: true });
  }
});

test('what was written after the checkpoint is taken back', async () => {
  killed(stepsPerEpoch + 2);
  const { metrics, last } = runPaths(run);
  const late: EpochEvent = {
    event: 'epoch',
    epoch: 2,
    step: 10,
    train: { nll_per_step: 1 },
    valid: { nll_per_step: 1, nll_per_sequence_mean: 1 },
    seconds: 1,
  };
  fs.appendFileSync(metrics, `${JSON.stringify(late)}\n{"event":"epoch","epo`);
  const temporaries = [`${last}.tmp`, `${last}.4711-00c0ffee.tmp`];
  for (const file of temporaries) fs.writeFileSync(file, 'half a checkpoint');
  // A kill between the two files of one save: best.safetensors of an epoch that last.safetensors does not know.
  fs.copyFileSync(runPaths(whole).best, runPaths(run).best);
  await resume(run, { data });
  expectSameAsUnbroken();
  for (const file of temporaries) expect(fs.existsSync(file)).toBe(false);
});

test('a run killed before its first checkpoint begins again', async () => {
  killed(0);
  fs.rmSync(runPaths(run).last);
  await resume(run, { data });
  expectSameAsUnbroken();
});

test.each([
  ['between steps', 'train', 7],
  ['before a validation', 'valid', 10],
  ['before the test', 'test', 20],
] as const)(
  'an abort %s saves, says how to go on, and resume ends at the same bits',
  async (_, phase, step) => {
    const abort = new AbortController();
    const stopped = await train(config, {
      out: run,
      data,
      signal: abort.signal,
      onProgress: (progress) => {
        if (progress.phase === phase && progress.step === step) abort.abort();
      },
    });
    expect(stopped).toMatchObject({
      event: 'interrupted',
      step,
      resume: `lethe resume ${run}`,
    } satisfies Partial<InterruptedEvent>);
    expect(fs.existsSync(path.join(run, 'lock'))).toBe(false);
    await resume(run, { data });
    expectSameAsUnbroken();
  },
);

test('a finished run says so and stays as it is', async () => {
  killed(19);
  await resume(run, { data });
  const before = fs.readFileSync(runPaths(run).metrics);
  const events: TrainingEvent[] = [];
  const result = await resume(run, { data, onEvent: (event) => events.push(event) });
  expect(result).toMatchObject({ event: 'done', already: true, epochs: 4, best: unbroken.best });
  expect(events.map(({ event }) => event)).toEqual(['plan', 'done']);
  expect(events[1]).toEqual(result);
  expect(fs.readFileSync(runPaths(run).metrics).equals(before)).toBe(true);
});

test('more epochs extend a finished run to the bits of a run that was longer from the beginning', async () => {
  killed(19);
  await resume(run, { data });
  const extended = await resume(run, { data, epochs: 6 });
  const long = path.join(parent, 'long');
  const direct = (await train(tinyConfig('training.epochs=6'), { out: long, data })) as DoneEvent;
  expect(extended).toMatchObject({ epochs: 6, best: direct.best });
  expect(fs.readFileSync(runPaths(run).last).equals(fs.readFileSync(runPaths(long).last))).toBe(true);
});

test('other data than the run was trained on is refused', async () => {
  killed(3);
  const other = tinyData();
  other.splits.train[0].frames[0] = [30];
  await expect(resume(run, { data: other })).rejects.toThrow(
    expect.objectContaining({ code: 'E_DATA', message: expect.stringContaining('the same data') }),
  );
});

test('a broken checkpoint is refused and named', async () => {
  killed(3);
  const { last } = runPaths(run);
  fs.writeFileSync(last, fs.readFileSync(last).subarray(0, 5000));
  await expect(resume(run, { data })).rejects.toThrow(
    expect.objectContaining({ code: 'E_DATA', message: expect.stringContaining(last) }),
  );
  expect(fs.existsSync(path.join(run, 'lock'))).toBe(false);
});

test('a checkpoint of another model is refused with the parameter', async () => {
  killed(3);
  const file = runPaths(run).config;
  const other = JSON.parse(fs.readFileSync(file, 'utf8'));
  other.model.hidden = 13;
  fs.writeFileSync(file, JSON.stringify(other));
  await expect(resume(run, { data })).rejects.toThrow(/rnn\.weightIn of shape \[88, 13\].*found \[88, 12\]/);
});

test('a full disk ends the run with an error and the last checkpoint stays whole', async () => {
  killed(3);
  const { last, metrics } = runPaths(run);
  const before = fs.readFileSync(last);
  const open = fs.openSync;
  vi.spyOn(fs, 'openSync').mockImplementation((file, ...rest) => {
    if (String(file).startsWith(`${last}.`))
      throw Object.assign(new Error('ENOSPC: open'), { code: 'ENOSPC' });
    return open(file, ...rest);
  });
  await expect(resume(run, { data })).rejects.toThrow(expect.objectContaining({ code: 'E_IO' }));
  vi.restoreAllMocks();
  expect(fs.readFileSync(last).equals(before)).toBe(true);
  expect(fs.readdirSync(path.dirname(last)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(readMetrics(metrics).length).toBeGreaterThan(0);
  await resume(run, { data });
  expectSameAsUnbroken();
});

test.each([
  ['history and best weights', [], /a history of 2 epochs and its best weights.*--from/],
  ['history alone', ['best'], /a history of 2 epochs;.*another directory/],
  ['best weights alone', ['metrics'], /the run has its best weights;.*--from/],
] as const)(
  'a run that lost its last checkpoint and still has its %s is refused',
  async (_, lost, message) => {
    killed(2 * stepsPerEpoch + 2);
    const paths = runPaths(run);
    for (const name of ['last', ...lost] as const) fs.rmSync(paths[name]);
    const kept = ['metrics', 'best', 'config']
      .map((name) => paths[name as 'best'])
      .filter((file) => fs.existsSync(file));
    const before = kept.map((file) => fs.readFileSync(file));
    await expect(resume(run, { data })).rejects.toThrow(
      expect.objectContaining({ code: 'E_DATA', message: expect.stringMatching(message) }),
    );
    expect(kept.map((file) => fs.readFileSync(file))).toEqual(before);
    expect(fs.existsSync(path.join(run, 'lock'))).toBe(false);
  },
);

test('a finished run that lost its best weights has them again from its last checkpoint', async () => {
  killed(19);
  await resume(run, { data });
  fs.rmSync(runPaths(run).best);
  await resume(run, { data });
  expectSameAsUnbroken();
});

test('a history that lost epochs is gone on with, and that is said', async () => {
  killed(2 * stepsPerEpoch + 2);
  fs.writeFileSync(runPaths(run).metrics, '');
  const notes: string[] = [];
  await resume(run, { data, log: (line) => notes.push(line) });
  expect(notes).toEqual([expect.stringMatching(/metrics\.jsonl has 0 of 2 epochs/)]);
  expect(fs.readFileSync(runPaths(run).last).equals(fs.readFileSync(runPaths(whole).last))).toBe(true);
});

test('the command that goes on can be pasted into a shell', async () => {
  run = path.join(parent, "it's #1 $HOME");
  const abort = new AbortController();
  const stopped = await train(config, {
    out: run,
    data,
    signal: abort.signal,
    onProgress: () => abort.abort(),
  });
  expect(stopped).toMatchObject({ resume: `lethe resume '${parent}/it'\\''s #1 $HOME'` });
});
