/** What one does with a trained run: measure it on a split, draw music from it. Reading needs no lock. */
import fs from 'node:fs';
import { ConfigError } from 'lethe';
import { loadMusic, type MusicData, type Piece } from '../data/music/dataset.ts';
import type { Environment } from '../runs/environment.ts';
import { readEnvironment, runPaths } from '../runs/run-directory.ts';
import { evaluateMonteCarlo } from '../tasks/music/averaged.ts';
import { evaluatePieces, type MusicMetrics } from '../tasks/music/evaluate.ts';
import { type MusicModel, musicModel } from '../tasks/music/model.ts';
import { type SampleOptions, samplePiece } from '../tasks/music/sample.ts';
import { loadWeights } from '../tasks/music/weights.ts';
import { readSafetensors } from './checkpoint.ts';
import type { Config } from './config.ts';
import { readConfig } from './run-config.ts';

/** Which weights of a run: those of the best validation, or those of the last checkpoint. */
export type Which = 'best' | 'last';

/** A run's model with its weights. */
export interface TrainedRun {
  config: Config;
  environment: Environment;
  model: MusicModel;
}

/** What `evaluate` needs besides the run. */
export interface EvaluateRunOptions {
  weights?: Which;
  /** the data itself; default: what the run's configuration names */
  data?: MusicData;
  dataDir?: string;
  fetch?: boolean;
  log?: (line: string) => void;
  /** MC dropout with so many draws beside the test-time rule */
  mc?: number;
  /** of those draws; default 1 */
  seed?: number;
  signal?: AbortSignal;
}

/** Metrics of a split; those of MC dropout, when asked for, begin with mc_. */
export type EvaluatedMetrics = MusicMetrics & Record<string, number>;

/**
 * Reads a run's model; default: the best weights.
 * Throws ConfigError when the directory is no run or has no such weights yet, DataError when a file is broken.
 */
export function loadRun(directory: string, weights: Which = 'best'): TrainedRun {
  const run = runPaths(directory);
  const config = readConfig(run);
  const file = run[weights];
  if (!fs.existsSync(file)) {
    throw new ConfigError(
      `${directory} has no ${weights} weights yet; go on with it by lethe resume ${directory}`,
    );
  }
  const model = musicModel(config);
  const { tensors } = readSafetensors(file);
  loadWeights(model, tensors, file);
  return { config, environment: readEnvironment(run), model };
}

/**
 * The metrics of a run on one split of its data, unsplit sequences, at the test-time rule of its regularizer;
 * undefined when `signal` stopped it. Throws as `loadRun` does, and ConfigError for an unknown split.
 */
export async function evaluate(
  directory: string,
  split: 'train' | 'valid' | 'test',
  options: EvaluateRunOptions = {},
): Promise<EvaluatedMetrics | undefined> {
  const { weights, dataDir, fetch, log, signal, mc, seed } = options;
  const { config, model } = loadRun(directory, weights);
  const data = options.data ?? (await loadMusic(config.dataset, { dataDir, fetch, log }));
  if (!Object.hasOwn(data.splits, split)) {
    throw new ConfigError(`split expects train, valid or test, found '${split}'`);
  }
  const metrics = await evaluatePieces(model, data.splits[split], { signal });
  if (!metrics || mc === undefined) return metrics && { ...metrics };
  checkDraws(model);
  const drawn = await evaluateMonteCarlo(model, data.splits[split], { samples: mc, seed }, { signal });
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

function checkDraws({ regularizer }: MusicModel): void {
  const { train } = regularizer.modes;
  if (train === 'sample' || train === 'gaussian') return;
  throw new ConfigError(
    `mc: expected a method that draws, found ${regularizer.name} (${train}); fast dropout knows its variance without draws`,
  );
}
