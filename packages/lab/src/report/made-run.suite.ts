/** For tests: run directories written by hand, without any training. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { resolveConfig } from '../training/resolve.ts';

/** What a made run holds. */
export interface MadeRun {
  set?: string[];
  recipe?: object;
  events: object[];
  environment?: boolean;
  samples?: Record<string, string | Uint8Array>;
}

/** A folder for made runs, removed after the tests of the file. */
export function useMadeRuns(): { folder: string; make(name: string, run: MadeRun): string } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-report-'));
  afterAll(() => fs.rmSync(folder, { recursive: true }));
  const make = (name: string, { set, recipe, events, environment = true, samples = {} }: MadeRun): string => {
    const directory = path.join(folder, name);
    fs.mkdirSync(path.join(directory, 'samples'), { recursive: true });
    const put = (file: string, content: string | Uint8Array): void =>
      fs.writeFileSync(path.join(directory, file), content);
    const config = resolveConfig('music/jsb-chorales', { set });
    put('config.json', JSON.stringify({ ...config, recipe: recipe ?? config.recipe }));
    put('metrics.jsonl', events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    if (environment) put('environment.json', JSON.stringify(madeEnvironment));
    for (const [file, content] of Object.entries(samples)) put(path.join('samples', file), content);
    return directory;
  };
  return { folder, make };
}

/** An epoch of 5 steps. */
export function epochEvent(epoch: number, train: number, valid?: number, more: object = {}): object {
  const measured =
    valid === undefined ? {} : { valid: { nll_per_step: valid, nll_per_sequence_mean: valid } };
  const base = { event: 'epoch', epoch, step: 5 * epoch, seconds: 2 * epoch };
  return { ...base, train: { nll_per_step: train }, ...measured, ...more };
}

/** The end of a run whose best epoch had these figures. */
export function doneEvent(epoch: number, valid: number, test: number): object {
  const metrics = (value: number): object => ({ nll_per_step: value, nll_per_sequence_mean: value });
  const best = { epoch, train: { nll_per_step: 7 }, valid: metrics(valid), test: metrics(test) };
  return { event: 'done', run: 'r', reason: 'patience', epochs: epoch + 1, best, seconds: 3725 };
}

// --- internal ---

const madeEnvironment = {
  ...{ format: 1, created: '2026-01-02T03:04:05.000Z', node: 'v20.19.0', platform: 'linux-x64' },
  ...{ cpu: 'A processor <x>', cores: 4, engine: 'native', isa: 'avx2', threads: 2, dtype: 'f32' },
  data: { name: 'jsb-chorales', source: 'made', splits: {}, stepsPerQuarter: 1, sha256: 'abc' },
};
