/**
 * The coordinator: asks the study for trials, gives them to an executor, writes down what comes back, prunes, and
 * stops when the trials or the time are used up.
 */
import type { Executor, Outcome, TrialHandle } from './protocol.ts';
import { type Pruner, shouldPrune } from './prune.ts';
import type { Study } from './study.ts';

/** How a search, or whatever else has trials, goes, and who listens. */
export interface SearchOptions {
  trials: number;
  prune: Pruner;
  /** of the whole search, from now; then running trials are pruned and no new one begins */
  minutes?: number;
  /** leaves: running trials save, nothing is counted as done */
  signal?: AbortSignal;
  log?: (line: string) => void;
}

/** Runs a search to its end, or until it is left. The first error that is no trial's own fault ends it. */
export async function runSearch(study: Study, executor: Executor, options: SearchOptions): Promise<void> {
  const work: SearchWork = { study, executor, options, running: new Map(), over: false };
  const leave = (): void => end(work, 'leave');
  const { minutes, signal } = options;
  const timer =
    minutes === undefined
      ? undefined
      : setTimeout(() => end(work, 'prune'), Math.min(60_000 * minutes, LONGEST));
  signal?.addEventListener('abort', leave);
  if (signal?.aborted) leave();
  try {
    await Promise.all(Array.from({ length: Math.min(executor.slots, options.trials) }, () => slot(work)));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', leave);
  }
}

// --- internal ---

/** Milliseconds that a timer can wait; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

interface SearchWork {
  study: Study;
  executor: Executor;
  options: SearchOptions;
  running: Map<number, Running>;
  /** no new trial begins */
  over: boolean;
}

interface Running {
  handle: TrialHandle;
  /** why it is pruned */
  reason?: string;
}

/** One trial after the other. */
async function slot(work: SearchWork): Promise<void> {
  const { study, options, running } = work;
  for (;;) {
    const next = work.over ? undefined : study.ask(options.trials);
    if (!next) return;
    try {
      const { handle } = begin(work, next);
      conclude(work, next.number, await handle.outcome);
      await handle.settled();
    } catch (error) {
      end(work, 'leave');
      throw error;
    } finally {
      running.delete(next.number);
    }
  }
}

function begin(work: SearchWork, { number, parameters }: NonNullable<ReturnType<Study['ask']>>): Running {
  const { study, executor, options, running } = work;
  const config = study.configOf(parameters);
  const one: Partial<Running> = {};
  one.handle = executor.run(
    { number, config },
    {
      started: (worker) => study.started(number, parameters, worker),
      note: (line) => options.log?.(line),
      report(report) {
        if (!study.report(number, report)) return;
        if (one.reason !== undefined || !judged(work, number)) return;
        one.reason = options.prune;
        one.handle?.stop('prune');
      },
    },
  );
  running.set(number, one as Running);
  return one as Running;
}

function judged({ study, options }: SearchWork, number: number): boolean {
  const { trials, about } = study;
  const trial = trials.find((trial) => trial.number === number)!;
  const { metric, config } = about;
  return shouldPrune(options.prune, trial, trials, { metric, epochs: config.training.epochs });
}

function conclude({ study, running }: SearchWork, number: number, outcome: Outcome): void {
  if (outcome.state === 'left') return;
  const reason = outcome.state === 'pruned' ? (running.get(number)?.reason ?? 'stopped') : outcome.reason;
  const best = outcome.state === 'failed' ? null : outcome.best;
  study.tell(number, { state: outcome.state, best, seconds: outcome.seconds, reason });
}

/** Begins nothing more and stops what runs. */
function end(work: SearchWork, how: 'prune' | 'leave'): void {
  work.over = true;
  for (const one of work.running.values()) {
    if (how === 'prune') one.reason ??= 'minutes';
    one.handle.stop(how);
  }
}
