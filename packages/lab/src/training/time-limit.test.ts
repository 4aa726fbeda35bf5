import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DoneEvent, Progress, TrainingEvent } from '../runs/events.ts';
import type { Metrics, Slices, Task } from '../runs/task.ts';
import { tinyText, tinyTextConfig, tokens } from '../tasks/text/tiny-text.suite.ts';
import { openSession } from './session.ts';
import { evaluationCosts, percent, reserveOf, withFittingShare } from './time-limit.ts';
import { tinyConfig, tinyData } from './tiny.suite.ts';
import { resume, train } from './train.ts';
import { evaluate } from './trained.ts';

/** Keeps the process as kernels do. */
function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** A task whose validation has 100 windows of 20 ms, the first of which takes 200 ms more. */
function slowTask(): Pick<Task, 'evaluate'> & { windows: number } {
  const task = {
    windows: 0,
    *evaluate(): Slices<Metrics> {
      for (let i = 0; i < 100; i++) {
        busy(i === 0 ? 220 : 20);
        task.windows++;
        yield { done: i + 1, all: 100 };
      }
      return {};
    },
  };
  return task;
}

describe('the cost of evaluations', () => {
  it('is measured on a few windows, of which the first warms up', async () => {
    const task = slowTask();
    const { valid, test } = await evaluationCosts({
      ...openSession(tinyConfig(), tinyData()),
      task: task as unknown as Task,
    });
    // 100 windows of 20 ms are 2 s; timers are late on a busy machine, never early.
    for (const seconds of [valid, test]) {
      expect(seconds).toBeGreaterThan(1.9);
      expect(seconds).toBeLessThan(12);
    }
    expect(task.windows).toBeLessThan(40);
  });

  it('is kept in hand with a tenth more, of the share that is evaluated', () => {
    expect(reserveOf({ valid: 10, test: 20 }, 0.5)).toBeCloseTo(1.1 * 15, 12);
    expect(reserveOf(undefined, 1)).toBe(0);
  });
});

describe('the share that fits', () => {
  const open = (...set: string[]) => openSession(tinyConfig(...set), tinyData());
  const shareOf = (session: ReturnType<typeof open>): number => session.config.training.evaluationShare;

  it('leaves half of the time left to training', () => {
    const session = open('training.minutes=1');
    // 60 s less 20 of reading: 20 s for evaluations of 1.1 * 400 s, of which 0.0454… fits.
    expect(shareOf(withFittingShare(session, { valid: 100, test: 300 }, 20))).toBe(0.045);
    expect(withFittingShare(session, { valid: 5, test: 5 }, 20)).toBe(session);
    // Of a tenth that was asked for, which takes 1.1 * 0.1 * 400 = 44 s, 22.5 s fit: 0.0511….
    const tenth = open('training.minutes=1', 'training.evaluationShare=.1');
    expect(shareOf(withFittingShare(tenth, { valid: 100, test: 300 }, 15))).toBe(0.051);
  });

  it('is a second at least, a thousandth at least, and all without a limit', () => {
    const late = open('training.minutes=1');
    expect(withFittingShare(late, { valid: 0.4, test: 0.4 }, 1000)).toEqual(late);
    expect(shareOf(withFittingShare(late, { valid: 1e6, test: 1e6 }, 0))).toBe(0.001);
    const free = open();
    expect(withFittingShare(free, { valid: 1e6, test: 1e6 }, 0)).toBe(free);
    expect(percent(0.034)).toBe('3.4 %');
  });
});

describe('a run', () => {
  let parent: string;
  let out: string;
  beforeEach(() => {
    parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-limit-'));
    out = path.join(parent, 'run');
  });
  afterEach(() => fs.rmSync(parent, { recursive: true }));

  it('ends in its minutes where a whole test would not, says the share, and eval measures all', async () => {
    // 2,000,000 tokens in one stream: 20,000 windows, far more than 3 s.
    const long = Array.from({ length: 2_000_000 }, (_, i) => (i + Math.floor(i / 5)) % 11);
    const text = tinyText();
    const data = { ...text, splits: { ...text.splits, test: tokens(long) } };
    const config = tinyTextConfig('training.minutes=.05', 'training.epochs=100000', 'training.patience=none');
    const events: TrainingEvent[] = [];
    const began = performance.now();
    const done = (await train(config, { out, data, onEvent: (event) => events.push(event) })) as DoneEvent;
    // A machine shared by many has its share of lateness.
    expect((performance.now() - began) / 1000).toBeLessThan(9);
    expect(done.reason).toBe('minutes');
    const { evaluated_share: share } = done.best.test;
    expect(share).toBeLessThan(1);
    expect(done.best.valid.evaluated_share).toBe(share);
    const [plan] = events;
    expect(plan).toMatchObject({
      notes: [expect.stringContaining(`${percent(share)} of validation and of test`)],
    });
    expect(JSON.parse(fs.readFileSync(path.join(out, 'config.json'), 'utf8')).training.evaluationShare).toBe(
      share,
    );
    // The time is used up, though the clock stands before the limit.
    expect(await resume(out, { data })).toMatchObject({ event: 'done', already: true });
    expect(await evaluate(out, 'valid', { data })).not.toHaveProperty('evaluated_share');
  }, 60_000);

  it('evaluates the share that it is told, music and text, and shows how far it is', async () => {
    const seen: Progress[] = [];
    const music = (await train(tinyConfig('training.evaluationShare=.5'), {
      out,
      data: tinyData(),
      onProgress: (progress) => seen.push(progress),
    })) as DoneEvent;
    expect(music.best.test.evaluated_share).toBe(0.5);
    const test = seen.filter(({ phase }) => phase === 'test');
    expect(test.map(({ evaluation }) => evaluation?.done)).toEqual([undefined, 1]);
    expect(test.at(-1)?.evaluation?.secondsLeft).toBe(0);
    // Pieces of the test set are 0, 1, 2, 3; a half is 0 and 2.
    const { splits, ...rest } = tinyData();
    const half = { ...rest, splits: { ...splits, test: [splits.test[0], splits.test[2]] } };
    const { nll_per_step: expected } = (await evaluate(out, 'test', { data: half }))!;
    expect(music.best.test.nll_per_step).toBeCloseTo(expected, 10);

    const data = tinyText();
    const words = path.join(parent, 'words');
    const text = (await train(tinyTextConfig('training.evaluationShare=.5'), {
      out: words,
      data,
    })) as DoneEvent;
    // 36 of 71 tokens.
    const begin = new Int32Array(36);
    data.splits.test.read(0, begin);
    const first = { ...data, splits: { ...data.splits, test: tokens([...begin]) } };
    const metrics = (await evaluate(words, 'test', { data: first }))!;
    expect(text.best.test).toEqual({ ...metrics, evaluated_share: 0.5 });
    expect(await evaluate(words, 'test', { data, share: 0.5 })).toEqual(text.best.test);
    await expect(evaluate(words, 'test', { data, share: 0 })).rejects.toThrow(
      /share expects a number above 0/,
    );
  });
});
