import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { follow, runExecutorSuite, small } from './executor.suite.ts';
import { queueExecutor } from './queue.ts';
import { prefix, type QueuedTrial, studiesKey, withoutPassword } from './redis.ts';
import { hasRedis, startRedis } from './redis-server.suite.ts';
import { runWorker, type WorkerOptions, type WorkerTrialEvent } from './worker.ts';

/** Starts a worker in this process; its trials are in processes of their own. */
function startWorker(url: string, out: string, options: Partial<WorkerOptions> = {}) {
  const stop = new AbortController();
  const events: WorkerTrialEvent[] = [];
  const ended = runWorker(url, {
    name: 'attic',
    threads: 1,
    out,
    fetch: false,
    signal: stop.signal,
    onEvent: (event) => void events.push(event),
    log: () => {},
    ...options,
  });
  // A worker that fails before anybody waits for it is no unhandled rejection.
  ended.catch(() => {});
  return {
    events,
    end: () => {
      stop.abort();
      return ended;
    },
  };
}

const open = (url: string, directory: string) =>
  queueExecutor({ url, id: path.basename(directory), title: 'tiny', directory });

if (hasRedis) {
  runExecutorSuite('trials over a queue', async (folder) => {
    const server = await startRedis(folder);
    const out = path.join(folder, 'workers');
    return {
      async open(directory, count) {
        const executor = await open(server.url, directory);
        const workers = Array.from({ length: count }, (_, i) =>
          startWorker(server.url, out, { name: `worker-${i}`, claim: 3000 }),
        );
        return {
          ...executor,
          async close() {
            await executor.close();
            await Promise.all(workers.map(({ end }) => end()));
          },
        };
      },
      inWork: (directory, number) =>
        path.join(out, path.basename(directory), String(number).padStart(4, '0')),
      close: server.end,
    };
  });
}

it.each([
  // As the URL standard reads them: the last @ in front of the path parts a password from the host.
  ['redis://:secret@host:1/2', 'redis://host:1/2'],
  ['redis://me:se@cr:et@host', 'redis://host'],
  ['rediss://host/a@b', 'rediss://host/a@b'],
])('of %s no password is shown', (url, shown) => {
  expect(withoutPassword(url)).toBe(shown);
});

describe.skipIf(!hasRedis)('a queue of trials', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-queue-'));
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis(folder);
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.end();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  let studies = 0;
  let directory: string;
  let id: string;
  const workers: ReturnType<typeof startWorker>[] = [];
  beforeEach(() => {
    directory = path.join(folder, `study-${++studies}`);
    id = path.basename(directory);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map(({ end }) => end()));
  });
  const work = (options: Partial<WorkerOptions> = {}) => {
    const worker = startWorker(server.url, path.join(folder, 'workers'), options);
    workers.push(worker);
    return worker;
  };
  const keys = () => redis.keys('lethe*');
  /** Until a trial is in the queue: whoever leaves before that has asked for nothing. */
  const queued = (number: number) =>
    expect.poll(() => redis.exists(`${prefix}:${id}:trial-${number}`)).toBe(1);
  /** Takes trials as a worker that says nothing and renews nothing. */
  const silent = (options: { claim?: number; deaths?: number } = {}) => {
    const connection = new Redis(server.url, { maxRetriesPerRequest: null });
    const { claim = 60_000, deaths = 5 } = options;
    const worker = new Worker<QueuedTrial>(id, null, {
      connection,
      prefix,
      lockDuration: claim,
      stalledInterval: 200,
      maxStalledCount: deaths,
    });
    worker.on('error', () => {});
    const end = async (): Promise<void> => {
      await worker.close();
      connection.disconnect();
    };
    return { worker, end };
  };

  it('keeps a trial longer than its claim lasts: its worker renews it', async () => {
    const executor = await open(server.url, directory);
    // About as long as four claims, whatever the machine: it is pruned after 6 seconds of training.
    const trial = follow(executor, { number: 1, config: small(1_000_000) }, (report, handle) => {
      if (report.seconds > 6) handle().stop('prune');
    });
    const [one, two] = [work({ name: 'one', claim: 1500 }), work({ name: 'two', claim: 1500 })];
    expect(await trial.handle.outcome).toMatchObject({ state: 'pruned' });
    expect(trial.workers).toHaveLength(1);
    expect([...one.events, ...two.events].filter(({ event }) => event === 'trial')).toHaveLength(1);
    await executor.close();
  }, 120_000);

  it('gives a trial whose worker is gone to another one, when the claim is void', async () => {
    const executor = await open(server.url, directory);
    const trial = follow(executor, { number: 1, config: small(2) });
    const gone = silent({ claim: 1000 });
    await expect.poll(() => gone.worker.getNextJob(randomUUID(), { block: false })).toBeTruthy();
    await gone.end();
    work({ name: 'heir', claim: 1000 });
    expect(await trial.handle.outcome).toMatchObject({ state: 'complete' });
    expect(trial.workers).toEqual(['heir']);
    await executor.close();
  }, 120_000);

  it('says that a trial has failed when the queue gives it up, with the reason', async () => {
    const executor = await open(server.url, directory);
    const [given, other] = [1, 2].map((number) => follow(executor, { number, config: small(2) }));
    const worker = silent();
    const token = randomUUID();
    await expect
      .poll(async () => {
        const job = await worker.worker.getNextJob(token, { block: false });
        await job?.moveToFailed(new Error('stalled too often'), token, false);
        return job?.data.task.number;
      })
      .toBe(1);
    expect(await given.handle.outcome).toEqual({
      state: 'failed',
      reason: 'given up by the queue: stalled too often',
      seconds: 0,
    });
    await worker.end();
    work();
    expect(await other.handle.outcome).toMatchObject({ state: 'complete' });
    await executor.close();
  }, 60_000);

  it('ends a trial that waits when it is pruned: no worker will begin it', async () => {
    const executor = await open(server.url, directory);
    const trial = follow(executor, { number: 1, config: small(2) });
    const connection = new Redis(server.url, { maxRetriesPerRequest: null });
    const queue = new Queue(id, { connection, prefix });
    await expect.poll(() => queue.getWaitingCount()).toBe(1);
    trial.handle.stop('prune');
    expect(await trial.handle.outcome).toEqual({ state: 'left' });
    expect(trial.heard).toEqual([]);
    expect(await queue.getJobCounts()).toMatchObject({ waiting: 0, active: 0, failed: 0 });
    await queue.close();
    // A queue leaves open what it was given.
    connection.disconnect();
    await executor.close();
  }, 60_000);

  it('hears what workers said while nobody listened, and takes the first of two results', async () => {
    const first = await open(server.url, directory);
    const left = follow(first, { number: 1, config: small(3) });
    await queued(1);
    left.handle.stop('leave');
    expect(await left.handle.outcome).toEqual({ state: 'left' });
    await first.close();
    const { events } = work({ name: 'alone' });
    await expect.poll(() => events.map(({ event }) => event), { timeout: 60_000 }).toEqual(['trial', 'end']);
    const second = await open(server.url, directory);
    const trial = follow(second, { number: 1, config: small(3) });
    expect(await trial.handle.outcome).toMatchObject({
      state: 'complete',
      best: { epoch: expect.any(Number) },
    });
    expect(trial.workers).toEqual(['alone']);
    expect(trial.heard).toEqual(['started', 'epoch 1', 'epoch 2', 'epoch 3']);
    await second.close();
  }, 120_000);

  it('puts its trials into the queue again when Redis has lost them, and says so', async () => {
    const executor = await open(server.url, directory);
    const trial = follow(executor, { number: 1, config: small(1) });
    await queued(1);
    await redis.flushall();
    await expect.poll(() => redis.exists(`${prefix}:${id}:trial-1`), { timeout: 10_000 }).toBe(1);
    work();
    expect(await trial.handle.outcome).toMatchObject({ state: 'complete' });
    expect(trial.notes).toEqual([expect.stringMatching(/^Redis has lost .*: 1 trial wait/)]);
    await executor.close();
    await expect.poll(keys, { timeout: 10_000 }).toEqual([]);
  }, 60_000);

  it('leaves a trial with settings that a worker does not know to others: no such trial has failed', async () => {
    const executor = await open(server.url, directory);
    const config = { ...small(1), novelty: 3 };
    const trial = follow(executor, { number: 1, config });
    work();
    await expect
      .poll(() => trial.notes, { timeout: 10_000 })
      .toEqual([expect.stringMatching(/^attic gave trial 1 back: .*novelty.*another version of Lethe/)]);
    trial.handle.stop('leave');
    expect(await trial.handle.outcome).toEqual({ state: 'left' });
    await executor.close();
    await redis.flushall();
  }, 60_000);

  it('takes what an older search does not say by its default', async () => {
    const executor = await open(server.url, directory);
    const { average: _, schedule: __, initialWeights: ___, ...older } = small(1);
    const trial = follow(executor, { number: 1, config: older as ReturnType<typeof small> });
    work();
    expect(await trial.handle.outcome).toMatchObject({ state: 'complete' });
    await executor.close();
  }, 30_000);

  it('keeps the files of a run until its result is written down, and leaves nothing in Redis', async () => {
    const executor = await open(server.url, directory);
    expect(await redis.smembers(studiesKey)).toContain(id);
    const trial = follow(executor, { number: 1, config: small(1) });
    work();
    await trial.handle.outcome;
    expect((await keys()).filter((key) => key.includes(':files:'))).toHaveLength(1);
    await trial.handle.settled();
    expect((await keys()).filter((key) => key.includes(':files:'))).toHaveLength(0);
    await executor.close();
    await expect.poll(keys, { timeout: 10_000 }).toEqual([]);
  }, 60_000);

  it('keeps everything in Redis when the coordinator leaves', async () => {
    const executor = await open(server.url, directory);
    const trial = follow(executor, { number: 1, config: small(1) });
    await queued(1);
    trial.handle.stop('leave');
    await executor.close();
    expect(await redis.smembers(studiesKey)).toEqual([id]);
    const again = await open(server.url, directory);
    await again.close();
    expect(await keys()).toEqual([]);
  }, 60_000);

  it('is left within seconds by a coordinator whose Redis is away', async () => {
    const own = await startRedis(folder);
    const executor = await open(own.url, directory);
    const trial = follow(executor, { number: 1, config: small(1) });
    const there = new Redis(own.url);
    await expect.poll(() => there.exists(`${prefix}:${id}:trial-1`)).toBe(1);
    there.disconnect();
    await own.end();
    // What is asked meanwhile waits in the client.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    trial.handle.stop('leave');
    expect(await trial.handle.outcome).toEqual({ state: 'left' });
    await executor.close();
  }, 15_000);

  it('ends a search when Redis is asked for what it cannot do', async () => {
    const executor = await open(server.url, directory);
    const trial = follow(executor, { number: 1, config: small(1) });
    // The stream of events is taken by something else: reading fails, and no trial can end.
    await redis.set(`lethe-study:${id}:events`, 'a text');
    await expect(trial.handle.outcome).rejects.toThrow(/WRONGTYPE/);
    await executor.close();
  }, 60_000);
});
