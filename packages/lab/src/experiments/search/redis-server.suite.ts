/** For tests: a Redis of their own, where there is a redis-server. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';

/** Whether the tests of the queue can run here; where they cannot, says so once. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis)
  console.warn('the tests of the queue are skipped: there is no redis-server (apt-get install redis-server)');

/** Starts a Redis that keeps nothing, on a free port, and waits until it answers. */
export async function startRedis(folder: string): Promise<{ url: string; end(): Promise<void> }> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const server = spawn('redis-server', ['--port', `${port}`, '--save', '', '--dir', folder], {
    stdio: 'ignore',
  });
  const client = new Redis(url, { maxRetriesPerRequest: null });
  client.on('error', () => {}); // it asks until the server is up
  await client.ping();
  client.disconnect();
  return { url, end: () => killed(server) };
}

/** Kills a process that may have ended, and waits until it has. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

// --- internal ---

async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
