/** Runs as files, and the application over them without a socket. */
import fs from 'node:fs';
import path from 'node:path';
import { resolveConfig } from '@lethe/lab/internal';
import type { Hono } from 'hono';
import { Histories } from '../files/histories.ts';
import { Inside } from '../files/inside.ts';
import { app } from './app.ts';
import { Feed } from './feed.ts';
import { Library } from './library.ts';

export const host = '127.0.0.1:7007';
export const origin = `http://${host}`;
export const token = 'a-token-of-thirty-two-characters';

/** An epoch as the training writes it. */
export const epoch = (n: number, train: number | null, valid: number | null, best = false): object => ({
  ...{ event: 'epoch', epoch: n, step: 2 * n, seconds: n / 10 },
  train: { nll_per_step: train },
  valid: { nll_per_step: valid, nll_per_sequence_mean: valid },
  best,
});

export const lines = (events: readonly object[]): string =>
  events.map((one) => `${JSON.stringify(one)}\n`).join('');

/** A run directory with a history; gives its path. */
export function makeRun(
  root: string,
  name: string,
  events: readonly object[] = [],
  set: readonly string[] = [],
): string {
  const directory = path.join(root, name);
  fs.mkdirSync(path.join(directory, 'checkpoints'), { recursive: true });
  fs.mkdirSync(path.join(directory, 'samples'));
  const config = resolveConfig('music/folk', { set: ['model.hidden=5', ...set] });
  fs.writeFileSync(path.join(directory, 'config.json'), JSON.stringify(config));
  fs.writeFileSync(
    path.join(directory, 'environment.json'),
    JSON.stringify({ format: 1, created: '2026-01-01T00:00:00.000Z', data: { name: 'folk' } }),
  );
  fs.writeFileSync(path.join(directory, 'metrics.jsonl'), lines(events));
  return directory;
}

export interface Opened {
  hono: Hono;
  library: Library;
  feed: Feed;
  histories: Histories;
  get(address: string, headers?: Record<string, string>): Promise<Response>;
  post(address: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** the id of a run by its name */
  id(name: string): string;
}

/** The application over a directory, with its runs found. */
export async function openApp(
  root: string,
  {
    readOnly = false,
    command = [process.execPath, '-e', ''],
  }: { readOnly?: boolean; command?: readonly string[] } = {},
): Promise<Opened> {
  const inside = new Inside(root);
  const feed = new Feed();
  const library = new Library(inside, feed.tell);
  const histories = new Histories(inside);
  const hono = app({
    ...{ library, feed, histories, token, readOnly, name: 'test', port: () => 7007 },
    assets: new Map([['index.html', { content: Buffer.from('<!doctype html>'), type: 'text/html' }]]),
    command: { words: command, env: process.env, cwd: root },
    closing: new AbortController().signal,
  });
  await library.scan();
  const usual = { host, origin, 'content-type': 'application/json', 'x-lethe-token': token };
  return {
    ...{ hono, library, feed, histories },
    get: async (address, headers = {}) => hono.request(address, { headers: { host, ...headers } }),
    post: async (address, body = {}, headers = {}) =>
      hono.request(address, {
        method: 'POST',
        headers: { ...usual, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    id: (name) => library.runs.find((entry) => entry.row.name === name)!.id,
  };
}
