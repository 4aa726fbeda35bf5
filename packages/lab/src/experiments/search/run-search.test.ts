import { getEventListeners } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Report } from '../../studies/journal.ts';
import type { Executor, Outcome, Stop, TrialListener, TrialTask } from './protocol.ts';
import { runSearch } from './run-search.ts';
import { readSearch } from './search-file.ts';
import { Study } from './study.ts';
import { searchPlan } from './trial-plan.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-run-search-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const file = path.join(folder, 'search.yaml');
fs.writeFileSync(
  file,
  'title: t\nbase: music/folk\nset: { training.epochs: 27 }\nspace: { optimizer.stepRate: { logUniform: [.0001, .01] } }\n',
);
const search = readSearch(file);

let study: Study;
let studies = 0;
beforeEach(() => {
  study = new Study(path.join(folder, `study-${++studies}`), searchPlan(search, 1));
});
afterEach(() => {
  study.close();
  // First the spy on a timer that is none: whoever restored it later would give the process that timer back.
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const report = (epoch: number, nll: number): Report => ({
  epoch,
  train: { nll_per_step: nll },
  valid: { nll_per_step: nll },
  seconds: epoch,
});
const bestOf = (nll: number) => ({
  epoch: 1,
  train: { nll_per_step: nll },
  valid: { nll_per_step: nll },
  test: { nll_per_step: nll },
});
const complete = (nll: number): Outcome => ({
  state: 'complete',
  best: bestOf(nll),
  seconds: 3,
  reason: 'all epochs',
});

/** A trial in the hands of a test. */
interface Scripted {
  task: TrialTask;
  listener: TrialListener;
  stops: Stop[];
  settled: boolean;
  end(outcome: Outcome): Promise<void>;
  fail(error: Error): void;
}

/** Runs nothing: the test says what trials do. A trial that is stopped ends as such, as those of real executors do. */
function scripted(slots: number): { executor: Executor; trials: Scripted[] } {
  const trials: Scripted[] = [];
  const executor: Executor = {
    slots,
    run(task, listener) {
      let resolve!: (outcome: Outcome) => void;
      let reject!: (error: Error) => void;
      const outcome = new Promise<Outcome>((yes, no) => {
        resolve = yes;
        reject = no;
      });
      const trial: Scripted = {
        task,
        listener,
        stops: [],
        settled: false,
        async end(how) {
          resolve(how);
          await turn();
        },
        fail: reject,
      };
      trials.push(trial);
      return {
        outcome,
        settled: async () => void (trial.settled = true),
        stop(how) {
          trial.stops.push(how);
          resolve(how === 'leave' ? { state: 'left' } : { state: 'pruned', best: bestOf(9), seconds: 2 });
        },
      };
    },
    close: async () => {},
  };
  return { executor, trials };
}

/** Lets promises and what follows from them have their turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const states = () => study.trials.map(({ state, reason }) => [state, reason]);

describe('a search', () => {
  test('runs so many trials at a time, one after the other in each place, and writes down how each ended', async () => {
    const { executor, trials } = scripted(2);
    const log: string[] = [];
    const done = runSearch(study, executor, {
      trials: 3,
      prune: 'none',
      log: (line) => log.push(line),
    });
    expect(trials.map(({ task }) => task.number)).toEqual([1, 2]);
    trials[0].listener.started('attic');
    trials[0].listener.note('a note');
    trials[0].listener.report(report(1, 5));
    expect(study.trials[0]).toMatchObject({ worker: 'attic', state: 'running', reports: [{ epoch: 1 }] });
    expect(log).toEqual(['a note']);
    expect(trials[0].task.config).toMatchObject({ training: { epochs: 27 }, dataset: 'folk' });
    expect(trials[0].task.config.optimizer.stepRate).toBe(study.trials[0].parameters['optimizer.stepRate']);
    trials[1].listener.started();
    await trials[1].end({ state: 'failed', reason: 'it diverged', seconds: 4 });
    expect(trials.map(({ task }) => task.number)).toEqual([1, 2, 3]);
    expect(trials.map(({ settled }) => settled)).toEqual([false, true, false]);
    trials[2].listener.started();
    await trials[2].end(complete(6));
    await trials[0].end(complete(5));
    await done;
    expect(states()).toEqual([
      ['complete', 'all epochs'],
      ['failed', 'it diverged'],
      ['complete', 'all epochs'],
    ]);
    expect(study.trials.map(({ seconds }) => seconds)).toEqual([3, 4, 3]);
    expect(study.trials.map(({ best }) => best?.valid.nll_per_step)).toEqual([5, undefined, 6]);
    expect(trials.every(({ stops }) => stops.length === 0)).toBe(true);
  });

  test('has no more places than trials, and a queue takes all of them at once', async () => {
    const { executor, trials } = scripted(Number.POSITIVE_INFINITY);
    const done = runSearch(study, executor, { trials: 4, prune: 'none' });
    expect(trials).toHaveLength(4);
    for (const trial of trials) {
      trial.listener.started();
      await trial.end(complete(1));
    }
    await done;
  });

  test('stops a trial at the validation at which its rule says so, once, and says which rule', async () => {
    const { executor, trials } = scripted(9);
    const done = runSearch(study, executor, { trials: 6, prune: 'median' });
    for (const { listener } of trials) listener.started();
    for (const trial of trials.slice(0, 5)) {
      for (const epoch of [1, 2, 3]) trial.listener.report(report(epoch, trial.task.number));
    }
    // Of 27 epochs the second is the first that is judged; of 1 … 5 the median is 3.
    const [, , , , , last] = trials;
    last.listener.report(report(1, 3.1));
    expect(last.stops).toEqual([]);
    last.listener.report(report(2, 3.1));
    expect(last.stops).toEqual(['prune']);
    last.listener.report(report(3, 3.1));
    expect(last.stops).toEqual(['prune']);
    await turn();
    expect(states()[5]).toEqual(['pruned', 'median']);
    for (const trial of trials.slice(0, 5)) await trial.end(complete(1));
    await done;
    expect(trials.slice(0, 5).flatMap(({ stops }) => stops)).toEqual([]);
  });

  test('judges a validation once, though it be told again', async () => {
    const { executor, trials } = scripted(9);
    const done = runSearch(study, executor, { trials: 2, prune: 'halving' });
    for (const { listener } of trials) listener.started();
    trials[0].listener.report(report(1, 5));
    trials[1].listener.report(report(1, 4));
    // Worse than the other at the first rung, now; but this validation is no news.
    trials[0].listener.report(report(1, 5));
    expect(trials[0].stops).toEqual([]);
    trials[0].listener.report(report(2, 5));
    expect(trials[0].stops).toEqual(['prune']);
    await trials[1].end(complete(4));
    await done;
  });

  test('over the number of epochs has its rungs at parts of the largest', async () => {
    const other = path.join(folder, 'epochs.yaml');
    fs.writeFileSync(
      other,
      'title: t\nbase: music/folk\nspace: { training.epochs: { choice: [1, 27] }, optimizer.stepRate: { logUniform: [.0001, .01] } }\n',
    );
    study.close();
    study = new Study(path.join(folder, `study-${++studies}`), searchPlan(readSearch(other), 1));
    const { executor, trials } = scripted(9);
    const done = runSearch(study, executor, { trials: 7, prune: 'median' });
    for (const { listener } of trials) listener.started();
    for (const trial of trials.slice(0, 6)) trial.listener.report(report(1, trial.task.number));
    // Of 27 epochs the second is the first that is judged; of 1 it would be the first.
    trials[6].listener.report(report(1, 9));
    expect(trials[6].stops).toEqual([]);
    for (const trial of trials) await trial.end(complete(1));
    await done;
  });

  test('without a rule stops nobody', async () => {
    const { executor, trials } = scripted(9);
    const done = runSearch(study, executor, { trials: 6, prune: 'none' });
    for (const { listener, task } of trials) {
      listener.started();
      for (const epoch of [1, 2, 3, 9, 27]) listener.report(report(epoch, task.number));
    }
    expect(trials.flatMap(({ stops }) => stops)).toEqual([]);
    for (const trial of trials) await trial.end(complete(1));
    await done;
  });

  test('whose minutes are over prunes what runs and begins nothing more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { executor, trials } = scripted(2);
    const done = runSearch(study, executor, { trials: 9, prune: 'median', minutes: 2 });
    for (const { listener } of trials) listener.started();
    vi.advanceTimersByTime(119_999);
    expect(trials.flatMap(({ stops }) => stops)).toEqual([]);
    vi.advanceTimersByTime(1);
    await done;
    expect(trials.map(({ stops }) => stops)).toEqual([['prune'], ['prune']]);
    expect(states()).toEqual([
      ['pruned', 'minutes'],
      ['pruned', 'minutes'],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('waits for minutes longer than a timer can', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const wait = vi.spyOn(globalThis, 'setTimeout');
    const { executor, trials } = scripted(1);
    // 2^31 ms are 35,791 minutes; a timer of more fires at once.
    const done = runSearch(study, executor, { trials: 1, prune: 'none', minutes: 1e6 });
    expect(wait).toHaveBeenCalledWith(expect.any(Function), 2 ** 31 - 1);
    trials[0].listener.started();
    await trials[0].end(complete(1));
    await done;
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that is left stops its trials without a result, and they are asked for again', async () => {
    const { executor, trials } = scripted(2);
    const abort = new AbortController();
    const options = { trials: 3, prune: 'none', signal: abort.signal } as const;
    const done = runSearch(study, executor, options);
    for (const { listener } of trials) listener.started();
    abort.abort();
    await done;
    expect(trials.map(({ stops }) => stops)).toEqual([['leave'], ['leave']]);
    expect(states()).toEqual([
      ['running', null],
      ['running', null],
    ]);
  });

  test('that is left before it began begins nothing', async () => {
    const { executor, trials } = scripted(2);
    await runSearch(study, executor, { trials: 3, prune: 'none', signal: AbortSignal.abort() });
    expect(trials).toEqual([]);
  });

  test('ends with the first error that is no trial of its own, and leaves the others', async () => {
    const { executor, trials } = scripted(2);
    const done = runSearch(study, executor, { trials: 9, prune: 'none' });
    for (const { listener } of trials) listener.started();
    trials[1].fail(new Error('no space left'));
    await expect(done).rejects.toThrow('no space left');
    expect(trials).toHaveLength(2);
    expect(trials[0].stops).toEqual(['leave']);
  });

  test('whose journal cannot be written ends with that, once the others have saved', async () => {
    const { executor, trials } = scripted(2);
    const done = runSearch(study, executor, { trials: 9, prune: 'none' });
    for (const { listener } of trials) listener.started();
    vi.spyOn(study, 'report').mockImplementation(() => {
      throw new Error('no space left');
    });
    // Nobody would hear what is thrown to the process of a trial.
    trials[1].listener.report(report(1, 5));
    await expect(done).rejects.toThrow('no space left');
    expect(trials.map(({ stops }) => stops)).toEqual([['leave'], ['leave']]);
  });

  test('that fails is over when all its trials have ended: until then they report', async () => {
    const { executor, trials } = scripted(2);
    const { run } = executor;
    // The first takes its time to save.
    executor.run = (task, listener) => ({ ...run(task, listener), stop: () => {} });
    let isOver = false;
    const done = runSearch(study, executor, { trials: 2, prune: 'none' }).finally(() => {
      isOver = true;
    });
    const failed = expect(done).rejects.toThrow('no data');
    for (const { listener } of trials) listener.started();
    trials[1].fail(new Error('no data'));
    await turn();
    expect(isOver).toBe(false);
    trials[0].listener.report(report(1, 5));
    await trials[0].end({ state: 'left' });
    await failed;
    expect(study.trials[0].reports).toHaveLength(1);
  });

  test('does not listen to a signal any more when it is over', async () => {
    const { executor, trials } = scripted(1);
    const abort = new AbortController();
    const done = runSearch(study, executor, { trials: 1, prune: 'none', signal: abort.signal });
    trials[0].listener.started();
    await trials[0].end(complete(1));
    await done;
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
    abort.abort();
    expect(trials[0].stops).toEqual([]);
  });
});
