/** What one does with a trained run: measure it on a split, draw music from it. Reading needs no lock. */
import fs from 'node:fs';
import { ConfigError, NoiseStream } from 'lethe';
import type { DataIdentity } from '../data/identity.ts';
import type { Piece } from '../data/music/dataset.ts';
import type { Environment } from '../runs/environment.ts';
import { type RunPaths, readEnvironment, runPaths } from '../runs/run-directory.ts';
import { type MusicModel, musicModel } from '../tasks/music/model.ts';
import { type SampleOptions, samplePiece } from '../tasks/music/sample.ts';
import { loadWeights } from '../tasks/music/weights.ts';
import { loadTaskData, type TaskData, taskOf } from '../tasks/open.ts';
import type { Metrics, TaskModel, Weights } from '../tasks/task.ts';
import { readSafetensors } from './checkpoint.ts';
import type { MusicConfig } from './config.ts';
import { usePrecision } from './precision.ts';
import { readConfig } from './run-config.ts';

/** Which weights of a run: those of the best validation, or those of the last checkpoint. */
export type Which = 'best' | 'last';

/** A run's model with its weights. */
export interface TrainedRun {
  config: MusicConfig;
  environment: Environment;
  model: MusicModel;
}

/** What `evaluate` needs besides the run. */
export interface EvaluateRunOptions {
  weights?: Which;
  /** the data itself; default: what the run's configuration names */
  data?: TaskData;
  dataDir?: string;
  fetch?: boolean;
  log?: (line: string) => void;
  /** MC dropout with so many draws beside the test-time rule */
  mc?: number;
  /** of those draws; default 1 */
  seed?: number;
  signal?: AbortSignal;
}

/**
 * Reads a run's model; default: the best weights.
 * Throws ConfigError when the directory is no run or has no such weights yet, DataError when a file is broken.
 */
export function loadRun(directory: string, weights: Which = 'best'): TrainedRun {
  const run = runPaths(directory);
  const config = readConfig(run);
  if (config.task !== 'music') {
    throw new ConfigError(`${directory}: expected a run of the music task, found one of ${config.task}`);
  }
  const model = musicModel(config);
  loadWeights(model, readWeights(run, weights), run[weights]);
  return { config, environment: readEnvironment(run), model };
}

/** The stored weights of a run of any task. Throws as `loadRun` does. */
export function readWeights(run: RunPaths, weights: Which): Weights {
  const file = run[weights];
  if (!fs.existsSync(file)) {
    throw new ConfigError(
      `${run.directory} has no ${weights} weights yet; go on with it by lethe resume ${run.directory}`,
    );
  }
  return readSafetensors(file).tensors;
}

/**
 * The metrics of a run on one split of its data, unsplit sequences, at the test-time rule of its regularizer;
 * undefined when `signal` stopped it. Throws as `loadRun` does, and ConfigError for an unknown split.
 */
export async function evaluate(
  directory: string,
  split: 'train' | 'valid' | 'test',
  options: EvaluateRunOptions = {},
): Promise<Metrics | undefined> {
  const { weights = 'best', dataDir, fetch, log, signal, mc, seed } = options;
  const run = runPaths(directory);
  const config = readConfig(run);
  usePrecision(config);
  const stored = readWeights(run, weights);
  const data = options.data ?? (await loadTaskData(config, { dataDir, fetch, log }));
  if (!Object.hasOwn(data.splits, split)) {
    throw new ConfigError(`split expects train, valid or test, found '${split}'`);
  }
  const task = taskOf(config, data, new NoiseStream(config.seed));
  checkSameData(directory, readEnvironment(run).data, task.data);
  task.model.load(stored, run[weights]);
  const metrics = await task.evaluate(split, { signal });
  if (!metrics || mc === undefined) return metrics;
  checkDraws(task.model);
  const drawn = await task.evaluate(split, { signal, draws: { samples: mc, seed } });
  if (!drawn) return undefined;
  return {
    ...metrics,
    ...Object.fromEntries(Object.entries(drawn).map(([name, value]) => [`mc_${name}`, value])),
  };
}

/**
 * Draws a piece from a run's model; `environment.data.stepsPerQuarter` of the run says how long a frame lasts.
 * Throws as `loadRun` does, and ConfigError for options that cannot be.
 */
export function sample(directory: string, options: SampleOptions & { weights?: Which }): Piece {
  const { weights, ...rest } = options;
  return samplePiece(loadRun(directory, weights).model, rest);
}

// --- internal ---

/** Figures of other data than a run was trained on would carry its name. Text is different: its words are the vocabulary's. */
function checkSameData(directory: string, then: DataIdentity, now: DataIdentity): void {
  if (then.vocabulary === now.vocabulary) return;
  throw new ConfigError(
    `${directory} was trained with a vocabulary of ${then.vocabulary}, and ${now.name} has ${now.vocabulary}; evaluate it on the data it was trained on`,
  );
}

function checkDraws({ regularizer }: TaskModel): void {
  const { train } = regularizer.modes;
  if (train === 'sample' || train === 'gaussian') return;
  throw new ConfigError(
    `mc: expected a method that draws, found ${regularizer.name} (${train}); fast dropout knows its variance without draws`,
  );
}
