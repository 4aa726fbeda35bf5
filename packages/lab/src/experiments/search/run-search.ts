/**
 * The coordinator: asks the study for trials, gives them to an executor, writes down what comes back, prunes, and
 * stops when the trials or the time are used up.
 */
import type { Report } from '../../studies/journal.ts';
import { mostEpochs } from '../../studies/study-record.ts';
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

/**
 * Runs a search to its end, or until it is left. The first error that is no trial's own fault ends it, once those in work have saved: what
 * they still say is heard by a study that is open.
 */
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
  if (work.failure) throw work.failure.error;
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
  /** the first error that is no trial's own fault */
  failure?: { error: unknown };
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
      fail(work, error);
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
      started: guarded(work, (worker?: string) => study.started(number, parameters, worker)),
      note: (line) => options.log?.(line),
      report: guarded(work, (report: Report) => {
        if (!study.report(number, report)) return;
        if (one.reason !== undefined || !judged(work, number)) return;
        one.reason = options.prune;
        one.handle?.stop('prune');
      }),
    },
  );
  running.set(number, one as Running);
  if (work.failure) one.handle.stop('leave');
  return one as Running;
}

/** Nobody hears what is thrown where a trial is listened to: a journal that cannot be written ends the search. */
function guarded<A extends unknown[]>(work: SearchWork, listen: (...given: A) => void) {
  return (...given: A): void => {
    try {
      listen(...given);
    } catch (error) {
      fail(work, error);
    }
  };
}

function judged({ study, options }: SearchWork, number: number): boolean {
  const { trials, about } = study;
  const trial = trials.find((trial) => trial.number === number)!;
  return shouldPrune(options.prune, trial, trials, { metric: about.metric, epochs: mostEpochs(about) });
}

function conclude({ study, running }: SearchWork, number: number, outcome: Outcome): void {
  if (outcome.state === 'left') return;
  const reason = outcome.state === 'pruned' ? (running.get(number)?.reason ?? 'stopped') : outcome.reason;
  const best = outcome.state === 'failed' ? null : outcome.best;
  study.tell(number, { state: outcome.state, best, seconds: outcome.seconds, reason });
}

function fail(work: SearchWork, error: unknown): void {
  work.failure ??= { error };
  end(work, 'leave');
}

/** Begins nothing more and stops what runs. */
function end(work: SearchWork, how: 'prune' | 'leave'): void {
  work.over = true;
  for (const one of work.running.values()) {
    if (how === 'prune') one.reason ??= 'minutes';
    one.handle.stop(how);
  }
}
