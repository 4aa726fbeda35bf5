/** What `compare` and `sweep` do with a study whose trials are known beforehand: run it, stop cleanly, conclude. */
import { LetheError } from 'lethe';
import { Interrupted } from '../common/usage.ts';
import type { Executor } from '../experiments/search/protocol.ts';
import type { Study } from '../experiments/search/study.ts';
import { interruptible } from './interrupt.ts';
import type { Output } from './output.ts';

/** How a planned study runs. */
export interface PlannedRun {
  executor: Executor;
  /** so many trials, then up to so many, …: those of a stretch depend on all before it */
  until: readonly number[];
  /** over a queue workers go on when this process ends */
  queue?: string;
  /** what one of them is called */
  thing: 'trial' | 'training';
  /** when it began, by performance.now() */
  begun: number;
  conclude(seconds: number): Promise<void>;
}

/** Throws Interrupted when it was stopped, LetheError where no trial has a result. */
export async function runPlanned(study: Study, output: Output, run: PlannedRun): Promise<void> {
  const { runSearch } = await import('../experiments/search/run-search.ts');
  const { directory } = study;
  const left = await interruptible(
    output,
    async (signal) => {
      const log = (line: string): void => output.notice(line);
      for (const trials of run.until) {
        if (!signal.aborted) await runSearch(study, run.executor, { trials, prune: 'none', signal, log });
      }
      return signal.aborted;
    },
    run.queue === undefined ? 'stopping: the trials in work save first' : 'leaving: workers go on',
  ).finally(() => output.live.clear());
  if (left) throw new Interrupted(`interrupted; the same command goes on with ${directory}`);
  await run.conclude((performance.now() - run.begun) / 1000);
  const failed = study.trials.find(({ state }) => state === 'failed');
  if (!failed || study.trials.some(({ best }) => best !== null)) return;
  throw new LetheError(
    'E_SEARCH',
    `no ${run.thing} of ${directory} has a result: trial ${failed.number} failed, ${failed.reason}`,
  );
}
