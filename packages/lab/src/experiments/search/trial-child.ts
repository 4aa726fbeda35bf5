/**
 * A trial in a process of its own: trains into its run directory, or goes on with what is there, and reports every
 * validation to its parent. Without a parent it saves and ends: whoever takes over finds the run unlocked.
 */
import fs from 'node:fs';
import { LetheError } from 'lethe';
import { lock } from '../../files/lock.ts';
import type { EpochEvent, InterruptedEvent, TrainingEvent } from '../../runs/events.ts';
import { bestEpochOf, readMetrics } from '../../runs/metrics.ts';
import { runPaths } from '../../runs/run-directory.ts';
import type { TaskData } from '../../tasks/kind.ts';
import { kindOf } from '../../tasks/registry.ts';
import { readConfig } from '../../training/run-config.ts';
import { resume, type TrainingOptions, train } from '../../training/train.ts';
import { evaluate } from '../../training/trained.ts';
import type { FromTrial, Outcome, Stop, ToTrial, TrialPlace, TrialTask } from './protocol.ts';

// Ctrl-C reaches every process of the terminal; it is the parent's to answer.
process.on('SIGINT', () => {});
const stop = new AbortController();
process.on('disconnect', () => stop.abort('leave' satisfies Stop));
process.on('message', (message: ToTrial) => {
  if (message.type === 'stop') stop.abort(message.how);
  else void answer(message.task, message.place);
});

// --- internal ---

async function answer(task: TrialTask, place: TrialPlace): Promise<void> {
  await say(await attempt(task, place));
  process.exit();
}

async function attempt(task: TrialTask, place: TrialPlace): Promise<FromTrial> {
  const begun = performance.now();
  let data: TaskData | undefined;
  try {
    data = await kindOf(task.config.task).data.load(task.config, place);
    // An orphan makes no run that another process is about to make.
    const outcome: Outcome = stop.signal.aborted ? { state: 'left' } : await run(task, place, data);
    return { type: 'end', outcome };
  } catch (error) {
    const { message } = error as Error;
    const code = error instanceof LetheError ? error.code : 'E_UNEXPECTED';
    if (!data || !/^E_(NUMERICS|CONFIG|SHAPE)$/.test(code)) return { type: 'error', code, message };
    const seconds = (performance.now() - begun) / 1000;
    return { type: 'end', outcome: { state: 'failed', reason: message, seconds } };
  }
}

async function run({ config, number }: TrialTask, place: TrialPlace, data: TaskData): Promise<Outcome> {
  const { directory, threads, dataDir, fetch } = place;
  const log = (line: string): void => void say({ type: 'note', line: `trial ${number}: ${line}` });
  const options: TrainingOptions = {
    data,
    dataDir,
    fetch,
    log,
    signal: stop.signal,
    onEvent: reporter(directory),
  };
  const result = (await hasRun(directory))
    ? await resume(directory, { ...options, threads })
    : await train({ ...config, threads }, { ...options, out: directory });
  if (result.event === 'done') {
    const { best, seconds, reason, diverged } = result;
    // Nobody should take such a trial for the best of a study.
    if (diverged?.useless) return { state: 'failed', reason: diverged.sentence, seconds };
    return { state: 'complete', best, seconds, reason: reasons[reason] };
  }
  return stop.signal.reason === 'prune' ? pruned(result, data) : { state: 'left' };
}

const reasons = {
  epochs: 'all epochs',
  patience: 'no better validation',
  minutes: 'time of the trial',
  average: 'mean of other runs',
};

/** Reports validations; of a run that goes on, those before as well: the parent may not have heard them. */
function reporter(directory: string): (event: TrainingEvent) => void {
  const report = ({ epoch, train, valid, seconds }: EpochEvent): void => {
    if (valid) void say({ type: 'report', report: { epoch, train, valid, seconds } });
  };
  return (event) => {
    if (event.event === 'epoch') report(event);
    if ((event.event === 'start' && event.resumed) || (event.event === 'done' && event.already)) {
      for (const past of readMetrics(runPaths(directory).metrics)) if (past.event === 'epoch') report(past);
    }
  };
}

/** What a stopped trial reached, with the test set, or the share of it that all trials have, under its best weights. */
async function pruned({ run, seconds }: InterruptedEvent, data: TaskData): Promise<Outcome> {
  const best = bestEpochOf(readMetrics(runPaths(run).metrics));
  if (!best) return { state: 'pruned', best: null, seconds };
  const { evaluationShare: share } = readConfig(runPaths(run)).training;
  const test = await evaluate(run, 'test', { data, share });
  const { epoch, train, valid } = best;
  return { state: 'pruned', best: { epoch, train, valid, test: test! }, seconds };
}

/**
 * Whether there is a run to go on with. Waits while another process writes it: a child that lost its parent needs a moment to
 * save. What a kill left before a run was whole is taken away.
 */
async function hasRun(directory: string): Promise<boolean> {
  if (!fs.existsSync(directory)) return false;
  for (let waited = 0; ; waited += 0.2) {
    try {
      lock(directory)();
      break;
    } catch (error) {
      if ((error as LetheError).code !== 'E_LOCKED' || waited > patience) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  if (fs.existsSync(runPaths(directory).config)) return true;
  fs.rmSync(directory, { recursive: true });
  return false;
}

/** Seconds in which an orphan has saved. */
const patience = 60;

/** A parent that is gone hears nothing; the work is saved all the same. */
function say(message: FromTrial): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send!(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
