import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { DoneEvent, EpochEvent } from '../runs/events.ts';
import { readMetrics } from '../runs/metrics.ts';
import { divergenceOf } from './divergence.ts';
import { tinyConfig, tinyData } from './tiny.suite.ts';
import { resume, train } from './train.ts';

const uninformed = 61;

/** Epochs with these losses of training and validation; an epoch without the second was not validated. */
function judged(...epochs: (readonly [train: number, valid?: number])[]) {
  return judgedBeside(uninformed, ...epochs);
}

function judgedBeside(guess: number, ...epochs: (readonly [train: number, valid?: number])[]) {
  const events = epochs.map(
    ([train, valid], i): EpochEvent => ({
      event: 'epoch',
      epoch: i + 1,
      step: i,
      train: { nll: train },
      ...(valid === undefined ? {} : { valid: { nll: valid } }),
      seconds: i,
    }),
  );
  return divergenceOf(events, 'nll', guess);
}

test.each([
  [
    'learns',
    [
      [20, 15],
      [10, 12],
      [9, 11],
    ],
  ],
  [
    'overfits',
    [
      [20, 15],
      [5, 30],
      [1, 90],
    ],
  ],
  [
    'has noise that grows',
    [
      [20, 15],
      [25, 12],
      [30, 11],
    ],
  ],
  [
    'stands still',
    [
      [20, 15],
      [20.5, 15.5],
    ],
  ],
  ['begins at the guess that knows nothing', [[61.5, 62]]],
  ['was not validated', [[1e5]]],
] as const)('a training that %s has not diverged', (_, epochs) => {
  expect(judged(...epochs)).toBeUndefined();
});

test('a bad validation on a handful of examples is no divergence while training does as well as a guess', () => {
  // Four examples of two classes: ln 2 is .693.
  expect(judgedBeside(Math.LN2, [0.7, 0.78], [0.69, 0.77])).toBeUndefined();
  expect(judgedBeside(Math.LN2, [0.71, 0.95], [0.68, 1.4])).toBeUndefined();
  expect(judgedBeside(Math.LN2, [0.7, 0.69], [0.78, 0.8])).toBeUndefined();
  expect(judgedBeside(Math.LN2, [4, 5], [6, 7])).toMatchObject({ useless: true });
});

test('a density whose negative log likelihood is about 0, or below, is judged by nats', () => {
  expect(judgedBeside(-0.268, [-0.25, -0.28])).toBeUndefined();
  expect(judgedBeside(0.001, [0.05, 0.1], [0.1, 0.15])).toBeUndefined();
  expect(judgedBeside(-0.268, [3, 4])).toMatchObject({ useless: true });
});

test('a loss that went to thousands has diverged, and the weights of the best epoch are of use', () => {
  const found = judged([20, 15], [10, 12], [900], [14_000, 13_555]);
  expect(found).toMatchObject({ useless: false });
  expect(found!.sentence).toMatch(/diverged after epoch 2: nll of the validation went from 12 to 13555/);
});

test('a loss that is worse than at the beginning has diverged though a guess would be worse still', () => {
  expect(judged([20, 15], [10, 12], [30, 40])).toMatchObject({ useless: false });
});

test('weights that are worse than a guess are of no use', () => {
  const found = judged([14_000, 13_555], [13_000, 13_900]);
  expect(found).toMatchObject({ useless: true });
  expect(found!.sentence).toMatch(/13555, worse than the 61 of a guess/);
});

test('a run whose steps are far too large says so in its last event, and again when it is asked to go on', async () => {
  const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-diverged-'));
  const out = path.join(parent, 'run');
  const data = tinyData();
  const config = tinyConfig('model.dropout=none', 'optimizer.stepRate=1000', 'training.patience=none');
  const done = (await train(config, { out, data })) as DoneEvent;
  // 88 ln 2, every note a fair coin.
  expect(done.best.valid.nll_per_step).toBeGreaterThan(88 * Math.LN2);
  expect(done.diverged).toMatchObject({ useless: true });
  expect(readMetrics(path.join(out, 'metrics.jsonl')).at(-1)).toMatchObject({ diverged: done.diverged });
  expect(await resume(out, { data })).toMatchObject({ already: true, diverged: done.diverged });
  fs.rmSync(parent, { recursive: true });
});
