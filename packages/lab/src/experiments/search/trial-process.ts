/** Trials in child processes of this one, each with its share of threads. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { LetheError } from 'lethe';
import { packageRoot } from '../../common/package-root.ts';
import type {
  FromTrial,
  Outcome,
  ToTrial,
  TrialHandle,
  TrialListener,
  TrialPlace,
  TrialTask,
} from './protocol.ts';

/**
 * Runs one trial in a child process. A child that dies without a word is started once more and goes on from its
 * checkpoint; when that dies as well the trial has failed. Rejects with what no other trial would survive either.
 */
export function runInChild(task: TrialTask, place: TrialPlace, listener: TrialListener): TrialHandle {
  let say: (message: ToTrial) => void = () => {};
  let stop: ToTrial | undefined;
  const once = (): Promise<Outcome | Death> =>
    new Promise((resolve, reject) => {
      const child = fork(entry, { execArgv: [], stdio: ['ignore', 2, 2, 'ipc'] });
      let last: Outcome | Death | undefined;
      child.on('message', (message: FromTrial) => {
        if (message.type === 'report') listener.report(message.report);
        if (message.type === 'note') listener.note(message.line);
        if (message.type === 'end') last = message.outcome;
        if (message.type === 'error') reject(new LetheError(message.code, message.message));
      });
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(last ?? { died: signal ?? `exit code ${code}` }));
      // The channel may close between the last word of a child and its end.
      say = (message) => void (child.connected && child.send(message, () => {}));
      say({ type: 'start', task, place });
      if (stop) say(stop);
    });
  listener.started();
  const outcome = once().then(async (first) => {
    if (!('died' in first)) return first;
    if (stop) return { state: 'left' } as const;
    listener.note(`trial ${task.number}: its process died (${first.died}); it goes on in another`);
    const second = await once();
    if (!('died' in second)) return second;
    const reason = `its process died twice (${first.died}, ${second.died}); is there enough memory?`;
    return { state: 'failed', reason, seconds: 0 } as const;
  });
  return {
    outcome,
    settled: async () => {},
    stop(how) {
      stop = { type: 'stop', how };
      say(stop);
    },
  };
}

// --- internal ---

interface Death {
  died: string;
}

/** The built child, from the sources too: it begins in a third of the time that a loader of TypeScript takes. */
const entry = join(packageRoot, 'dist/experiments/search/trial-child.js');
