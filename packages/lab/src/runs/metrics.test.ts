import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EpochEvent } from './events.ts';
import { appendMetrics, readMetrics, truncateMetrics } from './metrics.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-metrics-'));
  file = path.join(directory, 'metrics.jsonl');
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const epoch = (n: number): EpochEvent => ({
  event: 'epoch',
  epoch: n,
  step: 5 * n,
  train: { nll_per_step: 10 - n },
  seconds: n,
});

test('events come back in order', () => {
  for (const n of [1, 2, 3]) appendMetrics(file, epoch(n));
  expect(readMetrics(file)).toEqual([1, 2, 3].map(epoch));
});

test('epochs after the checkpoint and a torn line are taken back', () => {
  for (const n of [1, 2, 3]) appendMetrics(file, epoch(n));
  fs.appendFileSync(file, '{"event":"epo');
  expect(truncateMetrics(file, 2)).toEqual([1, 2].map(epoch));
  appendMetrics(file, epoch(3));
  expect(readMetrics(file)).toEqual([1, 2, 3].map(epoch));
});

test('a history that ends with the checkpoint stays byte for byte', () => {
  appendMetrics(file, epoch(1));
  const before = fs.readFileSync(file);
  truncateMetrics(file, 1);
  expect(fs.readFileSync(file).equals(before)).toBe(true);
});

test('what follows a broken line is not part of the history', () => {
  appendMetrics(file, epoch(1));
  fs.appendFileSync(file, 'not JSON\n');
  appendMetrics(file, epoch(2));
  expect(truncateMetrics(file, 9)).toEqual([epoch(1)]);
});
