/** What a trial and whoever started it say to each other: over IPC to a child process, over Redis to a worker. */
import type { Config } from '../../runs/config.ts';
import type { Best, Report } from '../../studies/journal.ts';

/** A trial to be run. */
export interface TrialTask {
  number: number;
  config: Config;
}

/** Where a machine runs a trial. */
export interface TrialPlace {
  /** the run directory; when it holds a run already the trial goes on with it */
  directory: string;
  threads: number;
  dataDir?: string;
  fetch: boolean;
}

/**
 * How to stop: `prune` measures what was reached on the test set and ends the trial; `leave` saves, so that it can go on
 * another time.
 */
export type Stop = 'prune' | 'leave';

/** How a trial ended, as the one who ran it knows. */
export type Outcome =
  | { state: 'complete'; best: Best; seconds: number; reason: string }
  /** stopped by `prune`; no best when there was no validation before */
  | { state: 'pruned'; best: Best | null; seconds: number }
  /** stopped by `leave`, saved */
  | { state: 'left' }
  /** the trial's own fault: it diverged, or its settings do not go together */
  | { state: 'failed'; reason: string; seconds: number };

export type ToTrial = { type: 'start'; task: TrialTask; place: TrialPlace } | { type: 'stop'; how: Stop };

export type FromTrial =
  | { type: 'report'; report: Report }
  | { type: 'note'; line: string }
  | { type: 'end'; outcome: Outcome }
  /** nobody's fault that another trial would not have: no data, no space on the disk */
  | { type: 'error'; code: string; message: string };

/** Runs trials: in child processes here, or through a queue elsewhere. */
export interface Executor {
  /** trials at a time */
  readonly slots: number;
  /** Runs one trial to its end. Rejects when the search as a whole cannot go on. */
  run(task: TrialTask, listener: TrialListener): TrialHandle;
  close(): Promise<void>;
}

/** Who follows a trial. */
export interface TrialListener {
  started(worker?: string): void;
  report(report: Report): void;
  note(line: string): void;
}

/** A trial in work. */
export interface TrialHandle {
  outcome: Promise<Outcome>;
  /** the outcome is in the journal: what was kept for it may go */
  settled(): Promise<void>;
  stop(how: Stop): void;
}
