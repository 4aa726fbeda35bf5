/** What one does with a trained run: measure it on a split, draw music from it. Reading needs no lock. */
import { ConfigError, NoiseStream } from 'lethe';
import type { Regularizer } from 'lethe/dropout';
import type { Piece } from '../data/music/dataset.ts';
import type { TextData } from '../data/text/types.ts';
import type { Environment } from '../runs/environment.ts';
import { readEnvironment, runPaths } from '../runs/run-directory.ts';
import { type DrawMode, drawMode } from '../tasks/draws.ts';
import { type MusicModel, musicModel } from '../tasks/music/model.ts';
import { type SampleOptions, samplePiece } from '../tasks/music/sample.ts';
import { loadWeights } from '../tasks/music/weights.ts';
import { loadTaskData, type TaskData, taskOf } from '../tasks/open.ts';
import type { Metrics } from '../tasks/task.ts';
import { type CacheOptions, checkCache } from '../tasks/text/cache.ts';
import { checkSameVocabulary } from '../tasks/text/run.ts';
import type { Config, MusicConfig } from './config.ts';
import { usePrecision } from './precision.ts';
import { readConfig } from './run-config.ts';
import { readWeights, type Which } from './run-weights.ts';
import { trainedSteps } from './trained-steps.ts';

/** The model of a run of the music task, with its weights. */
export interface TrainedRun {
  config: MusicConfig;
  environment: Environment;
  model: MusicModel;
}

/** What `evaluate` needs besides the run. */
export interface EvaluateRunOptions {
  weights?: Which;
  /** of text: how many streams the split is cut into; default: what the run's configuration says */
  streams?: number;
  /** of the split that is evaluated. @defaultValue 1 */
  share?: number;
  onProgress?: (done: number, all: number) => void;
  /** the data itself; default: what the run's configuration names */
  data?: TaskData;
  dataDir?: string;
  fetch?: boolean;
  log?: (line: string) => void;
  /** how unsure the predictions are, too; default: false */
  uncertainty?: boolean;
  /** MC dropout with so many draws beside the test-time rule */
  mc?: number;
  /** of those draws; default 1 */
  seed?: number;
  /** of text: the test-time rule with a continuous cache, beside it */
  cache?: CacheOptions;
  signal?: AbortSignal;
}

/**
 * Reads a music run's model, and sets its precision; default: the best weights.
 * Throws ConfigError when the directory is no run, one of another task or has no such weights yet, DataError when a file is broken.
 */
export function loadRun(directory: string, weights: Which = 'best'): TrainedRun {
  const run = runPaths(directory);
  const config = readConfig(run);
  if (config.task !== 'music') {
    throw new ConfigError(`${directory}: expected a run of the music task, found one of ${config.task}`);
  }
  usePrecision(config);
  const model = musicModel(config);
  loadWeights(model, readWeights(run, weights), run[weights]);
  return { config, environment: readEnvironment(run), model };
}

/**
 * The metrics of a run on one split of its data, at the test-time rule of its regularizer; undefined when `signal` stopped it.
 * Throws as `loadRun` does, and ConfigError for an unknown split, streams of what is no text, draws of a method without
 * noise to draw, or a text with another vocabulary.
 */
export async function evaluate(
  directory: string,
  split: 'train' | 'valid' | 'test',
  options: EvaluateRunOptions = {},
): Promise<Metrics | undefined> {
  const { weights = 'best', streams, dataDir, fetch, log, signal, mc, seed, cache } = options;
  const { share = 1, onProgress, uncertainty } = options;
  if (!(share > 0 && share <= 1)) {
    throw new ConfigError(`share expects a number above 0 and at most 1, found ${share}`);
  }
  const run = runPaths(directory);
  const config = inStreams(readConfig(run), streams);
  usePrecision(config);
  const stored = readWeights(run, weights);
  const data = options.data ?? (await loadTaskData(config, { dataDir, fetch, log }));
  if (!Object.hasOwn(data.splits, split)) {
    throw new ConfigError(`split expects train, valid or test, found '${split}'`);
  }
  if (config.task === 'text') checkSameVocabulary(directory, data as TextData);
  if (cache) checkCacheOf(config, cache);
  const task = taskOf(config, data, new NoiseStream(config.seed));
  const mode = mc === undefined ? undefined : checkDraws(task.model.regularizer);
  task.model.load(stored, run[weights]);
  const trained = trainedSteps(run, weights, task.model.regularizer);
  const metrics = await task.evaluate(split, { signal, share, onProgress, uncertainty });
  if (!metrics) return undefined;
  const all = { ...metrics };
  const others = {
    mc: mc === undefined ? undefined : { draws: { samples: mc, seed, trained, mode } },
    cache: cache && { cache },
  };
  for (const [prefix, how] of Object.entries(others)) {
    if (!how) continue;
    const found = await task.evaluate(split, { signal, share, onProgress, uncertainty, ...how });
    if (!found) return undefined;
    for (const [name, value] of Object.entries(found)) {
      if (name !== 'evaluated_share') all[`${prefix}_${name}`] = value;
    }
  }
  return all;
}

/**
 * Draws a piece from a run's model; `environment.data.stepsPerQuarter` of the run says how long a frame lasts.
 * Throws as `loadRun` does, and ConfigError for options that cannot be.
 */
export function sample(directory: string, options: SampleOptions & { weights?: Which }): Piece {
  const { weights, ...rest } = options;
  return samplePiece(loadRun(directory, weights).model, rest);
}

/** How the noise of a method is drawn. Throws ConfigError for a method without noise. */
export function checkDraws(regularizer: Regularizer): DrawMode {
  const mode = drawMode(regularizer);
  if (mode) return mode;
  throw new ConfigError(
    `mc: expected a method that draws, found ${regularizer.name} (${regularizer.modes.train}); train with one, such as variational`,
  );
}

// --- internal ---

function checkCacheOf({ task }: Config, cache: CacheOptions): void {
  if (task !== 'text') throw new ConfigError(`cache: expected a run of the text task, found one of ${task}`);
  checkCache(cache);
}

function inStreams(config: Config, streams: number | undefined): Config {
  if (streams === undefined) return config;
  if (config.task !== 'text') {
    throw new ConfigError(`streams: expected a run of the text task, found one of ${config.task}`);
  }
  const evaluation = { ...config.evaluation, validationStreams: streams, testStreams: streams };
  return { ...config, evaluation };
}
