/** The run of a trial on its way from a worker to the coordinator, through Redis. */
import fs from 'node:fs';
import path from 'node:path';
import type { Redis } from 'ioredis';
import { runPaths } from '../../runs/run-directory.ts';
import { taskKinds } from '../../tasks/registry.ts';
import { keepSeconds } from './redis.ts';

/** What makes a run that can be measured and sampled. */
const parts = [
  'config.json',
  'environment.json',
  'metrics.jsonl',
  'log.txt',
  ...new Set(taskKinds.flatMap(({ files = [] }) => files)),
  'checkpoints/best.safetensors',
];

/** Larger files stay with the worker: 64 MB. */
const largest = 64 * 2 ** 20;

/** Puts the files of a run under `key`; gives those that were too large. */
export async function sendRun(redis: Redis, key: string, directory: string): Promise<string[]> {
  const left: string[] = [];
  for (const part of parts) {
    const file = path.join(directory, part);
    if (!fs.existsSync(file)) continue;
    if (fs.statSync(file).size > largest) left.push(file);
    else await redis.hset(key, part, fs.readFileSync(file));
  }
  await redis.expire(key, keepSeconds);
  return left;
}

/** Makes the run directory of what stands under `key`, whole or not at all; none when it stands there no more. */
export async function receiveRun(redis: Redis, key: string, directory: string): Promise<void> {
  const found = await redis.hgetallBuffer(key);
  if (Object.keys(found).length === 0) return;
  const whole = `${directory}.tmp`;
  fs.rmSync(whole, { recursive: true, force: true });
  const run = runPaths(whole);
  for (const folder of [path.dirname(run.best), run.samples]) fs.mkdirSync(folder, { recursive: true });
  // Names that are not known are nobody's.
  for (const part of parts) if (found[part]) fs.writeFileSync(path.join(whole, part), found[part]);
  fs.rmSync(directory, { recursive: true, force: true });
  fs.renameSync(whole, directory);
}
