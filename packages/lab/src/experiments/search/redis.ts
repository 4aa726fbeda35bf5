/**
 * The connection to Redis and the names under which a study lives there. BullMQ hands out trials and gives back those of
 * workers that died; everything else is ours, so that a coordinator that was away misses nothing:
 *
 *   lethe:studies                        set of the studies that have trials
 *   lethe:<study>:…                      BullMQ's queue
 *   lethe-study:<study>:events           stream of what workers say, see {@link WorkerEvent}
 *   lethe-study:<study>:stop             hash, trials that are to be stopped
 *   lethe-study:<study>:data             hash, checksum of each data set
 *   lethe-study:<study>:files:<unique>   hash, files of a trial that ended
 */
import type { Redis } from 'ioredis';
import { ConfigError, LetheError } from 'lethe';
import type { FromTrial, TrialTask } from './protocol.ts';

/** The libraries of the queue. */
export interface QueueLibraries {
  bullmq: typeof import('bullmq');
  Redis: typeof Redis;
}

/** A trial in the queue. */
export interface QueuedTrial {
  /** the title of its study */
  title: string;
  task: TrialTask;
}

/** One entry of the stream of events. */
export interface WorkerEvent {
  number: number;
  worker: string;
  message: FromTrial | { type: 'started' };
  /** of `end`: where its files are */
  files?: string;
}

export const prefix = 'lethe';
export const studiesKey = 'lethe:studies';
/** where BullMQ keeps a job */
export const jobKey = (study: string, job: string): string => `${prefix}:${study}:${job}`;
export const eventsKey = (study: string): string => `lethe-study:${study}:events`;
export const stopKey = (study: string): string => `lethe-study:${study}:stop`;
export const dataKey = (study: string): string => `lethe-study:${study}:data`;
export const filesKey = (study: string, unique: string): string => `lethe-study:${study}:files:${unique}`;

/** Seconds after which files that nobody collected are forgotten: a week. */
export const keepSeconds = 604_800;

/** Loads the optional packages. Throws LetheError that says how to get them. */
export async function queueLibraries(): Promise<QueueLibraries> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, Redis };
  } catch (error) {
    throw new LetheError(
      'E_QUEUE',
      'a search over a queue needs two packages that are not installed; run npm install bullmq@6 ioredis@6',
      { cause: error },
    );
  }
}

/**
 * Connects to `redis://host:port`. Later outages are waited out. Throws ConfigError for another kind of address,
 * LetheError `E_QUEUE` when nobody answers there.
 */
export async function connectRedis({ Redis }: QueueLibraries, url: string): Promise<Redis> {
  if (!/^rediss?:\/\/./.test(url)) {
    throw new ConfigError(
      `expected an address such as redis://localhost:6379, found '${withoutPassword(url)}'`,
    );
  }
  let answered = false;
  let reason = '';
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (answered ? Math.min(200 * times, 5000) : null),
  });
  // The client says so again with every attempt, and its commands wait meanwhile.
  redis.on('error', (error: NodeJS.ErrnoException) => {
    reason = error.code ?? error.message;
  });
  try {
    await redis.connect();
    answered = true;
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new LetheError(
      'E_QUEUE',
      `no Redis answers at ${withoutPassword(url)}: ${reason || (error as Error).message}; start one with redis-server, or check the address`,
      { cause: error },
    );
  }
}

/** A connection that somebody may want to leave. */
export interface Leaving {
  /** it was given up: nothing more can be said */
  readonly lost: boolean;
  /** What comes of `work`; throws when the connection is given up first. */
  wait<T>(work: Promise<T>): Promise<T>;
  end(): void;
}

/**
 * From `signal` on, a Redis that is away for longer than two seconds is waited for no more. Commands of a client that is between two
 * attempts to connect never settle, so that whoever waits for one waits by this.
 */
export function leaving(redis: Redis, signal: AbortSignal): Leaving {
  let awaySince: number | undefined;
  let lost = false;
  let giveUp = (): void => {};
  const given = new Promise<never>((_, reject) => {
    giveUp = () => reject(new LetheError('E_QUEUE', 'Redis is away'));
  });
  given.catch(() => {}); // nobody may be waiting
  const look = setInterval(() => {
    const isAway = signal.aborted && redis.status !== 'ready';
    awaySince = isAway ? (awaySince ?? performance.now()) : undefined;
    if (awaySince === undefined || performance.now() - awaySince < patience) return;
    lost = true;
    clearInterval(look);
    giveUp();
  }, 200);
  return {
    get lost() {
      return lost;
    },
    wait: (work) => Promise.race([work, given]),
    end: () => clearInterval(look),
  };
}

/** Takes everything of a study out of Redis that its queue, once obliterated, may have left or written since. */
export async function forgetStudy(redis: Redis, study: string): Promise<void> {
  for (const pattern of [`lethe-study:${study}:*`, `${prefix}:${study}:*`]) {
    for await (const keys of redis.scanStream({ match: pattern, count: 1000 })) {
      if (keys.length > 0) await redis.del(...(keys as string[]));
    }
  }
}

/** The address as it may be shown: a password may hold a character that parts it from the host. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/?#]*@/, '//');
}

// --- internal ---

/** Milliseconds that somebody who leaves waits for a Redis that is away. */
const patience = 2000;
