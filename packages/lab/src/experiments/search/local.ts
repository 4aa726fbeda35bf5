/** The executor of one machine: child processes that share its cores. */
import path from 'node:path';
import { trialDirectory } from '../../studies/study-record.ts';
import type { Executor } from './protocol.ts';
import { runInChild } from './trial-process.ts';

export interface LocalOptions {
  /** trials at a time */
  workers: number;
  /** of each trial */
  threads: number;
  dataDir?: string;
  fetch: boolean;
}

/** Runs the trials of a study in `workers` child processes at a time. */
export function localExecutor(study: string, { workers, threads, dataDir, fetch }: LocalOptions): Executor {
  return {
    slots: workers,
    run: (task, listener) => {
      const directory = path.resolve(trialDirectory(study, task.number));
      return runInChild(task, { directory, threads, dataDir, fetch }, listener);
    },
    close: async () => {},
  };
}
