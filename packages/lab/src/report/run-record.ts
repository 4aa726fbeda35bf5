/** A run as reports see it: read with patience, for a run may be young, stopped, or older than this program. */

import fs from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import { counted } from '../common/counted.ts';
import { isTree, type Tree } from '../common/tree.ts';
import type { Published } from '../runs/config.ts';
import type { Environment } from '../runs/environment.ts';
import type { DoneEvent, EpochEvent } from '../runs/events.ts';
import { bestEpochOf, endOf } from '../runs/metrics.ts';
import { readConfigFile, readEnvironment, runPaths } from '../runs/run-directory.ts';
import type { Metrics } from '../runs/task.ts';
import { lookupIn } from '../tasks/kind.ts';
import { findKind } from '../tasks/registry.ts';
import { readHistory } from './history.ts';
import { type ObservedSeries, observationsOf } from './observations.ts';

/** A number of a run at one epoch, as trained, on the validation set and on the test set. */
export interface ChosenEpoch {
  epoch: number;
  train: Metrics;
  valid?: Metrics;
  test?: Metrics;
}

export interface RunRecord {
  /** the last part of the directory */
  name: string;
  directory: string;
  /** values of `config.json` by path, e.g. `model.hidden` */
  config: ReadonlyMap<string, unknown>;
  environment?: Environment;
  epochs: EpochEvent[];
  observations: ObservedSeries[];
  done?: DoneEvent;
  /** what the run says of itself, e.g. `finished after 40 epochs` */
  state: string;
  /** the best by validation; without any validation the last; absent before the first epoch ended */
  chosen?: ChosenEpoch;
  published?: Published;
  /** the metric that people are shown, by which its curves are compared */
  metric?: string;
  /** what could not be read, in sentences */
  notes: string[];
}

/** The format of run directories that is read here. */
const knownFormat = 1;

/** Reads a run. Throws ConfigError when the directory is none, DataError when its configuration is broken or of another format. */
export function readRun(directory: string): RunRecord {
  const run = runPaths(directory);
  const tree = readConfigFile(run);
  if (!isTree(tree)) throw new DataError(`${run.config}: expected an object with a configuration`);
  if (tree.format !== undefined && tree.format !== knownFormat) {
    throw new DataError(
      `${run.config}: expected format ${knownFormat}, found ${formatText(tree.format)}; read it with the version of lethe that made it`,
    );
  }
  const config = flatConfig(tree);
  const { events, notes } = readHistory(run.metrics);
  const { environment, note } = environmentOf(run);
  const epochs = events.filter((event) => event.event === 'epoch');
  const done = endOf(events);
  const chosen = chosenEpoch(epochs, done);
  return {
    name: path.basename(path.resolve(directory)),
    directory,
    config,
    environment,
    epochs,
    observations: observationsOf(events),
    done,
    state: stateOf(epochs, done, events.at(-1)?.event === 'interrupted'),
    chosen,
    published: publishedOf(tree),
    metric: shownMetric(tree, chosen?.valid ?? chosen?.train ?? {}),
    notes: [...notes, ...note, ...(!done && fs.existsSync(path.join(directory, 'lock')) ? [locked] : [])],
  };
}

/** Values of a configuration by path; of an older one with what its schema has for the keys that it lacks. */
export const flatConfig = (tree: Tree): Map<string, unknown> => flat(whole(tree));

/** The metric that people are shown: the one of its task; of a run without it the first that it has. */
export function shownMetric(tree: Tree, metrics: Metrics): string | undefined {
  const metric = findKind(tree.task)?.metric(lookupIn(tree)).shown.metric;
  return metric !== undefined && metric in metrics ? metric : Object.keys(metrics)[0];
}

/** Seconds as people say them. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

/** A value of a configuration in one word or phrase. */
export function configText(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

// --- internal ---

function flat(tree: Tree, prefix = ''): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [key, value] of Object.entries(tree)) {
    if (isTree(value))
      for (const [below, deeper] of flat(value, `${prefix}${key}.`)) values.set(below, deeper);
    else values.set(`${prefix}${key}`, value);
  }
  return values;
}

const locked = 'Its lock is there: it is still in training, or was killed; what follows is the state so far.';

const formatText = (value: unknown): string => (JSON.stringify(value) ?? 'none').slice(0, 40);

/** Nothing where the file is missing, of another format, or none of ours; the last two are said. */
function environmentOf(run: ReturnType<typeof runPaths>): { environment?: Environment; note: string[] } {
  if (!fs.existsSync(run.environment)) return { note: [] };
  try {
    const found: unknown = readEnvironment(run);
    if (!isTree(found) || !isTree(found.data)) throw new Error('no description of the data in it');
    if (found.format !== knownFormat) throw new Error(`format ${formatText(found.format)}`);
    return { environment: found as unknown as Environment, note: [] };
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0].slice(0, 200);
    return { note: [`The environment is not shown: ${path.basename(run.environment)}: ${reason}.`] };
  }
}

/**
 * A configuration with what older runs, which lack a key, were made with: the default that its schema has for it. One that does not
 * fit the schema, of another version, is shown as it is.
 */
function whole(tree: Tree): Tree {
  const result = findKind(tree.task)?.config.schema.safeParse(tree);
  return result?.success ? result.data : tree;
}

function publishedOf(tree: Tree): Published | undefined {
  const { recipe } = tree;
  const published = isTree(recipe) ? recipe.published : undefined;
  return isTree(published) && typeof published.value === 'number' ? (published as Published) : undefined;
}

function chosenEpoch(epochs: EpochEvent[], done: DoneEvent | undefined): ChosenEpoch | undefined {
  return done?.best ?? bestEpochOf(epochs) ?? epochs.at(-1);
}

function stateOf(epochs: EpochEvent[], done: DoneEvent | undefined, isInterrupted: boolean): string {
  const count = done?.epochs ?? epochs.at(-1)?.epoch ?? 0;
  const seconds = done?.seconds ?? epochs.at(-1)?.seconds ?? 0;
  const after = `${counted(count, 'epoch')}, ${duration(seconds)}`;
  if (done?.reason === 'average') return 'the mean of the weights of other runs (average.of)';
  if (done) return `finished after ${after} (${done.reason})`;
  if (isInterrupted) return `interrupted after ${after}`;
  return count === 0 ? 'unfinished: no epoch ended yet' : `unfinished: ${after} so far`;
}
