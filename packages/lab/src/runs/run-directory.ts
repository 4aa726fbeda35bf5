/**
 * The one format that everything reads (`"format": 1`):
 *
 *   config.json        the configuration, fully resolved
 *   environment.json   machine, engine and data
 *   vocabulary.json    of text: the words by number
 *   metrics.jsonl      one event a line, append-only
 *   checkpoints/       last.safetensors (to go on) and best.safetensors (to use)
 *   calibration.json   what makes predictions as sure as they are right, once `lethe calibrate` has found it
 *   observations/      what observers say of single units, one file an observer
 *   samples/           what the model made
 *   log.txt            for people
 *   lock               while somebody writes
 */
import fs from 'node:fs';
import path from 'node:path';
import { ConfigError, DataError, LetheError } from 'lethe';
import { letheCommand } from '../common/shell.ts';
import { atomicWrite, ioError, sweepTemporaries } from '../files/atomic-write.ts';
import { lock, type Unlock } from '../files/lock.ts';
import { makeDirectory, removeEmpty } from '../files/make-directory.ts';
import { systemCode, systemReason } from '../files/system-error.ts';
import type { Environment } from './environment.ts';

/** The paths of a run. */
export interface RunPaths {
  directory: string;
  config: string;
  environment: string;
  metrics: string;
  last: string;
  best: string;
  observations: string;
  samples: string;
  calibration: string;
  log: string;
}

/** The paths of the run in `directory`, whether it exists or not. */
export function runPaths(directory: string): RunPaths {
  const at = (...parts: string[]): string => path.join(directory, ...parts);
  return {
    directory,
    config: at('config.json'),
    environment: at('environment.json'),
    metrics: at('metrics.jsonl'),
    last: at('checkpoints', 'last.safetensors'),
    best: at('checkpoints', 'best.safetensors'),
    observations: at('observations'),
    samples: at('samples'),
    calibration: at('calibration.json'),
    log: at('log.txt'),
  };
}

/**
 * Makes the directory of a new run and takes its lock; `fill` writes what belongs to its beginning. Of several names the first
 * that is free is taken, in one step with looking, so that any number of processes may begin at once. Throws
 * ConfigError when all of them exist already, LetheError `E_IO` when something cannot be written; then nothing is left behind.
 */
export function createRun(
  directories: string | Iterable<string>,
  config: object,
  about: Environment,
  fill: (run: RunPaths) => void = () => {},
): { run: RunPaths; unlock: Unlock } {
  const { directory, made } = makeFirst(typeof directories === 'string' ? [directories] : directories);
  const run = runPaths(directory);
  let unlock: Unlock | undefined;
  try {
    unlock = lock(directory);
    fs.mkdirSync(path.dirname(run.last));
    fs.mkdirSync(run.samples);
    fs.writeFileSync(run.metrics, '');
    atomicWrite(run.environment, `${JSON.stringify(about, null, 2)}\n`);
    atomicWrite(run.config, `${JSON.stringify(config, null, 2)}\n`);
    fill(run);
    return { run, unlock };
  } catch (error) {
    fs.rmSync(directory, { recursive: true, force: true });
    removeEmpty(made);
    throw cannotMake(directory, error);
  }
}

/** `DIRECTORY`, `DIRECTORY.2`, `DIRECTORY.3`, …, from `first` on. */
export function* numberedNames(directory: string, first = 1): Generator<string> {
  for (let number = first; ; number++) yield number === 1 ? directory : `${directory}.${number}`;
}

/** Throws ConfigError when `directory` exists, LetheError E_IO when nothing can be written there. */
export function requireNew(directory: string): void {
  if (fs.existsSync(directory)) throw exists(directory);
  const parent = path.dirname(firstMissing(directory));
  try {
    if (!fs.statSync(parent).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    fs.accessSync(parent, fs.constants.W_OK);
  } catch (error) {
    throw cannotMake(directory, error);
  }
}

/** Takes the lock of an existing run. Throws ConfigError when it is none, LetheError when it is being written. */
export function openRun(directory: string): { run: RunPaths; unlock: Unlock } {
  const run = runPaths(directory);
  requireRun(run);
  const unlock = lock(directory);
  sweepTemporaries(
    directory,
    [run.config, run.environment, run.metrics].map((file) => path.basename(file)),
  );
  sweepTemporaries(
    path.dirname(run.last),
    [run.last, run.best].map((file) => path.basename(file)),
  );
  return { run, unlock };
}

/** Throws ConfigError when there is no run in the directory, saying what there is. */
export function requireRun(run: RunPaths): void {
  if (fs.existsSync(run.config)) return;
  const stat = fs.statSync(run.directory, { throwIfNoEntry: false });
  const what = !stat ? 'does not exist' : stat.isDirectory() ? 'has no config.json' : 'is a file';
  throw new ConfigError(
    `${run.directory} is not a run directory: it ${what}; name a directory that train made`,
  );
}

/** Reads `config.json` as it is. Throws ConfigError when the directory is no run, DataError when the file is broken. */
export function readConfigFile(run: RunPaths): unknown {
  requireRun(run);
  return readJson(run.config);
}

/** Reads `environment.json`. Throws DataError when it is missing or broken. */
export function readEnvironment(run: RunPaths): Environment {
  return readJson(run.environment) as Environment;
}

/** Replaces `config.json`. */
export function writeConfigFile(run: RunPaths, config: object): void {
  atomicWrite(run.config, `${JSON.stringify(config, null, 2)}\n`);
}

/** Adds a line to `log.txt`. A log that cannot be written never stops a run. */
export function log(run: RunPaths, line: string): void {
  try {
    fs.appendFileSync(run.log, `${new Date().toISOString()} ${line}\n`);
  } catch {
    // the run matters more
  }
}

// --- internal ---

/** Makes the first directory that does not exist, and what is missing above it: all that was made is named. */
function makeFirst(directories: Iterable<string>): { directory: string; made: string[] } {
  let taken = '';
  for (const directory of directories) {
    let made: string[] = [];
    try {
      made = makeDirectory(path.dirname(directory));
      fs.mkdirSync(directory);
      return { directory, made };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST' || !fs.existsSync(directory)) {
        removeEmpty(made);
        throw cannotMake(directory, error);
      }
      taken ||= directory;
    }
  }
  throw exists(taken);
}

function exists(directory: string): ConfigError {
  return new ConfigError(
    `${directory} exists already; choose another --out, or go on with a run: ${letheCommand('resume', directory)}`,
  );
}

function cannotMake(directory: string, error: unknown): LetheError {
  if (error instanceof LetheError && error.code !== 'E_IO') return error;
  return ioError(`the run directory ${directory} cannot be made`, error, 'choose another --out');
}

/** The outermost directory that making `directory` would make. */
function firstMissing(directory: string): string {
  const parent = path.dirname(directory);
  return parent === directory || fs.existsSync(parent) ? directory : firstMissing(parent);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new DataError(`${file} cannot be read: ${systemReason(error)}`, { cause: error });
  }
}
