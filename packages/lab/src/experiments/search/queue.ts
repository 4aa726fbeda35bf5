/**
 * The executor over a queue: every trial waits in Redis until a `lethe worker` takes it. What workers say is read from the
 * stream's beginning, so a coordinator that was killed learns what happened without it.
 */
import path from 'node:path';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { counted } from '../../common/counted.ts';
import { trialDirectory } from '../../studies/study-record.ts';
import { receiveRun } from './delivery.ts';
import type { Executor, Outcome, Stop, TrialHandle, TrialListener, TrialTask } from './protocol.ts';
import {
  connectRedis,
  eventsKey,
  forgetStudy,
  jobKey,
  leaving,
  prefix,
  type QueuedTrial,
  queueLibraries,
  stopKey,
  studiesKey,
  type WorkerEvent,
} from './redis.ts';

/** What the executor needs to know of its study. */
export interface QueueOptions {
  url: string;
  /** of {@link studyId} */
  id: string;
  title: string;
  directory: string;
}

/** Connects to the queue of a study. Throws as `connectRedis` and `queueLibraries` do. */
export async function queueExecutor({ url, id, title, directory }: QueueOptions): Promise<Executor> {
  const libraries = await queueLibraries();
  const redis = await connectRedis(libraries, url);
  const queue = new libraries.bullmq.Queue<QueuedTrial>(id, { connection: redis, prefix });
  queue.on('error', () => {}); // outages are waited out
  await redis.sadd(studiesKey, id);
  const running = new Map<number, Waiting>();
  const follower = follow({ id, directory, redis, queue, running });
  let left = false;
  return {
    slots: Number.POSITIVE_INFINITY,
    run(task, listener) {
      const handle = enqueue({ id, title, redis, queue, running }, task, listener);
      return {
        ...handle,
        stop(how) {
          left ||= how === 'leave';
          handle.stop(how);
        },
      };
    },
    async close() {
      // Whoever leaves does not wait for a Redis that is away: what was said stands there, and workers go on.
      const line = left ? leaving(redis, AbortSignal.abort()) : undefined;
      const wait = <T>(work: Promise<T>): Promise<T> => (line ? line.wait(work) : work);
      try {
        await wait(follower.end());
        if (!left) await forget(redis, queue, id);
        await wait(queue.close());
      } catch (error) {
        if (!line?.lost) throw error;
      } finally {
        line?.end();
        redis.disconnect();
      }
    },
  };
}

// --- internal ---

/** A trial without an outcome yet. */
interface Waiting {
  listener: TrialListener;
  /** puts it into the queue; one that is there stays as it is, also one that has ended: its result is in the stream */
  enqueue(): Promise<unknown>;
  /** it is in the queue, and nobody takes it out */
  isQueued: boolean;
  /** where the files of its run are in Redis, once it ended */
  files?: string;
  end(outcome: Outcome): void;
  fail(error: unknown): void;
}

interface Connection {
  id: string;
  redis: Redis;
  queue: Queue<QueuedTrial>;
  running: Map<number, Waiting>;
}

const jobId = (number: number): string => `trial-${number}`;

function enqueue(
  { id, title, redis, queue, running }: Connection & { title: string },
  task: TrialTask,
  listener: TrialListener,
): TrialHandle {
  const { number } = task;
  const { promise, resolve, reject } = withResolvers<Outcome>();
  const end = (outcome: Outcome): void => {
    running.delete(number);
    resolve(outcome);
  };
  const enqueue = () => queue.add('trial', { title, task }, { jobId: jobId(number) });
  const waiting: Waiting = { listener, enqueue, isQueued: false, end, fail: reject };
  running.set(number, waiting);
  const added = enqueue();
  added.then(() => {
    waiting.isQueued = true;
  }, reject);
  const prune = async (): Promise<void> => {
    const job = await added;
    waiting.isQueued = false;
    // One that no worker has begun is as if it had never been asked for.
    const waits = (await job.getState()) === 'waiting' && (await queue.remove(jobId(number))) === 1;
    if (waits) end({ state: 'left' });
    else await redis.hset(stopKey(id), number, 'prune');
    waiting.isQueued = true;
  };
  return {
    outcome: promise,
    async settled() {
      if (waiting.files) await redis.del(waiting.files);
    },
    stop(how: Stop) {
      // Workers go on without a coordinator; what they find out waits in Redis.
      if (how === 'leave') end({ state: 'left' });
      else prune().catch(reject);
    },
  };
}

/** Reads what workers say, and looks for trials that the queue gave up or lost, until `end`. */
function follow({ id, directory, redis, queue, running }: Connection & { directory: string }) {
  const reader = redis.duplicate();
  reader.on('error', () => {});
  let over = false;
  let last = '0';
  const read = async (): Promise<void> => {
    while (!over) {
      const found = await reader.xread('COUNT', 100, 'BLOCK', 1000, 'STREAMS', eventsKey(id), last);
      for (const [entry, [, text]] of found?.[0][1] ?? []) {
        last = entry;
        await take(JSON.parse(text) as WorkerEvent);
      }
      if (found) continue;
      await lookForFailed();
      await lookForLost();
    }
  };
  const take = async ({ number, worker, message, files }: WorkerEvent): Promise<void> => {
    const trial = running.get(number);
    if (!trial) return; // it ended before: of several results the first counts
    const { listener } = trial;
    if (message.type === 'started') listener.started(worker);
    if (message.type === 'report') listener.report(message.report);
    if (message.type === 'note') listener.note(`${worker}: ${message.line}`);
    if (message.type === 'error') listener.note(`${worker} gave trial ${number} back: ${message.message}`);
    if (message.type !== 'end') return;
    if (files) await receiveRun(redis, files, path.resolve(trialDirectory(directory, number)));
    trial.files = files;
    trial.end(message.outcome);
  };
  const lookForFailed = async (): Promise<void> => {
    for (const job of await queue.getFailed(0, -1)) {
      const { number } = job.data.task;
      running
        .get(number)
        ?.end({ state: 'failed', reason: `given up by the queue: ${job.failedReason}`, seconds: 0 });
    }
  };
  /** A Redis that was emptied, or began again without what it had, has lost the trials that nobody has ended yet. */
  const lookForLost = async (): Promise<void> => {
    const queued = [...running].filter(([, { isQueued }]) => isQueued);
    if (queued.length === 0) return;
    const there = await redis.exists(...queued.map(([number]) => jobKey(id, jobId(number))));
    // Workers look for trials in the studies of this set.
    const isNew = (await redis.sadd(studiesKey, id)) === 1;
    if (there === queued.length && !isNew) return;
    const [[, { listener }]] = queued;
    listener.note(`Redis has lost what it knew of this study: ${counted(queued.length, 'trial')} wait again`);
    for (const [, { enqueue }] of queued) await enqueue();
  };
  const done = read().catch((error) => {
    if (over) return;
    for (const trial of running.values()) trial.fail(error);
  });
  return {
    async end(): Promise<void> {
      over = true;
      reader.disconnect();
      await done;
    },
  };
}

/** A search that is over leaves nothing behind. */
async function forget(redis: Redis, queue: Queue, id: string): Promise<void> {
  await redis.srem(studiesKey, id);
  await queue.obliterate({ force: true });
  await forgetStudy(redis, id);
}

/** A promise and its ends: `Promise.withResolvers` is younger than our Node. */
function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
