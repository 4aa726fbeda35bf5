/** `lethe worker`: runs the trials of searches that were started with `--queue`. */
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { Interrupted, wholeNumber } from '../common/usage.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { figure } from './training-report.ts';

interface WorkerCommandOptions {
  threads?: number;
  name?: string;
  out: string;
  data?: string;
  fetch: boolean;
  json?: boolean;
}

/** Adds `worker` to the command. */
export function addWorker(lethe: Command, io: Io): void {
  const command = lethe
    .command('worker')
    .description('runs trials of `lethe search --queue` on this machine, one at a time, until Ctrl-C')
    .argument('<url>', 'the Redis of the queue, redis://host:port')
    .option('--threads <N>', 'threads of a trial (default: all cores)', wholeNumber('--threads', 1))
    .option('--name <NAME>', 'how it is called in the study (default: host and process)')
    .option('--out <DIR>', 'where trials run until they are delivered', 'runs/workers')
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'JSON lines on standard output, one an event')
    .action((url: string, options: WorkerCommandOptions) => run(url, options, new Output(io, options)));
  example(
    command,
    'lethe worker redis://localhost:6379',
    'lethe worker redis://10.0.0.7:6379 --threads 4 --name attic',
  );
}

// --- internal ---

async function run(url: string, options: WorkerCommandOptions, output: Output): Promise<void> {
  const { runWorker } = await import('../experiments/search/worker.ts');
  const { threads = os.availableParallelism(), name = `${os.hostname()}-${process.pid}` } = options;
  await interruptible(
    output,
    (signal) =>
      runWorker(url, {
        name,
        threads,
        // Machines that share a disk stay apart: nobody can tell whether another machine's process still lives.
        out: path.join(options.out, os.hostname()),
        dataDir: options.data,
        fetch: options.fetch,
        signal,
        log: (line) => output.notice(line),
        onEvent: (event) => {
          output.event({ worker: name, ...event });
          const { title, number, outcome, metric } = event;
          if (!outcome) {
            output.say(`trial ${number} of ${title}`);
            return;
          }
          const best = 'best' in outcome ? outcome.best : null;
          const reason = outcome.state === 'failed' ? `: ${outcome.reason}` : '';
          output.say(`trial ${number} ${outcome.state}${reason}, valid ${figure(best?.valid[metric])}`);
        },
      }),
    'stopping: the trial in work is saved and goes back',
  );
  throw new Interrupted('stopped; other workers take what is left');
}
