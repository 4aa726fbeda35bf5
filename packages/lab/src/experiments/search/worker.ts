/**
 * A worker: takes one trial after the other from the queues of all studies in a Redis, each in a child process, so
 * that this process is free to renew its claim while kernels compute. A worker that dies loses its claim, and the trial
 * goes to another one.
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { DataError, LetheError } from 'lethe';
import { readEnvironment, runPaths } from '../../runs/run-directory.ts';
import { checkConfig } from '../../tasks/config.ts';
import { lookupIn } from '../../tasks/kind.ts';
import { kindOf } from '../../tasks/registry.ts';
import { sendRun } from './delivery.ts';
import type { Outcome, TrialHandle, TrialTask } from './protocol.ts';
import {
  connectRedis,
  dataKey,
  eventsKey,
  filesKey,
  forgetStudy,
  type Leaving,
  leaving,
  prefix,
  type QueuedTrial,
  queueLibraries,
  stopKey,
  studiesKey,
  type WorkerEvent,
} from './redis.ts';
import { runInChild } from './trial-process.ts';

/** A trial was taken, or ended with an outcome. */
export interface WorkerTrialEvent {
  event: 'trial' | 'end';
  study: string;
  title: string;
  number: number;
  /** the metric that people are shown */
  metric: string;
  outcome?: Outcome;
}

export interface WorkerOptions {
  name: string;
  threads: number;
  /** where trials run; they are deleted once delivered */
  out: string;
  dataDir?: string;
  fetch: boolean;
  /** milliseconds after which a claim that was not renewed is void; default 15,000 */
  claim?: number;
  /** saves the trial in work and gives it back */
  signal: AbortSignal;
  onEvent: (event: WorkerTrialEvent) => void;
  log: (line: string) => void;
}

/**
 * Works until `signal`; a Redis that is away then is not waited for. A study that it cannot serve, for want of its data, it leaves to others. Throws as `connectRedis` and
 * `queueLibraries` do, LetheError `E_IO` when the disk is full; the trial goes back first.
 */
export async function runWorker(url: string, options: WorkerOptions): Promise<void> {
  const libraries = await queueLibraries();
  const redis = await connectRedis(libraries, url);
  const line = leaving(redis, options.signal);
  const queues = new Map<string, Worker<QueuedTrial>>();
  const token = randomUUID();
  /** studies for which something is missing here */
  const unable = new Set<string>();
  try {
    while (!options.signal.aborted) {
      const studies = await line.wait(openStudies(redis, queues));
      let worked = false;
      for (const id of studies) {
        if (unable.has(id)) continue;
        if (!queues.has(id)) queues.set(id, await line.wait(openQueue(libraries.bullmq, id, redis, options)));
        const job = await line.wait(queues.get(id)!.getNextJob(token, { block: false }));
        if (!job) continue;
        worked = true;
        if (!(await work({ id, redis, line, job, token }, options))) unable.add(id);
        break;
      }
      if (!worked) await pause(500, options.signal);
    }
    await line.wait(openStudies(redis, queues));
  } catch (error) {
    if (!line.lost) throw error;
  } finally {
    const closed = Promise.all([...queues.values()].map((queue) => queue.close(line.lost)));
    await line.wait(closed).catch(() => {});
    line.end();
    redis.disconnect();
  }
}

// --- internal ---

/** As long as a worker may be deaf; a trial of one that died waits that long. */
const usualClaim = 15_000;
/** A claim is renewed so often before it is void. */
const renewals = 4;
/** A trial that so many workers died of is given up. */
const deaths = 5;

/** The studies that have trials, by name; queues of others are closed. */
async function openStudies(redis: Redis, queues: Map<string, Worker>): Promise<string[]> {
  const studies = (await redis.smembers(studiesKey)).sort();
  for (const [id, queue] of queues) {
    if (studies.includes(id)) continue;
    queues.delete(id);
    await queue.close();
    // What was written here since the coordinator cleared up.
    await forgetStudy(redis, id);
  }
  return studies;
}

async function openQueue(
  { Worker }: typeof import('bullmq'),
  id: string,
  redis: Redis,
  { name, claim = usualClaim }: WorkerOptions,
): Promise<Worker<QueuedTrial>> {
  const worker = new Worker<QueuedTrial>(id, null, {
    connection: redis,
    prefix,
    name,
    lockDuration: claim,
    stalledInterval: claim / renewals,
    maxStalledCount: deaths,
  });
  worker.on('error', () => {}); // outages are waited out
  await worker.startStalledCheckTimer();
  return worker;
}

/** Adds to the events of the study. */
type Tell = (message: WorkerEvent['message'], files?: string) => Promise<unknown>;

interface ClaimedTrial {
  id: string;
  redis: Redis;
  line: Leaving;
  job: Job<QueuedTrial>;
  token: string;
}

/** One trial from its claim to its delivery. Returns whether this machine can serve its study. */
async function work({ id, redis, line, job, token }: ClaimedTrial, options: WorkerOptions): Promise<boolean> {
  const { name, threads, dataDir, fetch, log, onEvent } = options;
  const { title } = job.data;
  const { number } = job.data.task;
  // Events of one trial stay in order.
  let told: Promise<unknown> = Promise.resolve();
  const tell: Tell = (message, files) => {
    const event: WorkerEvent = { number, worker: name, message, files };
    told = told.then(() => redis.xadd(eventsKey(id), '*', 'event', JSON.stringify(event)));
    // Whoever waits for it hears what went wrong; a report that nobody waits for is no end of this process.
    told.catch(() => {});
    return told;
  };
  let task: TrialTask;
  try {
    // What an older Lethe leaves out is as by default; keys of a newer one are not known here.
    task = { number, config: checkConfig(job.data.task.config, `trial ${number} of ${title}`) };
  } catch (error) {
    const message = `${(error as Error).message}; was the search started with another version of Lethe than this worker?`;
    await line.wait(tell({ type: 'error', code: 'E_CONFIG', message }).then(() => giveBack(job, token)));
    log(`trial ${number} of ${title} goes back: ${message}`);
    return false;
  }
  const directory = path.resolve(options.out, id, String(number).padStart(4, '0'));
  fs.mkdirSync(path.dirname(directory), { recursive: true });
  const { shown } = kindOf(task.config.task).metric(lookupIn(task.config));
  const about = { study: id, title, number, metric: shown.metric };
  onEvent({ event: 'trial', ...about });
  const handle = runInChild(
    task,
    { directory, threads, dataDir, fetch },
    {
      started: () => void tell({ type: 'started' }),
      report: (report) => void tell({ type: 'report', report }),
      note: log,
    },
  );
  const release = keepClaim({ id, redis, line, job, token }, handle, options);
  try {
    const outcome = await handle.outcome;
    if (outcome.state === 'left') {
      await line.wait(told.then(() => giveBack(job, token)));
      return true;
    }
    await line.wait(deliver({ id, redis, line, job, token }, outcome, directory, tell));
    // A coordinator that is done has taken the queue away.
    await line.wait(job.moveToCompleted(null, token, false)).catch(() => {});
    onEvent({ event: 'end', ...about, outcome });
    return true;
  } catch (error) {
    // What could not be said the claim says when it is void; the trial is saved, or waits in its directory.
    if (line.lost) return true;
    const { message } = error as Error;
    const code = error instanceof LetheError ? error.code : 'E_UNEXPECTED';
    await line.wait(tell({ type: 'error', code, message }).then(() => giveBack(job, token)));
    if (code === 'E_IO') throw error;
    log(`trial ${number} of ${title} goes back: ${message}`);
    // Where another process still saves this very trial, its turn comes again.
    return code === 'E_LOCKED';
  } finally {
    release();
  }
}

/** Renews the claim and looks whether the trial is to be stopped, until the returned function is called. */
function keepClaim(
  { id, redis, job, token }: ClaimedTrial,
  handle: TrialHandle,
  { signal, claim = usualClaim }: WorkerOptions,
): () => void {
  const renew = setInterval(() => void job.extendLock(token, claim).catch(() => {}), claim / renewals);
  const look = setInterval(async () => {
    const how = await redis.hget(stopKey(id), String(job.data.task.number)).catch(() => null);
    if (how === 'prune') handle.stop('prune');
  }, 1000);
  const leave = (): void => handle.stop('leave');
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  return () => {
    clearInterval(renew);
    clearInterval(look);
    signal.removeEventListener('abort', leave);
  };
}

/**
 * Files first, the result after them; what was delivered whole is not kept here. Throws DataError when the trial was trained
 * on other data than those before it.
 */
async function deliver(
  { id, redis, job }: ClaimedTrial,
  outcome: Outcome,
  directory: string,
  tell: Tell,
): Promise<void> {
  let files: string | undefined;
  let left: string[] = [];
  const isRun = fs.existsSync(directory);
  if (isRun) {
    await checkData(redis, id, job.data.task.config.dataset, directory);
    files = filesKey(id, randomUUID());
    left = await sendRun(redis, files, directory);
  }
  for (const file of left)
    await tell({ type: 'note', line: `${file} is too large to be sent and stays here` });
  await tell({ type: 'end', outcome }, files);
  if (isRun && left.length === 0) fs.rmSync(directory, { recursive: true });
}

/** The first trial with a data set says what it holds. */
async function checkData(redis: Redis, id: string, dataset: string, directory: string): Promise<void> {
  const { sha256 } = readEnvironment(runPaths(directory)).data;
  await redis.hsetnx(dataKey(id), dataset, sha256);
  if ((await redis.hget(dataKey(id), dataset)) === sha256) return;
  fs.rmSync(directory, { recursive: true });
  throw new DataError(`${dataset} has another content here than on the other workers; all need the same`);
}

/** Lost claims have gone back by themselves. */
async function giveBack(job: Job, token: string): Promise<void> {
  await job.moveToWait(token).catch(() => {});
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
