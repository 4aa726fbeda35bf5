/**
 * Trainings that reproductions are made of: runs and studies in one directory, found there by name. What is missing is
 * trained, what was begun goes on, what is finished is read; so a reproduction can be stopped and asked for again.
 */
import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from 'lethe';
import type { Config } from '../../runs/config.ts';
import type { DoneEvent, TrainingEvent } from '../../runs/events.ts';
import { endOf, readMetrics } from '../../runs/metrics.ts';
import { runPaths } from '../../runs/run-directory.ts';
import { readStudy, type StudyRecord } from '../../studies/study-record.ts';
import { comparable } from '../../training/comparable.ts';
import { resolveConfig, type Settings } from '../../training/resolve.ts';
import { readConfig } from '../../training/run-config.ts';
import { resume, train } from '../../training/train.ts';
import { localExecutor } from '../search/local.ts';
import type { Pruner } from '../search/prune.ts';
import { runSearch } from '../search/run-search.ts';
import { readSearch } from '../search/search-file.ts';
import { Study } from '../search/study.ts';
import { requireSame as requireSameStudy } from '../search/study-identity.ts';
import { searchPlan } from '../search/trial-plan.ts';

/** Where trainings are, and how those that are missing are made. */
export interface Trainings {
  directory: string;
  /** takes what is there and trains nothing */
  collect: boolean;
  /** of a search */
  trials: number;
  /** of a search */
  seed: number;
  prune: Pruner;
  /** of each search at most */
  minutes?: number;
  /** trials at a time */
  workers: number;
  /** of each training */
  threads?: number;
  dataDir?: string;
  fetch: boolean;
}

/** What a reproduction may use. */
export interface ReproduceContext {
  /** tells people how it goes on */
  log(line: string): void;
  /** set when the user stops the command; long work ends soon after */
  signal: AbortSignal;
  /** where trainings are, and how they are made */
  trainings: Trainings;
}

/** A finished run. */
export interface FinishedRun {
  directory: string;
  config: Config;
  events: TrainingEvent[];
  done: DoneEvent;
}

/**
 * The run `name` of a recipe with settings on top; undefined when the signal stopped it, or when it is not finished and
 * trainings are only collected. Throws ConfigError when the directory holds another experiment, and what training throws.
 */
export async function finishedRun(
  name: string,
  recipe: string,
  settings: Settings,
  { trainings, signal, log }: ReproduceContext,
): Promise<FinishedRun | undefined> {
  const { collect, threads, dataDir, fetch } = trainings;
  const directory = path.join(trainings.directory, name);
  const config = { ...resolveConfig(recipe, settings), threads: threads ?? null };
  const isThere = fs.existsSync(directory);
  if (isThere) requireSame(directory, config);
  if (!collect) {
    const options = { dataDir, fetch, log, signal, onEvent: told(name, log) };
    const end = isThere
      ? await resume(directory, { ...options, threads })
      : await train(config, { ...options, out: directory });
    if (end.event === 'interrupted') return undefined;
  }
  const events = readMetrics(runPaths(directory).metrics);
  const done = endOf(events);
  return done && { directory, config, events, done };
}

/**
 * The study `name` of a search, with as many trials as asked for or as the time allows; undefined when the signal stopped it, or when
 * there is none and trainings are only collected. Throws ConfigError when the directory holds another study.
 */
export async function finishedStudy(
  name: string,
  target: string,
  set: readonly string[],
  { trainings, signal, log }: ReproduceContext,
): Promise<StudyRecord | undefined> {
  const { collect, trials, seed, prune, minutes, workers, threads = 1, dataDir, fetch } = trainings;
  const directory = path.join(trainings.directory, name);
  const search = readSearch(target, set);
  if (collect) {
    if (!fs.existsSync(directory)) return undefined;
    const found = readStudy(directory);
    // The draws of another seed are of the same space: what is collected says with which it was made.
    requireSameStudy(directory, found.about, searchPlan(search, found.about.seed).about);
    return found;
  }
  const study = new Study(directory, searchPlan(search, seed));
  try {
    study.onEvent = (event) => {
      if (event.event !== 'end') return;
      const value = event.best?.valid[study.about.metric];
      log(`${name}: trial ${event.number} ${event.state}${value ? `, validation ${value.toFixed(3)}` : ''}`);
    };
    const executor = localExecutor(directory, { workers, threads, dataDir, fetch });
    await runSearch(study, executor, { trials, prune, minutes, signal, log });
    if (signal.aborted) return undefined;
    return { about: study.about, trials: study.trials };
  } finally {
    study.close();
  }
}

// --- internal ---

/** Threads and what recipes say of themselves change nothing in what is computed. */
function requireSame(directory: string, wanted: Config): void {
  const bare = (config: Config): object => {
    const { threads: _, recipe: __, ...rest } = comparable(config);
    return rest;
  };
  if (isDeepStrictEqual(bare(readConfig(runPaths(directory))), bare(wanted))) return;
  throw new ConfigError(
    `${directory} holds another experiment than this one; name another directory, or take it away`,
  );
}

/** Says how a training goes, every half minute. */
function told(name: string, log: (line: string) => void): (event: TrainingEvent) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (event) => {
    if (event.event === 'done' && !event.already) {
      log(`${name}: done after ${event.epochs} epochs, ${Math.round(event.seconds)} s`);
    }
    if (event.event !== 'epoch' || performance.now() < last + 30_000) return;
    last = performance.now();
    const [metric, value] = Object.entries(event.valid ?? event.train)[0];
    log(`${name}: epoch ${event.epoch}, ${metric} ${value.toFixed(3)}`);
  };
}
