import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlanEvent, TrainingEvent } from '../runs/events.ts';
import { runPaths } from '../runs/run-directory.ts';
import type { MusicConfig } from '../tasks/music/config.ts';
import { musicModel } from '../tasks/music/model.ts';
import { resolveConfig } from './resolve.ts';
import { readConfig } from './run-config.ts';
import { tinyConfig, tinyData } from './tiny.suite.ts';
import { train } from './train.ts';
import { openTrained } from './trained.ts';

let out: string;
let parent: string;
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-rates-'));
  out = path.join(parent, 'run');
});
afterEach(() => fs.rmSync(parent, { recursive: true }));

test('a method named alone trains with its usual rates, which the configuration, the plan and the run say', async () => {
  const config = tinyConfig('model.dropout=variational', 'training.epochs=1');
  const rates = 'variational:input=0.4,recurrent=0.2,output=0.4';
  expect(config.model.dropout).toBe(rates);
  const events: TrainingEvent[] = [];
  await train(config, { out, data: tinyData(), onEvent: (event) => events.push(event) });
  const { method, noise } = events[0] as PlanEvent;
  expect(method).toBe(rates);
  expect(noise[0]).toContain('recurrent  drop  0.2');
  expect(readConfig(runPaths(out)).model.dropout).toBe(rates);
  expect(
    resolveConfig('music/tiny', { settings: { 'model.dropout': { method: 'fast' } } }).model.dropout,
  ).toBe('fast:input=0.1,recurrent=0.2,output=0.5');
});

test('what was trained before there were usual rates opens without noise, as it was trained', async () => {
  await train(tinyConfig('model.dropout=variational:input=0', 'training.epochs=1'), {
    out,
    data: tinyData(),
  });
  const file = path.join(out, 'config.json');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('variational:input=0', 'variational'));
  expect(musicModel(openTrained(out).config as MusicConfig).regularizer.noise).toEqual([]);
});

test('no noise that was asked for is not taken away, and none is none', () => {
  expect(tinyConfig('model.dropout=none').model.dropout).toBe('none');
  expect(tinyConfig('model.dropout=naive:input=0').model.dropout).toBe('naive:input=0');
});

test.each([
  ['awd:hidden=.5', 'expected several recurrent layers for hidden (between layers) 0.5'],
  ['awd:embedding=.5', 'expected no rate at embedding, got 0.5'],
  ['rnndrop', 'rnndrop expects a rate'],
  ['fraternal', 'join it with a method that has some'],
  ['curriculum', 'join it with a method that has some'],
])('%s is refused before anything is written', async (dropout, message) => {
  const config = tinyConfig(`model.dropout=${dropout}`);
  await expect(train(config, { out, data: tinyData() })).rejects.toThrow(message);
  expect(fs.existsSync(out)).toBe(false);
});
