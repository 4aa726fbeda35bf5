/**
 * One suite for whoever runs trials, as the engines have one: `runExecutorSuite` registers what a search relies on. Trials are
 * real, small, and compared with trainings of the same configuration that nobody stopped.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../runs/config.ts';
import type { DoneEvent, EpochEvent } from '../../runs/events.ts';
import { runPaths } from '../../runs/run-directory.ts';
import type { Report } from '../../studies/journal.ts';
import { trialDirectory } from '../../studies/study-record.ts';
import { resolveConfig } from '../../training/resolve.ts';
import { train } from '../../training/train.ts';
import type { Executor, Outcome, TrialHandle, TrialTask } from './protocol.ts';

/** Where trials run. */
export interface ExecutorPlace {
  /** an executor for the study in a directory, which runs `workers` trials at a time until it is closed */
  open(directory: string, workers: number): Promise<Executor>;
  /** the run directory of a trial while it is in work */
  inWork(directory: string, number: number): string;
  close(): Promise<void>;
}

/** Registers the tests of an executor under `name`; `make` is given a folder for whatever the place needs. */
export function runExecutorSuite(name: string, make: (folder: string) => Promise<ExecutorPlace>): void {
  describe(name, () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-executor-'));
    let place: ExecutorPlace;
    beforeAll(async () => {
      place = await make(folder);
    });
    afterAll(async () => {
      await place.close();
      fs.rmSync(folder, { recursive: true, force: true });
    });

    let studies = 0;
    const study = (): string => path.join(folder, `study-${++studies}`);

    it('runs a trial to its end, and tells its beginning and every validation', async () => {
      const directory = study();
      const executor = await place.open(directory, 1);
      const trial = follow(executor, { number: 7, config: small(3) });
      const outcome = await trial.handle.outcome;
      const { best, epochs } = await alone(folder, small(3));
      expect(outcome).toMatchObject({ state: 'complete', best, reason: 'all epochs' });
      expect(outcome).toHaveProperty('seconds', expect.any(Number));
      expect(trial.heard).toEqual(['started', 'epoch 1', 'epoch 2', 'epoch 3']);
      expect(trial.reports.map(withoutTime)).toEqual(epochs.map(withoutTime));
      await trial.handle.settled();
      await executor.close();
      // The run is in the study, with what evaluation and samples need.
      const run = runPaths(trialDirectory(directory, 7));
      for (const file of [run.config, run.metrics, run.best]) expect(fs.existsSync(file), file).toBe(true);
      expect(fs.existsSync(path.join(run.directory, 'lock'))).toBe(false);
    }, 120_000);

    it('says that a trial has failed, and why; the next one is none the worse', async () => {
      const executor = await place.open(study(), 1);
      const wild = { 'optimizer.name': 'sgd', 'optimizer.clipNorm': 'none', 'optimizer.stepRate': '1e38' };
      const failing = follow(executor, { number: 1, config: small(2, wild) });
      const next = follow(executor, { number: 2, config: small(2) });
      expect(await failing.handle.outcome).toMatchObject({
        state: 'failed',
        reason: expect.stringMatching(/not finite|optimizer\.stepRate/),
      });
      const { best } = await alone(folder, small(2));
      expect(await next.handle.outcome).toMatchObject({ state: 'complete', best });
      await executor.close();
    }, 120_000);

    it.each(['1', '0.5'])(
      'ends a trial that is pruned, with the best that it reached under %s of the test set',
      async (share) => {
        const directory = study();
        const executor = await place.open(directory, 1);
        const part = { 'training.evaluationShare': share };
        const trial = follow(executor, { number: 1, config: small(100_000, part) }, (report, handle) => {
          if (report.epoch === 2) handle().stop('prune');
        });
        const outcome = await trial.handle.outcome;
        await trial.handle.settled();
        await executor.close();
        expect(outcome.state).toBe('pruned');
        const { best } = outcome as Extract<Outcome, { state: 'pruned' }>;
        const values = trial.reports.map(({ valid }) => valid.nll_per_step);
        expect(best!.valid.nll_per_step).toBe(Math.min(...values));
        expect(best!.epoch).toBe(1 + values.indexOf(Math.min(...values)));
        expect(trial.reports.length).toBeGreaterThanOrEqual(2);
        // The same trial ended where the pruned one had its best: the test set under the same weights.
        const shorter = await alone(folder, small(best!.epoch, part));
        expect(best).toEqual(shorter.best);
        expect(fs.existsSync(runPaths(trialDirectory(directory, 1)).best)).toBe(true);
      },
      120_000,
    );

    it('ends a trial that is pruned before its turn, and goes on with the others', async () => {
      const executor = await place.open(study(), 1);
      const first = follow(executor, { number: 1, config: small(30) });
      const second = follow(executor, { number: 2, config: small(100_000) });
      second.handle.stop('prune');
      const outcome = await second.handle.outcome;
      expect(['left', 'pruned']).toContain(outcome.state);
      if (outcome.state === 'pruned') expect(outcome.best).toBeNull();
      expect(await first.handle.outcome).toMatchObject({ state: 'complete' });
      await executor.close();
    }, 120_000);

    it('goes on with a trial whose process was killed, to the bits of one that was left alone', async () => {
      const directory = study();
      const executor = await place.open(directory, 1);
      let victim: number | undefined;
      const trial = follow(executor, { number: 3, config: small(40) }, ({ epoch }) => {
        if (epoch !== 2 || victim !== undefined) return;
        const lock = path.join(place.inWork(directory, 3), 'lock');
        victim = JSON.parse(fs.readFileSync(lock, 'utf8')).pid as number;
        process.kill(victim, 'SIGKILL');
      });
      const outcome = await trial.handle.outcome;
      await executor.close();
      expect(victim).toBeGreaterThan(0);
      const { best, epochs } = await alone(folder, small(40));
      expect(outcome).toMatchObject({ state: 'complete', best });
      // Validations may be told again; what they say is the same.
      const told = new Map(trial.reports.map((report) => [report.epoch, withoutTime(report)]));
      expect([...told.values()]).toEqual(epochs.map(withoutTime));
    }, 120_000);

    it('leaves a trial and goes on with it later, to the bits of one that was left alone', async () => {
      const directory = study();
      const config = small(40);
      const executor = await place.open(directory, 1);
      const left = follow(executor, { number: 1, config }, (report, handle) => {
        if (report.epoch === 2) handle().stop('leave');
      });
      expect(await left.handle.outcome).toEqual({ state: 'left' });
      await executor.close();
      const again = await place.open(directory, 1);
      const trial = follow(again, { number: 1, config });
      const { best, epochs } = await alone(folder, config);
      expect(await trial.handle.outcome).toMatchObject({ state: 'complete', best });
      await again.close();
      // Who goes on hears of what was validated before.
      const told = new Map(trial.reports.map((report) => [report.epoch, withoutTime(report)]));
      expect([...told.values()]).toEqual(epochs.map(withoutTime));
      // The work was not done twice: the history goes on after the epoch where it was left.
      const metrics = fs.readFileSync(runPaths(trialDirectory(directory, 1)).metrics, 'utf8');
      expect(metrics.match(/"event":"start"/g)).toHaveLength(2);
    }, 120_000);

    it('runs as many trials at a time as it has workers, and each as if it were alone', async () => {
      const executor = await place.open(study(), 2);
      const configs = [1, 2, 3].map((seed) => small(40, { seed: `${seed}` }));
      const running = new Set<number>();
      let most = 0;
      const queue = configs.map((config, i) => ({ number: i + 1, config }));
      const outcomes: Outcome[] = [];
      const slot = async (): Promise<void> => {
        for (let task = queue.shift(); task; task = queue.shift()) {
          const { number, config } = task;
          const handle = executor.run(
            { number, config },
            {
              // The first word of a child: its process is there and trains.
              report: ({ epoch }) => {
                if (epoch === 1) running.add(number);
                most = Math.max(most, running.size);
              },
              started: () => {},
              note: () => {},
            },
          );
          outcomes[number - 1] = await handle.outcome;
          running.delete(number);
          await handle.settled();
        }
      };
      expect(executor.slots).toBeGreaterThanOrEqual(2);
      await Promise.all(Array.from({ length: Math.min(3, executor.slots) }, slot));
      await executor.close();
      expect(most).toBe(2);
      for (const [i, outcome] of outcomes.entries()) {
        const { best } = await alone(folder, configs[i]);
        expect(outcome).toMatchObject({ state: 'complete', best });
      }
      expect(
        new Set(outcomes.map((outcome) => 'best' in outcome && outcome.best!.valid.nll_per_step)).size,
      ).toBe(3);
    }, 120_000);
  });
}

/** A trial of so many epochs over the folk tunes, a fraction of a second each ten. */
export function small(epochs: number, settings: Record<string, string> = {}): Config {
  const set = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  return resolveConfig('music/folk', {
    settings: {
      'model.hidden': 8,
      'model.maxIncoming': null,
      'model.dropout': 'fast:input=.1,recurrent=.2,output=.3',
      'training.epochs': epochs,
      'training.patience': null,
      'training.checkpointEvery': 0,
      threads: 1,
    },
    set,
  });
}

/** Runs a trial and remembers what is said about it. */
export function follow(
  executor: Executor,
  task: TrialTask,
  onReport: (report: Report, handle: () => TrialHandle) => void = () => {},
): {
  handle: TrialHandle;
  heard: string[];
  reports: Report[];
  notes: string[];
  workers: (string | undefined)[];
} {
  const [heard, reports, notes, workers] = [
    [] as string[],
    [] as Report[],
    [] as string[],
    [] as (string | undefined)[],
  ];
  const handle: TrialHandle = executor.run(task, {
    started(worker) {
      heard.push('started');
      workers.push(worker);
    },
    report(report) {
      heard.push(`epoch ${report.epoch}`);
      reports.push(report);
      onReport(report, () => handle);
    },
    note: (line) => void notes.push(line),
  });
  return { handle, heard, reports, notes, workers };
}

// --- internal ---

const known = new Map<string, { best: DoneEvent['best']; epochs: EpochEvent[] }>();

/** What a configuration comes to when nobody interferes, trained in this process. */
async function alone(
  folder: string,
  config: Config,
): Promise<{ best: DoneEvent['best']; epochs: EpochEvent[] }> {
  const key = JSON.stringify(config);
  let found = known.get(key);
  if (!found) {
    const epochs: EpochEvent[] = [];
    const done = (await train(config, {
      out: path.join(folder, `alone-${known.size}`),
      fetch: false,
      onEvent: (event) => void (event.event === 'epoch' && epochs.push(event)),
    })) as DoneEvent;
    found = { best: done.best, epochs };
    known.set(key, found);
  }
  return found;
}

const withoutTime = ({ epoch, train, valid }: Report | EpochEvent) => ({ epoch, train, valid });
