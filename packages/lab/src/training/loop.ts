/**
 * The loop: epochs of steps, a validation after each, the best weights kept, until the epochs, the patience or
 * the time are used up; then the test set, once, with the best weights. An abort signal is answered between
 * steps and between windows of an evaluation; what was computed so far is saved first.
 */
import path from 'node:path';
import { NumericsError } from 'lethe';
import { letheCommand } from '../common/shell.ts';
import type { SplitName } from '../data/split-names.ts';
import { atomicWrite } from '../files/atomic-write.ts';
import type { Config } from '../runs/config.ts';
import { withEngine } from '../runs/engine.ts';
import type {
  DoneEvent,
  EpochEvent,
  FinishReason,
  InterruptedEvent,
  Progress,
  TrainingEvent,
  TrainResult,
} from '../runs/events.ts';
import { appendMetrics, readMetrics } from '../runs/metrics.ts';
import { appendObservation } from '../runs/observations.ts';
import { log, type RunPaths } from '../runs/run-directory.ts';
import { noSums, type TrainingState } from '../runs/state.ts';
import type { Baseline, Metrics } from '../runs/task.ts';
import { saveCheckpoint } from './checkpoint.ts';
import { breathe, type Clock, startClock } from './clock.ts';
import { divergenceOf } from './divergence.ts';
import { finishReason, isBetter } from './early-stopping.ts';
import { progressOf } from './progress.ts';
import { averagesFrom } from './schedule.ts';
import type { Session } from './session.ts';
import { inSlices } from './slices.ts';
import { requireFiniteParameters, trainStep } from './step.ts';
import { type EvaluationCosts, reserveOf } from './time-limit.ts';

/** Who listens to the loop, and how it began. */
export interface LoopOptions {
  onEvent?: (event: TrainingEvent) => void;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  /** seconds of work before the loop: earlier sessions, reading */
  before: number;
  /** what evaluations take; absent where time is not limited */
  costs?: EvaluationCosts;
  resumed: boolean;
}

/** Runs a session to its end. The caller holds the lock of the run. */
export async function runTraining(
  run: RunPaths,
  session: Session,
  options: LoopOptions,
): Promise<TrainResult> {
  const work: TrainingWork = {
    run,
    session,
    options,
    clock: startClock(options.before),
    costs: options.costs && { ...options.costs },
    savedAt: performance.now(),
  };
  const { state, config } = session;
  const start = { epoch: state.epoch + 1, step: state.step, resumed: options.resumed };
  tell(work, { event: 'start', run: run.directory, seed: config.seed, ...start });
  try {
    // Killed before its first checkpoint, a run may have looked already.
    const looked = readMetrics(run.metrics).some(({ event }) => event === 'observe');
    if (state.step === 0 && !looked) observe(work);
    for (;;) {
      const reason = finishReason(state, config.training, secondsWithReserve(work));
      const ended = reason ? await finish(work, reason) : await epoch(work);
      if (ended) return ended;
    }
  } catch (error) {
    log(run, `failed: ${(error as Error).message}`);
    throw error;
  }
}

// --- internal ---

interface TrainingWork {
  run: RunPaths;
  session: Session;
  options: LoopOptions;
  clock: Clock;
  costs: EvaluationCosts | undefined;
  savedAt: number;
}

/** One epoch, or what is left of it, and its validation. Returns a result when the run was interrupted. */
async function epoch(work: TrainingWork): Promise<InterruptedEvent | undefined> {
  const { session, options, clock } = work;
  const { state, config, task } = session;
  const stepsPerEpoch = task.stepsIn(state.epoch);
  const timeIsUp = (): boolean =>
    config.training.minutes !== null && secondsWithReserve(work) >= 60 * config.training.minutes;
  // A time limit ends the epoch early, though not before its first step.
  while (state.position < stepsPerEpoch && !(state.position > 0 && timeIsUp())) {
    if (options.signal?.aborted) return interrupt(work);
    const began = performance.now();
    withEngine(config, () => trainStep(session));
    clock.stepped((performance.now() - began) / 1000);
    options.onProgress?.(progressOf(session, clock, 'train'));
    saveIfDue(work);
    await breathe();
  }
  const number = state.epoch + 1;
  const { epochs, evaluateEvery } = config.training;
  const due =
    number % evaluateEvery === 0 || number >= epochs || isOutOfPatience(state, config.training) || timeIsUp();
  let valid: Metrics | undefined;
  if (due) {
    requireFiniteParameters(session);
    valid = await session.optimizer.evaluate(() => evaluateSplit(work, 'valid'));
    if (!valid) return interrupt(work);
    requireFinite(valid, task.choice, `the validation after epoch ${number}`);
  }
  endEpoch(work, valid);
  observe(work);
  saveIfDue(work);
  return undefined;
}

/** Whether patience ends the run after the epoch in work unless its validation is the best: the last epoch is always validated. */
function isOutOfPatience({ epoch, best }: TrainingState, { patience }: Config['training']): boolean {
  return patience !== null && best !== null && epoch + 1 - best.epoch >= patience;
}

/** Books an epoch: the event, the best so far, the state at the beginning of the next. */
function endEpoch(work: TrainingWork, valid: Metrics | undefined): void {
  const { session, clock } = work;
  const { state, task, optimizer } = session;
  const number = state.epoch + 1;
  const { nll, terms, penalties, penaltySteps, gradients, stepRate, momentum } = state.sums;
  // Over no step at all, as of changes in segments of one step, a penalty is 0.
  const means = Object.entries(penalties).map(
    ([name, sum]) => [name, sum / Math.max(1, penaltySteps[name])] as const,
  );
  const train = task.trainMetrics(nll / terms);
  const event: EpochEvent = {
    event: 'epoch',
    epoch: number,
    step: state.step,
    train,
    seconds: clock.seconds(),
  };
  if (means.length > 0) event.penalties = Object.fromEntries(means);
  if (gradients.steps > 0) event.gradient = gradientOf(gradients);
  if (stepRate !== null) event.stepRate = stepRate;
  if (momentum !== undefined) event.momentum = momentum;
  const averaged = session.averaging?.averaged() ?? 0;
  if (averaged > 0) event.averaged = averaged;
  if (valid) {
    event.valid = valid;
    event.best = isBetter(valid[task.choice], state.best, task.choice);
    if (event.best) {
      state.best = { epoch: number, train, valid };
      session.best = optimizer.evaluate(() => task.model.stored());
    }
    if (averagesFrom(session.config, state.validations, valid[task.choice])) optimizer.startAveraging?.();
    state.validations.push(valid[task.choice]);
  }
  state.epoch = number;
  state.position = 0;
  state.sums = noSums();
  tell(work, event);
}

/** Over the steps of an epoch. */
function gradientOf({ norm, largest, clipped, steps }: TrainingState['sums']['gradients']): Metrics {
  return { norm: norm / steps, largest, clipped: clipped / steps };
}

/** Asks the observers. One that fails has a line in the log: the run matters more. */
function observe(work: TrainingWork): void {
  const { run, session } = work;
  const { epoch, step } = session.state;
  for (const [name, look] of session.observers) {
    try {
      const { values, units } = withEngine(session.config, () =>
        session.optimizer.evaluate(() => look(step)),
      );
      const finite = Object.entries(values).filter(([, value]) => Number.isFinite(value));
      tell(work, { event: 'observe', name, epoch, step, values: Object.fromEntries(finite) });
      if (units) appendObservation(run.observations, name, { epoch, step }, units);
    } catch (error) {
      if (!(error instanceof NumericsError)) throw error;
      log(run, `observe ${name}: ${error.message}`);
    }
  }
}

/** Seconds of work, with those that the next validation and the test will take. */
function secondsWithReserve({ session, costs, clock }: TrainingWork): number {
  return clock.seconds() + reserveOf(costs, session.config.training.evaluationShare);
}

/** The metrics of the share of a split that is evaluated, with its progress; undefined when it was stopped. */
async function evaluateSplit(
  { session, options, costs, clock }: TrainingWork,
  split: Exclude<SplitName, 'train'>,
): Promise<Metrics | undefined> {
  const { signal, onProgress } = options;
  const { evaluationShare: share } = session.config.training;
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  onProgress?.(progressOf(session, clock, split));
  const metrics = await inSlices(session.task.evaluate(split, { share }), {
    engine: session.config,
    signal,
    onProgress: (part, all) => {
      const done = part / all;
      const evaluation = { done, secondsLeft: (seconds() * (1 - done)) / done };
      onProgress?.(progressOf(session, clock, split, evaluation));
    },
  });
  // What was measured goes before what was estimated.
  if (metrics && costs) costs[split] = seconds() / share;
  return metrics;
}

/** The test set under the best weights, and the end of the run. */
async function finish(work: TrainingWork, reason: FinishReason): Promise<TrainResult> {
  const { run, session, clock } = work;
  const { state, task } = session;
  const test = await withBest(session, run, () => evaluateSplit(work, 'test'));
  if (!test) return interrupt(work);
  requireFinite(test, task.choice, 'the test');
  const baselines = await measureBaselines(work);
  if (!baselines) return interrupt(work);
  for (const [name, content] of Object.entries(task.tested?.() ?? {})) {
    atomicWrite(path.join(run.directory, name), content);
  }
  state.finished = { reason, test };
  saveCheckpoint(run, session);
  const done: DoneEvent = {
    event: 'done',
    run: run.directory,
    reason,
    epochs: state.epoch,
    best: { ...state.best!, test },
    seconds: clock.seconds(),
  };
  const epochs = readMetrics(run.metrics).filter((event) => event.event === 'epoch');
  const diverged = divergenceOf(epochs, task.choice, task.uninformed);
  if (diverged) done.diverged = diverged;
  if (baselines.length > 0) done.baselines = baselines;
  tell(work, done);
  return done;
}

/** What simple models reach on the test set; nothing of a task without such, undefined when it was stopped. */
async function measureBaselines({
  session,
  options,
}: TrainingWork): Promise<readonly Baseline[] | undefined> {
  const { task, config } = session;
  if (!task.baselines) return [];
  const work = task.baselines('test', config.training.evaluationShare);
  return inSlices(work, { engine: config, signal: options.signal });
}

/** Runs `f` with the best weights in the model, then puts the present ones back bit by bit. */
async function withBest<T>(
  { task: { model }, best }: Session,
  run: RunPaths,
  f: () => Promise<T>,
): Promise<T> {
  const present = Object.values(model.parameters).map(({ data }) => data.slice());
  try {
    model.load(best!, run.last);
    return await f();
  } finally {
    for (const [i, { data }] of Object.values(model.parameters).entries()) data.set(present[i]);
  }
}

function interrupt(work: TrainingWork): InterruptedEvent {
  const { run, session, clock } = work;
  requireFiniteParameters(session);
  saveCheckpoint(run, session);
  const event: InterruptedEvent = {
    event: 'interrupted',
    run: run.directory,
    epoch: Math.min(session.state.epoch + 1, session.config.training.epochs),
    step: session.state.step,
    resume: letheCommand('resume', run.directory),
    seconds: clock.seconds(),
  };
  tell(work, event);
  return event;
}

function saveIfDue(work: TrainingWork): void {
  if (performance.now() - work.savedAt < 1000 * work.session.config.training.checkpointEvery) return;
  requireFiniteParameters(work.session);
  saveCheckpoint(work.run, work.session);
  work.savedAt = performance.now();
}

/** History first, listeners second: what was told is also on disk. */
function tell({ run, options }: TrainingWork, event: TrainingEvent): void {
  appendMetrics(run.metrics, event);
  log(run, JSON.stringify(event));
  options.onEvent?.(event);
}

function requireFinite(metrics: Metrics, choice: string, what: string): void {
  if (Number.isFinite(metrics[choice])) return;
  throw new NumericsError(
    `${what} gave ${choice} ${metrics[choice]}; lower optimizer.stepRate, the last checkpoint is kept`,
  );
}
