/** The dashboard: a server on 127.0.0.1 over a directory of runs and studies, and the page that it serves. */
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { cacheDirectory, type DashboardOptions, type OpenedDashboard } from '@lethe/lab/internal';
import { LetheError } from 'lethe';
import { Histories } from './files/histories.ts';
import { Inside } from './files/inside.ts';
import { app } from './server/app.ts';
import { assets } from './server/assets.ts';
import { Feed } from './server/feed.ts';
import { Library } from './server/library.ts';
import { Live } from './server/live.ts';
import { keptToken } from './server/token.ts';

/** Milliseconds between two looks at what grows while a page is open and while none is, and between two looks for what is new. */
const tick = { seen: 1000, unseen: 2000 };
const scanEvery = 2000;
/** Bytes of the first lines of a request: a chart of groups names all of their runs, 19 bytes each. */
const longestAddress = 500_000;

/**
 * Opens a dashboard; its runs go on when it closes.
 * Throws ConfigError where the page is not built, LetheError `E_IO` when the port is taken.
 */
export async function openDashboard(options: DashboardOptions): Promise<OpenedDashboard> {
  const { directory, readOnly, env, command } = options;
  const feed = new Feed();
  const inside = new Inside(directory);
  const library = new Library(inside, feed.tell);
  const closing = new AbortController();
  const token = keptToken(cacheDirectory(env));
  const histories = new Histories(inside);
  const live = new Live((id) => library.refresh(id));
  let port = options.port;
  const { fetch } = app({
    ...{ library, histories, feed, token, readOnly, assets: assets() },
    command: { words: command, env, cwd: process.cwd() },
    name: path.basename(inside.root),
    port: () => port,
    closing: closing.signal,
  });
  await library.scan();
  const listening = { hostname: '127.0.0.1', serverOptions: { maxHeaderSize: longestAddress } };
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const made = serve({ fetch, port, ...listening }, (info: AddressInfo) => {
      port = info.port;
      resolve(made);
    });
    made.on('error', (error: NodeJS.ErrnoException) => reject(notOpened(error, port)));
  });
  /** Gives the milliseconds until the next. */
  const round = async (): Promise<number> => {
    await library.follow(
      () => histories.isAsked,
      (id) => live.hasRead(id),
    );
    live.keep(feed.listeners > 0 ? library.alive : []);
    return feed.listeners > 0 ? tick.seen : tick.unseen;
  };
  const following = follow(library, round, closing.signal, options.log);
  const address = `http://127.0.0.1:${port}/`;
  return {
    url: readOnly ? address : `${address}#token=${token}`,
    port,
    async close() {
      closing.abort();
      live.close();
      await following;
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
  };
}

// --- internal ---

async function follow(
  library: Library,
  round: () => Promise<number>,
  closing: AbortSignal,
  log: ((line: string) => void) | undefined,
): Promise<void> {
  let scanned = Date.now();
  while (!closing.aborted) {
    let pause = tick.unseen;
    try {
      pause = await round();
      if (Date.now() - scanned >= scanEvery) {
        await library.scan();
        scanned = Date.now();
      }
    } catch (error) {
      log?.(`the directory could not be read: ${(error as Error).message}`);
    }
    await setTimeout(pause, undefined, { signal: closing }).catch(() => {}); // closing ends the wait
  }
}

function notOpened(error: NodeJS.ErrnoException, port: number): LetheError {
  const why =
    error.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be opened (${error.code})`;
  return new LetheError('E_IO', `port ${port} of 127.0.0.1 ${why}; choose another with --port`, {
    cause: error,
  });
}
