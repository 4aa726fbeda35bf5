/** The mean of the weights of several runs, as a run of its own. */
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ConfigError, DataError, encodeSafetensors, NoiseStream } from 'lethe';
import { atomicWrite } from '../files/atomic-write.ts';
import type { Config } from '../runs/config.ts';
import { requirePrecision, withEngine } from '../runs/engine.ts';
import { environment } from '../runs/environment.ts';
import type { BestEpoch, DoneEvent, TrainingEvent } from '../runs/events.ts';
import { appendMetrics, bestEpochOf, endOf, readMetrics } from '../runs/metrics.ts';
import {
  createRun,
  log,
  type RunPaths,
  readEnvironment,
  requireNew,
  runPaths,
} from '../runs/run-directory.ts';
import type { Metrics, Task, Weights } from '../runs/task.ts';
import { readWeights } from '../runs/weights.ts';
import type { DataPlaces, TaskData } from '../tasks/kind.ts';
import { kindOf } from '../tasks/registry.ts';
import { readConfig } from './run-config.ts';
import { inSlices } from './slices.ts';

/** What `averageRuns` needs besides the runs. */
export interface AverageRunsOptions extends DataPlaces {
  /** the directory of the new run, which must not exist; of several names the first that is free is taken */
  out: string | Iterable<string>;
  /** the data itself; default: what the configuration of the first run names */
  data?: TaskData;
  signal?: AbortSignal;
  /** is told how far the evaluation of a split is */
  onProgress?: (split: 'valid' | 'test', done: number, all: number) => void;
}

/** A run that was made, and those that it was made of. */
export interface AveragedRuns {
  done: DoneEvent;
  /** the best epoch of each run, with its test where it is finished; absent where no validation stands in its history */
  runs: { run: string; best: (BestEpoch & { test?: Metrics }) | undefined }[];
  /** the metric that people are shown, and what the validation is judged by (lower is better) */
  shown: Task['shown'];
  choice: string;
}

/**
 * Writes a run whose weights are `1/n Σ w_i` over the best weights of n runs, with the configuration of the first but for `average`, validated and tested; undefined
 * when `signal` stopped it. The mean is of use where the runs lie in one basin, as those do that went on from each other with another
 * cycle of the step rate (Izmailov, Podoprikhin, Garipov, Vetrov and Wilson 2018; Wortsman et al. 2022).
 * Throws ConfigError for fewer than two runs, of other tasks, models or sizes, and when `out` exists, DataError for runs on other data.
 */
export async function averageRuns(
  directories: readonly string[],
  options: AverageRunsOptions,
): Promise<AveragedRuns | undefined> {
  const { out, signal, onProgress } = options;
  const began = performance.now();
  if (typeof out === 'string') requireNew(out);
  const runs = openAll(directories);
  const [{ config }] = runs;
  requirePrecision(config);
  const kind = kindOf(config.task);
  const data = options.data ?? (await kind.data.load(config, options));
  for (const { run } of runs) kind.requireSameMeaning?.(run, data);
  const task = kind.open(config, data, new NoiseStream(config.seed));
  requireSameData(runs, task);
  const mean = meanOf(runs);
  task.model.load(mean, 'average');
  const measured: Record<'valid' | 'test', Metrics> = { valid: {}, test: {} };
  for (const split of ['valid', 'test'] as const) {
    const found = await inSlices(task.evaluate(split, { share: config.training.evaluationShare }), {
      engine: config,
      signal,
      onProgress: (part, all) => onProgress?.(split, part, all),
    });
    if (!found) return undefined;
    measured[split] = found;
  }
  const names = runs.map(({ run }) => run.directory);
  const done: Omit<DoneEvent, 'run'> = {
    event: 'done',
    reason: 'average',
    epochs: 0,
    best: { epoch: 0, train: {}, ...measured },
    seconds: (performance.now() - began) / 1000,
  };
  const about = withEngine(config, () => environment(config, task.data));
  // So that nobody takes it for another seed of the first.
  const own: Config = { ...config, average: { kind: 'runs', of: names } };
  const { run: made, unlock } = createRun(out, own, about, (run) => {
    for (const [name, content] of Object.entries(task.files())) {
      atomicWrite(path.join(run.directory, name), content);
    }
    atomicWrite(run.best, encodeSafetensors(mean, { format: '1' }));
    appendMetrics(run.metrics, { ...done, run: run.directory });
  });
  log(made, `the mean of the best weights of ${names.join(', ')}`);
  unlock();
  return {
    done: { ...done, run: made.directory },
    runs: runs.map(({ run }) => ({ run: run.directory, best: bestOf(readMetrics(run.metrics)) })),
    shown: task.shown,
    choice: task.choice,
  };
}

// --- internal ---

interface Opened {
  run: RunPaths;
  config: Config;
  weights: Weights;
}

/** Reads them. Throws ConfigError for fewer than two, and for what has no mean. */
function openAll(directories: readonly string[]): Opened[] {
  const paths = directories.map((directory) => path.resolve(directory));
  const twice = paths.findIndex((one, i) => paths.indexOf(one) < i);
  if (twice >= 0) throw new ConfigError(`average: ${directories[twice]} is named twice; name each run once`);
  if (directories.length < 2) {
    throw new ConfigError(`average: expected two runs or more, found ${directories.length}`);
  }
  const all = directories.map((directory) => {
    const run = runPaths(directory);
    return { run, config: readConfig(run), weights: readWeights(run, 'best') };
  });
  const [first, ...others] = all;
  for (const other of others) requireSameModel(first, other);
  return all;
}

/** Noise may differ: it is no part of what the weights mean. */
function requireSameModel(first: Opened, other: Opened): void {
  const refuse = (what: string, expected: unknown, found: unknown): never => {
    const said = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
    throw new ConfigError(
      `average: ${what}: expected ${said(expected)}, as ${first.run.directory} has, found ${said(found)} in ${other.run.directory}`,
    );
  };
  if (first.config.task !== other.config.task) refuse('task', first.config.task, other.config.task);
  const models = [first.config.model, other.config.model] as Record<string, unknown>[];
  for (const key of new Set(models.flatMap(Object.keys))) {
    const [expected, found] = models.map((model) => model[key] ?? null);
    if (key !== 'dropout' && !isDeepStrictEqual(expected, found)) refuse(`model.${key}`, expected, found);
  }
  const shapes = [first.weights, other.weights].map((weights) =>
    Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, [...shape]])),
  );
  for (const name of new Set(shapes.flatMap(Object.keys))) {
    const [expected, found] = shapes.map((of) => of[name] ?? 'none');
    if (!isDeepStrictEqual(expected, found)) refuse(`the shape of ${name}`, expected, found);
  }
}

/** On other data the validation of one may be what another was trained on. */
function requireSameData(runs: readonly Opened[], task: Task): void {
  for (const { run } of runs) {
    const { data } = readEnvironment(run);
    if (data.sha256 === task.data.sha256) continue;
    throw new DataError(
      `average: ${run.directory} was trained on ${data.name} from ${data.source}, found ${task.data.name} from ${task.data.source} with other content; what one run validates another may have seen in training`,
    );
  }
}

/** Summed in float64. */
function meanOf(runs: readonly Opened[]): Weights {
  const [{ weights: first }] = runs;
  return Object.fromEntries(
    Object.entries(first).map(([name, { shape, data }]) => {
      const mean = data.slice();
      const parts = runs.map(({ weights }) => weights[name].data);
      for (let i = 0; i < mean.length; i++) {
        let sum = 0;
        for (const part of parts) sum += part[i];
        mean[i] = sum / parts.length;
      }
      return [name, { shape, data: mean }];
    }),
  );
}

const bestOf = (events: readonly TrainingEvent[]): AveragedRuns['runs'][number]['best'] =>
  endOf(events)?.best ?? bestEpochOf(events);
