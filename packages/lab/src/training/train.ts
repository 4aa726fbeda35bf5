/**
 * From a configuration to a finished run: `train` makes a run directory, `resume` goes on with one. What happens
 * in between stands in loop.ts.
 */
import fs from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import { kernels } from 'lethe/engine';
import type { DataIdentity } from '../data/identity.ts';
import { atomicWrite } from '../files/atomic-write.ts';
import type { Config } from '../runs/config.ts';
import { requirePrecision, withEngine } from '../runs/engine.ts';
import { type Environment, environment } from '../runs/environment.ts';
import type { DoneEvent, Progress, TrainingEvent, TrainResult } from '../runs/events.ts';
import { truncateMetrics } from '../runs/metrics.ts';
import { truncateObservations } from '../runs/observations.ts';
import { createRun, openRun, readEnvironment, requireNew, writeConfigFile } from '../runs/run-directory.ts';
import { checkConfig } from '../tasks/config.ts';
import type { DataPlaces, TaskData } from '../tasks/kind.ts';
import { kindOf } from '../tasks/registry.ts';
import { requireCheckpoint, restoreCheckpoint, saveBest, saveCheckpoint } from './checkpoint.ts';
import { finishReason } from './early-stopping.ts';
import { loadInitialWeights, requireInitialWeights } from './initial-weights.ts';
import { runTraining } from './loop.ts';
import { planOf } from './plan.ts';
import { readConfig } from './run-config.ts';
import { openSession } from './session.ts';
import { evaluationCosts, withFittingShare } from './time-limit.ts';

/** Where the data comes from and who listens. */
export interface TrainingOptions extends DataPlaces {
  /** the data itself; default: what `config.dataset` names */
  data?: TaskData;
  onEvent?: (event: TrainingEvent) => void;
  /** after every training step */
  onProgress?: (progress: Progress) => void;
  /** finishes the step in work, saves and ends with an `interrupted` event */
  signal?: AbortSignal;
}

/** What `train` needs besides the configuration. */
export interface TrainOptions extends TrainingOptions {
  /** the run directory, which must not exist; of several names the first that is free is taken */
  out: string | Iterable<string>;
}

/** What `resume` may change. */
export interface ResumeOptions extends TrainingOptions {
  epochs?: number;
  /** of work in all, the work done so far included */
  minutes?: number;
  patience?: number;
  threads?: number;
}

/**
 * Trains. Events in order: `plan`, `start`, one `epoch` each, then `done` or `interrupted`, which is also the
 * result.
 * Throws ConfigError when the directory exists or the model does not fit into the machine's memory, LetheError E_IO when it cannot
 * be made, NumericsError when training diverges (the last good checkpoint stays), LetheError `E_IO` when the disk is full (likewise).
 */
export async function train(wanted: Config, options: TrainOptions): Promise<TrainResult> {
  const { out, onEvent } = options;
  const began = performance.now();
  checkConfig(wanted, 'configuration');
  requirePrecision(wanted);
  if (typeof out === 'string') requireNew(out);
  requireInitialWeights(wanted);
  const { data: kind } = kindOf(wanted.task);
  const data = options.data ?? (await kind.load(wanted, options));
  const opened = openSession(kind.choices?.(wanted, data) ?? wanted, data);
  loadInitialWeights(opened, data);
  const costs = wanted.training.minutes === null ? undefined : await evaluationCosts(opened);
  const spent = (): number => (performance.now() - began) / 1000;
  const session = withFittingShare(opened, costs, spent());
  const { config } = session;
  const { run, unlock } = createRun(
    out,
    config,
    withEngine(config, () => environment(config, session.task.data)),
    (run) => {
      for (const [name, content] of Object.entries(session.task.files())) {
        atomicWrite(path.join(run.directory, name), content);
      }
      saveCheckpoint(run, session);
    },
  );
  try {
    onEvent?.(withEngine(config, () => planOf(session, run.directory)));
    return await runTraining(run, session, { ...options, before: spent(), costs, resumed: false });
  } finally {
    unlock();
  }
}

/**
 * Goes on with a run where its last checkpoint stands, to the same bits as if it had not been interrupted.
 * A finished run answers with its `done` event, marked `already`, unless the options extend it.
 * Throws ConfigError when the directory is no run, LetheError `E_LOCKED` while another process writes it,
 * DataError when a file is broken or missing, or the data is not what the run was trained on.
 */
export async function resume(directory: string, options: ResumeOptions = {}): Promise<TrainResult> {
  const began = performance.now();
  const { run, unlock } = openRun(directory);
  try {
    requireCheckpoint(run);
    const then = readConfig(run);
    const config = extended(then, options);
    requirePrecision(config);
    const data = options.data ?? (await kindOf(config.task).data.load(config, options));
    const made = readEnvironment(run);
    const session = openSession(config, data);
    checkSameData(directory, made.data, session.task.data);
    noteOtherEngine(made, options);
    restoreCheckpoint(run, session);
    const history = truncateMetrics(run.metrics, session.state.epoch);
    noteLostHistory(run.metrics, history, session.state.epoch, options);
    truncateObservations(run.observations, session.state.epoch);
    const seconds = history.reduce(
      (most, event) => Math.max(most, 'seconds' in event ? event.seconds : 0),
      0,
    );
    options.onEvent?.(withEngine(config, () => planOf(session, directory)));
    const done = history.findLast((event): event is DoneEvent => event.event === 'done');
    const isOver =
      finishReason(session.state, config.training, seconds) ??
      (done?.reason === 'minutes' && !isLonger(config, then));
    if (done && session.state.finished && isOver) {
      if (!fs.existsSync(run.best)) saveBest(run, session);
      const result: DoneEvent = { ...done, run: directory, already: true };
      options.onEvent?.(result);
      return result;
    }
    writeConfigFile(run, config);
    session.state.finished = null;
    // The answers of other weights; the end writes them anew.
    for (const name of session.task.testedFiles ?? []) fs.rmSync(path.join(directory, name), { force: true });
    const costs = config.training.minutes === null ? undefined : await evaluationCosts(session);
    const before = seconds + (performance.now() - began) / 1000;
    return await runTraining(run, session, { ...options, before, costs, resumed: true });
  } finally {
    unlock();
  }
}

// --- internal ---

/** A run that used its time up ended before the limit, by what the next epoch would have taken. */
function isLonger(now: Config, then: Config): boolean {
  const { minutes } = now.training;
  return minutes === null || minutes > (then.training.minutes ?? Number.POSITIVE_INFINITY);
}

function extended(config: Config, { epochs, minutes, patience, threads }: ResumeOptions): Config {
  const given = Object.entries({ epochs, minutes, patience }).filter(([, value]) => value !== undefined);
  const training = { ...config.training, ...Object.fromEntries(given) };
  const tree = { ...config, training, threads: threads ?? config.threads };
  return checkConfig(tree, 'resume');
}

function checkSameData(directory: string, then: DataIdentity, now: DataIdentity): void {
  if (then.sha256 === now.sha256) return;
  throw new DataError(
    `${directory} was trained on ${then.name} from ${then.source}, found ${now.name} from ${now.source} with other content; resume needs the same data`,
  );
}

/** Events come before the checkpoint that knows of them, so a shorter history has lost something. */
function noteLostHistory(
  file: string,
  history: readonly TrainingEvent[],
  epoch: number,
  { log }: TrainingOptions,
): void {
  const found = history.filter(({ event }) => event === 'epoch').length;
  if (found < epoch) {
    log?.(`${file} has ${found} of ${epoch} epochs: what is missing of the history stays missing`);
  }
}

/** Results are the same to the bit on one engine and instruction set only. */
function noteOtherEngine(then: Environment, { log }: TrainingOptions): void {
  const { engine, isa } = kernels();
  if (then.engine === engine && then.isa === isa) return;
  log?.(
    `this run began on ${then.engine} (${then.isa}) and goes on with ${engine} (${isa}): equal within rounding only`,
  );
}
