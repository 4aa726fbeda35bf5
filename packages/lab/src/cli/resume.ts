/** `lethe resume`: goes on with a run as if it had never stopped, or past its end. */
import type { Command } from 'commander';
import { positiveNumber, wholeNumber } from '../common/usage.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { namingOptions } from './naming-options.ts';
import { Output } from './output.ts';
import { endOf, stopping, TrainingReport } from './training-report.ts';

interface ResumeCommandOptions {
  epochs?: number;
  minutes?: number;
  patience?: number;
  threads?: number;
  data?: string;
  fetch: boolean;
  json?: boolean;
}

/** Adds `resume` to the command. */
export function addResume(lethe: Command, io: Io): void {
  const command = lethe
    .command('resume')
    .description('goes on with a run where it was interrupted, or past its end')
    .argument('<run>', 'a run directory')
    .option('--epochs <N>', 'epochs at most, in all', wholeNumber('--epochs', 1))
    .option(
      '--minutes <N>',
      'minutes in all, earlier work, reading and the final test included',
      positiveNumber('--minutes'),
    )
    .option(
      '--patience <N>',
      'epochs without a better validation after which it ends',
      wholeNumber('--patience', 1),
    )
    .option(
      '--threads <N>',
      'threads (default: those of the run, else LETHE_THREADS, else all cores)',
      wholeNumber('--threads', 1),
    )
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'JSON lines on standard output, one an event')
    .action((directory: string, options: ResumeCommandOptions) =>
      namingOptions(
        ({ byResume }) => byResume,
        () => run(directory, options, new Output(io, options)),
      ),
    );
  example(
    command,
    'lethe resume runs/jsb-chorales-fast-1',
    'lethe resume runs/jsb-chorales-fast-1 --epochs 800',
  );
}

// --- internal ---

async function run(directory: string, options: ResumeCommandOptions, output: Output): Promise<void> {
  const { resume } = await import('../training/train.ts');
  const { epochs, minutes, patience, threads } = options;
  const report = new TrainingReport(output);
  const result = await interruptible(
    output,
    (signal) =>
      resume(directory, {
        epochs,
        minutes,
        patience,
        threads,
        dataDir: options.data,
        fetch: options.fetch,
        log: (line) => output.notice(line),
        onEvent: report.event,
        onProgress: report.progress,
        signal,
      }),
    stopping,
  ).finally(() => output.live.clear());
  endOf(result);
}
