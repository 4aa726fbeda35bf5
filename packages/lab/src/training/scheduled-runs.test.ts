/** Runs whose step rate, momentum and average of the weights move: what their history says, and that a kill changes no bit. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { optimizerDefaults } from '../runs/config.ts';
import type { DoneEvent } from '../runs/events.ts';
import { readMetrics } from '../runs/metrics.ts';
import { runPaths } from '../runs/run-directory.ts';
import type { MusicConfig } from '../tasks/music/config.ts';
import { tinyConfig, tinyData } from './tiny.suite.ts';
import { resume, train } from './train.ts';

const data = tinyData();
const stepsPerEpoch = 5;

let parent: string;
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-scheduled-'));
});
afterEach(() => fs.rmSync(parent, { recursive: true }));

/** Trains, and keeps a copy of the directory as a kill after each of `steps` leaves it. */
async function trained(
  set: string[],
  steps: readonly number[] = [],
): Promise<{ whole: string; done: DoneEvent }> {
  const whole = path.join(parent, 'whole');
  const done = await train(configOf(set), {
    out: whole,
    data,
    onProgress: ({ step, phase }) => {
      if (phase !== 'train' || !steps.includes(step - 1)) return;
      const killed = path.join(parent, `killed-${step - 1}`);
      fs.cpSync(whole, killed, { recursive: true });
      const owner = { pid: 2 ** 30, host: os.hostname(), started: null };
      fs.writeFileSync(path.join(killed, 'lock'), JSON.stringify(owner));
    },
  });
  return { whole, done: done as DoneEvent };
}

/** The small configuration, which is of rmsprop, with another optimizer where `set` begins with its name. */
function configOf(set: string[]): MusicConfig {
  const [name] = set;
  if (name !== 'adam' && name !== 'sgd') return tinyConfig(...set);
  const optimizer = { ...optimizerDefaults[name], stepRate: name === 'adam' ? 0.005 : 0.05 };
  return { ...tinyConfig(...set.slice(1)), optimizer };
}

const epochsOf = (run: string) =>
  readMetrics(runPaths(run).metrics).filter((event) => event.event === 'epoch');
const bytes = (run: string) =>
  (['last', 'best'] as const).map((file) => fs.readFileSync(runPaths(run)[file]).toString('hex'));

test.each<[string, string[]]>([
  ['one cycle of rmsprop with its momentum', ['schedule=one-cycle:momentum=.9/.6']],
  ['one cycle of adam, and a tail', ['adam', 'schedule=one-cycle:momentum=.9/.8', 'average=tail:epochs=2']],
  [
    'a line by epochs, and an exponential average',
    ['schedule=linear:by=epoch', 'average=exponential:decay=.9'],
  ],
  [
    'momentum of an sgd that has none, and a tail of everything',
    [
      ...[
        'optimizer={name: sgd, stepRate: .05}',
        'schedule=one-cycle:momentum=.5/.4',
        'average=tail:epochs=99',
      ],
    ],
  ],
])('%s: a run that is killed goes on to the bits of the unbroken one', async (_, set) => {
  const steps = [1, stepsPerEpoch, 2 * stepsPerEpoch + 2, 4 * stepsPerEpoch - 1];
  const { whole, done } = await trained(set, steps);
  for (const step of steps) {
    const killed = path.join(parent, `killed-${step}`);
    expect(await resume(killed, { data })).toMatchObject({ reason: 'epochs', best: done.best });
    expect(bytes(killed), `after step ${step}`).toEqual(bytes(whole));
    expect(epochsOf(killed).map((epoch) => ({ ...epoch, seconds: 0 }))).toEqual(
      epochsOf(whole).map((epoch) => ({ ...epoch, seconds: 0 })),
    );
  }
});

test('the history has step rate and momentum of the last step of every epoch, and the steps in the average', async () => {
  // Five steps an epoch: the last begins with .8 of it, so the cycle stands at .2, .45, .7 and .95.
  const set = ['optimizer.stepRate=.01', 'schedule=one-cycle:phases=1/0/1/0,first=.2,momentum=.9/.5'];
  const { whole } = await trained([...set, 'average=tail:epochs=2']);
  const epochs = epochsOf(whole);
  const factors = [0.2 + 0.8 * 0.4, 0.2 + 0.8 * 0.9, 1 - 0.8 * 0.4, 1 - 0.8 * 0.9];
  factors.forEach((factor, i) => {
    expect(epochs[i].stepRate).toBeCloseTo(0.01 * factor, 10);
    expect(epochs[i].momentum).toBeCloseTo(0.9 - (0.4 * (factor - 0.2)) / 0.8, 10);
  });
  expect(epochs.map(({ averaged }) => averaged)).toEqual([undefined, undefined, 5, 10]);
});

test('an average is what is validated and kept, and leaves the training as it is', async () => {
  const { whole, done } = await trained(['average=tail:epochs=3']);
  const averaged = epochsOf(whole);
  fs.renameSync(whole, path.join(parent, 'averaged'));
  const plain = epochsOf((await trained([])).whole);
  expect(averaged.map(({ train }) => train)).toEqual(plain.map(({ train }) => train));
  expect(averaged[0].valid).toEqual(plain[0].valid);
  expect(averaged.slice(1).map(({ valid }) => valid)).not.toEqual(plain.slice(1).map(({ valid }) => valid));
  expect(done.best.valid).toEqual(averaged[done.best.epoch - 1].valid);
});

test('a run from before schedules moved between epochs and weights were averaged goes on to its bits', async () => {
  const set = ['schedule.kind=cosine'];
  const step = stepsPerEpoch + 2;
  const { whole } = await trained(set, [step]);
  const killed = path.join(parent, `killed-${step}`);
  const { config: file } = runPaths(killed);
  const { average: _, schedule, ...config } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const { by: __, ...before } = schedule;
  fs.writeFileSync(file, JSON.stringify({ ...config, schedule: before }));
  await resume(killed, { data });
  expect(bytes(killed)).toEqual(bytes(whole));
});

test('a run that is extended begins its tail anew', async () => {
  const { whole } = await trained(['average=tail:epochs=1']);
  await resume(whole, { data, epochs: 6 });
  expect(epochsOf(whole).map(({ averaged }) => averaged)).toEqual([...Array(3), 5, undefined, 5]);
});

test('a run that is extended by just as many epochs has no step of its old tail in the new one', async () => {
  const { whole } = await trained(['average=tail:epochs=2']);
  await resume(whole, { data, epochs: 6 });
  expect(epochsOf(whole).map(({ averaged }) => averaged)).toEqual([undefined, undefined, 5, 10, 5, 10]);
});
