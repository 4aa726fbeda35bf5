import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeSafetensors } from 'lethe';
import { afterAll, expect, test } from 'vitest';
import { readSafetensors } from '../runs/checkpoint-file.ts';
import { runPaths } from '../runs/run-directory.ts';
import { restoreCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { openSession, type Session } from './session.ts';
import { tinyConfig, tinyData } from './tiny.suite.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-checkpoint-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
let cases = 0;

/** All that a session carries on with. */
function contents({ task, optimizer, state, best }: Session): unknown {
  const weights = Object.entries(task.model.parameters).map(([name, { data }]) => [name, [...data]]);
  return structuredClone({ weights, carried: task.carried(), optimizer: optimizer.state(), state, best });
}

test.each<[string, (tensors: ReturnType<typeof readSafetensors>['tensors']) => void]>([
  ['an array of the optimizer is missing', (tensors) => delete tensors[last(tensors, 'optimizer.')]],
  ['an array of the weights is missing', (tensors) => delete tensors[last(tensors, 'rnn.')]],
  [
    'the best weights are of another model',
    (tensors) => {
      tensors[last(tensors, 'best.')] = { shape: [1], data: Float32Array.of(1) };
    },
  ],
])('a session stays what it was where %s', (_, spoil) => {
  const run = runPaths(path.join(folder, `${cases++}`));
  fs.mkdirSync(path.dirname(run.last), { recursive: true });
  const saved = openSession(tinyConfig(), tinyData());
  saved.best = saved.task.model.stored();
  saved.state.best = { epoch: 1, train: {}, valid: {} };
  for (const { data } of Object.values(saved.task.model.parameters)) data.fill(0.25);
  saveCheckpoint(run, saved);
  const { tensors, metadata } = readSafetensors(run.last);
  spoil(tensors);
  fs.writeFileSync(run.last, encodeSafetensors(tensors, metadata));

  const session = openSession(tinyConfig(), tinyData());
  const before = contents(session);
  expect(() => restoreCheckpoint(run, session)).toThrow();
  expect(contents(session)).toEqual(before);
});

function last(tensors: object, prefix: string): string {
  return Object.keys(tensors).findLast((name) => name.startsWith(prefix))!;
}
