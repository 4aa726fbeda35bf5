/** `lethe average`: the mean of the weights of several runs, as a run of its own. */
import path from 'node:path';
import type { Command } from 'commander';
import { letheCommand } from '../common/shell.ts';
import { Interrupted, wholeNumber } from '../common/usage.ts';
import { numberedNames } from '../runs/run-directory.ts';
import { evaluationProgress } from './evaluation-progress.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { useThreads } from './threads.ts';
import { figure } from './training-report.ts';

interface AverageOptions {
  out?: string;
  threads?: number;
  data?: string;
  fetch: boolean;
  json?: boolean;
}

/** Adds `average` to the command. */
export function addAverage(lethe: Command, io: Io): void {
  const command = lethe
    .command('average')
    .description(
      'makes a run of the mean of the best weights of several, of one model on the same data, and says what each and the mean reach; of use where one run went on from the other (train --from)',
    )
    .argument('<runs...>', 'two run directories or more')
    .option(
      '--out <DIR>',
      'directory of the new run (default: the first name that is free of RUN-mean, RUN-mean.2, …)',
    )
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'one JSON document on standard output')
    .action((directories: string[], options: AverageOptions) =>
      run(directories, options, new Output(io, options)),
    );
  example(command, 'lethe average runs/AWD runs/AWD.2 --out runs/AWD-mean');
}

// --- internal ---

async function run(directories: string[], options: AverageOptions, output: Output): Promise<void> {
  const { averageRuns } = await import('../training/average-runs.ts');
  await useThreads(options.threads);
  const { data, fetch } = options;
  const out = options.out ?? numberedNames(`${named(directories[0])}-mean`);
  let current: { split: string; tell: ReturnType<typeof evaluationProgress> } | undefined;
  const found = await interruptible(output, (signal) =>
    averageRuns(directories, {
      ...{ out, fetch, signal, dataDir: data },
      log: (line) => output.notice(line),
      onProgress: (split, done, all) => {
        // Its clock begins with it.
        if (current?.split !== split) current = { split, tell: evaluationProgress(output, split) };
        current.tell(done, all);
      },
    }),
  ).finally(() => output.live.clear());
  if (!found) throw new Interrupted();
  const { done, runs, shown, choice } = found;
  output.event({ ...done, runs });
  const rows = [...runs, { run: `${done.run}, their mean`, best: done.best }];
  output.table(
    rows.map(({ run: name, best }) => [
      name,
      figure(best?.valid[shown.metric]),
      figure(best?.test?.[shown.metric]),
    ]),
    { header: [shown.label, 'valid', 'test'], align: 'lrr' },
  );
  const better = runs.find(({ best }) => best && best.valid[choice] <= done.best.valid[choice]);
  if (better) {
    output.say(
      `The mean is no better on the validation than ${better.run}: weights average well where one run began with the other's (train --from).`,
    );
  }
  output.say();
  output.say(`${letheCommand('eval', done.run)}   measures it as any other run`);
}

/** Without a separator at its end; one that has no name of its own by the name that it has from above. */
function named(directory: string): string {
  const normal = path.join(directory, '.');
  return /^\.\.?$/.test(path.basename(normal)) ? path.resolve(normal) : normal;
}
