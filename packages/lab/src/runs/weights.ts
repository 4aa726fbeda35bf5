/** The stored weights of a run of any task. Reading needs no lock. */
import fs from 'node:fs';
import { ConfigError } from 'lethe';
import { letheCommand } from '../common/shell.ts';
import { writerOf } from '../files/lock.ts';
import { type RunPaths, requireRun } from '../runs/run-directory.ts';
import { readSafetensors } from './checkpoint-file.ts';
import type { Weights } from './task.ts';

/** Which weights of a run: those of the best validation, or those of the last checkpoint. */
export type Which = 'best' | 'last';

/** Reads them. Throws ConfigError when there is no run or it has no such weights yet, DataError when the file is broken. */
export function readWeights(run: RunPaths, weights: Which): Weights {
  requireWeightsOf(run, weights);
  return readSafetensors(run[weights]).tensors;
}

/** Throws ConfigError when there is no run or it has no such weights yet. */
export function requireWeightsOf(run: RunPaths, weights: Which): void {
  if (fs.existsSync(run[weights])) return;
  requireRun(run);
  const advice =
    writerOf(run.directory) === undefined
      ? `go on with it: ${letheCommand('resume', run.directory)}`
      : 'it is in training, and has some with its next checkpoint (training.checkpointEvery)';
  throw new ConfigError(`${run.directory} has no ${weights} weights yet; ${advice}`);
}
