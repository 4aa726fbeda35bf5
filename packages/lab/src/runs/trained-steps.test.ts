import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runPaths } from '../runs/run-directory.ts';
import { evaluateMonteCarlo } from '../tasks/music/averaged.ts';
import { musicModel } from '../tasks/music/model.ts';
import { loadWeights } from '../tasks/music/weights.ts';
import { inSlices } from '../training/slices.ts';
import { tinyConfig, tinyData } from '../training/tiny.suite.ts';
import { train } from '../training/train.ts';
import { evaluate } from '../training/trained.ts';
import type { DoneEvent } from './events.ts';
import { trainedSteps } from './trained-steps.ts';
import { readWeights } from './weights.ts';

let parent: string;
let out: string;
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-steps-'));
  out = path.join(parent, 'run');
});
afterEach(() => fs.rmSync(parent, { recursive: true }));
const data = tinyData();

// 14 pieces make 5 steps of up to 6 chunks: 4 epochs are 20 steps.
test.each([
  ['curriculum:gamma=.05', (step: number) => 0.5 * (1 - Math.exp(-0.05 * step))],
  ['curriculum:schedule=anneal,gamma=.05', (step: number) => 0.5 * Math.exp(-0.05 * step)],
  ['curriculum:schedule=switch,at=12', (step: number) => (step >= 12 ? 0.5 : 0)],
])(
  'MC dropout with %s has the rate of the step that the weights were trained to',
  async (schedule, rateAt) => {
    const config = tinyConfig(`model.dropout=${schedule}+naive:input=.5,output=.5`);
    const done = (await train(config, { out, data })) as DoneEvent;
    const run = runPaths(out);
    for (const which of ['best', 'last'] as const) {
      const step = which === 'last' ? 20 : 5 * done.best.epoch;
      const rate = rateAt(step);
      const constant = musicModel(tinyConfig(`model.dropout=naive:input=${rate},output=${rate}`));
      loadWeights(constant, readWeights(run, which), which);
      const expected = await inSlices(
        evaluateMonteCarlo(constant, data.splits.test, { samples: 5, seed: 3 }),
      );
      const metrics = await evaluate(out, 'test', { data, mc: 5, seed: 3, weights: which });
      expect(metrics!.mc_mutual_information).toBeCloseTo(expected!.mutual_information, 9);
      expect(metrics!.mc_nll_per_step).toBeCloseTo(expected!.nll_per_step, 9);
      expect(trainedSteps(run, which, musicModel(config).regularizer)).toBe(step);
    }
  },
);

test('without its history a run is taken to be at the rates that training ends with', async () => {
  const config = tinyConfig('model.dropout=curriculum:gamma=.001+naive:output=.5');
  await train(config, { out, data });
  fs.rmSync(runPaths(out).metrics);
  const metrics = await evaluate(out, 'test', { data, mc: 5 });
  const constant = musicModel(tinyConfig('model.dropout=naive:output=.5'));
  loadWeights(constant, readWeights(runPaths(out), 'best'), 'best');
  const expected = await inSlices(evaluateMonteCarlo(constant, data.splits.test, { samples: 5 }));
  expect(metrics!.mc_mutual_information).toBeCloseTo(expected!.mutual_information, 9);
});
