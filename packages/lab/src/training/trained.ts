/** What one does with a trained run of any task: measure it on a split, let it make or predict something. Reading needs no lock. */
import { ConfigError, NoiseStream } from 'lethe';
import type { DataIdentity } from '../data/identity.ts';
import type { SplitName } from '../data/split-names.ts';
import { calibratedWay, readCalibration } from '../runs/calibration.ts';
import { requirePrecision, withEngine } from '../runs/engine.ts';
import { readEnvironment, runPaths } from '../runs/run-directory.ts';
import type { Baseline, Draws, Metrics } from '../runs/task.ts';
import { trainedSteps } from '../runs/trained-steps.ts';
import { readWeights, type Which } from '../runs/weights.ts';
import type {
  DataPlaces,
  OptionValues,
  Sample,
  SampleOptions,
  TaskData,
  TaskKind,
  TrainedRun,
} from '../tasks/kind.ts';
import { lookupIn } from '../tasks/kind.ts';
import { givenOptions } from '../tasks/options.ts';
import { kindOf, taskKinds } from '../tasks/registry.ts';
import { checkDraws } from '../tasks/shared/draws.ts';
import { readConfig } from './run-config.ts';
import { inSlices, type SliceOptions } from './slices.ts';

/** What `evaluate` needs besides the run. */
export interface EvaluateOptions extends DataPlaces, Pick<SliceOptions, 'signal' | 'onProgress'> {
  weights?: Which;
  /** of the split that is evaluated. @defaultValue 1 */
  share?: number;
  /** the data itself; default: what the run's configuration names */
  data?: TaskData;
  /** how unsure the predictions are, too; default: false */
  uncertainty?: boolean;
  /** MC dropout with so many draws beside the test-time rule */
  mc?: number;
  /** of those draws; default 1 */
  seed?: number;
  /** options of the task's own, see `EvaluationKind` */
  own?: OptionValues;
}

/** A trained run with its kind, and what is to be said of a calibration that does not hold for its weights. */
export interface OpenedRun extends TrainedRun {
  kind: TaskKind;
  calibrationNote?: string;
}

/** What a run reaches on a split. */
export interface Evaluation {
  metrics: Metrics;
  /** what simple models reach there, where the task has such */
  baselines?: readonly Baseline[];
  /** what its calibration promises, in sentences */
  promises: readonly string[];
}

/**
 * Reads a trained run; default: its best weights.
 * Throws ConfigError when the directory is no run, has no such weights yet, or asks for a precision that is not here, DataError when a
 * file is broken.
 */
export function openTrained(directory: string, which: Which = 'best'): OpenedRun {
  const run = runPaths(directory);
  const config = readConfig(run);
  requirePrecision(config);
  const { calibration, note } = readCalibration(run);
  return {
    kind: kindOf(config.task),
    run,
    config,
    environment: readEnvironment(run),
    weights: readWeights(run, which),
    where: run[which],
    trained: (regularizer) => trainedSteps(run, which, regularizer),
    ...(which === 'best' && { calibration, calibrationNote: note }),
  };
}

/**
 * The metrics of a run on one split of its data, at the test-time rule of its regularizer; undefined when `signal` stopped it.
 * Throws as `openTrained` does, and ConfigError for an unknown split, an option of another task, draws of a method without
 * noise to draw, or data over which the weights mean something else.
 */
export async function evaluate(
  directory: string,
  split: SplitName,
  options: EvaluateOptions = {},
): Promise<Metrics | undefined> {
  return (await evaluateBeside(directory, split, { ...options, baselines: false }))?.metrics;
}

/** The same, with what simple models reach on the split beside it, and what its calibration promises. */
export async function evaluateBeside(
  directory: string,
  split: SplitName,
  options: EvaluateOptions & { baselines?: boolean } = {},
): Promise<Evaluation | undefined> {
  const { weights = 'best', signal, onProgress, mc, seed, own = {} } = options;
  const { share = 1, uncertainty } = options;
  if (!(share > 0 && share <= 1)) {
    throw new ConfigError(`share expects a number above 0 and at most 1, found ${share}`);
  }
  const opened = openTrained(directory, weights);
  const { kind, run, config: ofRun, weights: stored, where, trained, calibration, calibrationNote } = opened;
  if (calibrationNote) options.log?.(calibrationNote);
  requireOwn(kind, own);
  const config = kind.evaluation?.settings?.(ofRun, own) ?? ofRun;
  const data = options.data ?? (await kind.data.load(config, options));
  if (!Object.hasOwn(data.splits, split)) {
    throw new ConfigError(`split expects train, valid or test, found '${split}'`);
  }
  kind.requireSameMeaning?.(run, data);
  const ways = Object.entries(kind.evaluation?.ways ?? {}).map(([name, { of }]) => [name, of(own)] as const);
  const task = kind.open(config, data, new NoiseStream(config.seed));
  if (options.data === undefined && config === ofRun) sayOtherData(opened, task.data, options.log);
  const { model } = task;
  const mode = mc === undefined ? undefined : checkDraws(model.regularizer);
  model.load(stored, where);
  const draws: Draws | undefined =
    mc === undefined ? undefined : { samples: mc, seed, trained: trained(model.regularizer), mode };
  const plain = calibratedWay(calibration);
  const drawn = mc === undefined ? undefined : calibratedWay(calibration, mc);
  const plans = [
    ['', {}],
    ...(plain ? [['calibrated_', { calibration: plain.content }] as const] : []),
    ...(draws ? [['mc_', { draws }] as const] : []),
    ...(draws && drawn ? [['mc_calibrated_', { draws, calibration: drawn.content }] as const] : []),
    ...ways.filter(([, way]) => way !== undefined).map(([name, way]) => [`${name}_`, { way }] as const),
  ] as const;
  const all: Metrics = {};
  for (const [prefix, how] of plans) {
    const work = task.evaluate(split, { share, uncertainty, ...how });
    const found = await inSlices(work, { engine: config, signal, onProgress });
    if (!found) return undefined;
    for (const [name, value] of Object.entries(found)) {
      if (prefix === '' || name !== 'evaluated_share') all[prefix + name] = value;
    }
  }
  const baselines =
    options.baselines === false || !task.baselines
      ? undefined
      : await inSlices(task.baselines(split, share), { engine: config, signal });
  if (signal?.aborted) return undefined;
  const promises = [...new Set([plain, drawn].flatMap((way) => way?.promises ?? []))];
  return { metrics: all, ...(baselines && { baselines }), promises };
}

/** Says where the data of a run has changed: other splits may hold what training has seen. */
export function sayOtherData(
  { run, environment }: Pick<OpenedRun, 'run' | 'environment'>,
  { sha256, name }: DataIdentity,
  log: ((line: string) => void) | undefined,
): void {
  if (environment === undefined || environment.data.sha256 === sha256) return;
  log?.(
    `${name} has changed since ${run.directory} was trained on it: its splits are others, and may hold what training has seen`,
  );
}

/** The task of a run, and the metric that people are shown. Throws as `openTrained` does. */
export function shownOf(directory: string): { task: string; metric: string } {
  const config = readConfig(runPaths(directory));
  return { task: config.task, metric: kindOf(config.task).metric(lookupIn(config)).shown.metric };
}

/**
 * Lets a run make something with its best weights. Throws as `openTrained` does, ConfigError for a task that makes nothing, and what
 * the task throws for options that cannot be.
 */
export async function sample(
  directory: string,
  options: SampleOptions,
  given: OptionValues = {},
): Promise<Sample> {
  const { kind, ...trained } = openTrained(directory);
  if (!kind.sampling) throw notFor(directory, kind, 'sampling');
  const make = await kind.sampling.prepare(trained, options, given);
  return withEngine(trained.config, make);
}

/** The refusal of a run whose task lacks a part that others have. */
export function notFor(
  directory: string,
  { name }: TaskKind,
  part: 'sampling' | 'prediction' | 'calibration',
): ConfigError {
  const able = taskKinds.filter((kind) => kind[part]).map((kind) => kind.name);
  return new ConfigError(
    `${directory}: expected a run of the ${able.join(' or ')} task, found one of ${name}`,
  );
}

// --- internal ---

/** Throws ConfigError for an option of evaluation that the task does not have. */
function requireOwn({ name, evaluation }: TaskKind, own: OptionValues): void {
  const known = givenOptions(evaluation?.options, own);
  const strange = Object.keys(own).find(
    (option) => own[option] !== undefined && !Object.hasOwn(known, option),
  );
  if (strange === undefined) return;
  const able = taskKinds.filter((kind) =>
    Object.hasOwn(givenOptions(kind.evaluation?.options, own), strange),
  );
  throw new ConfigError(
    `${strange}: expected a run of the ${able.map((kind) => kind.name).join(' or ')} task, found one of ${name}`,
  );
}
