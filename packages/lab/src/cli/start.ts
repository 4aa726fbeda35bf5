/**
 * `lethe start`, what `npm start` runs: two models of a task trained side by side on real data, in
 * about two minutes, with something that each has made at the end. Both train in this process, step by step in turn, so
 * that they get the same machine; each is an ordinary run that the other commands read.
 */

import type { Command } from 'commander';
import { counted } from '../common/counted.ts';
import { Interrupted, positiveNumber, wholeNumber } from '../common/usage.ts';
import type { Config } from '../runs/config.ts';
import type { DoneEvent, InterruptedEvent, TrainResult } from '../runs/events.ts';
import type { QuickStart, TaskData, TaskKind } from '../tasks/kind.ts';
import { lookupIn } from '../tasks/kind.ts';
import { taskKinds } from '../tasks/registry.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { clock } from './progress.ts';
import { freeRuns } from './run-name.ts';
import { SideBySide } from './side-by-side.ts';
import type { StartSize } from './start-size.ts';
import { useThreads } from './threads.ts';
import { figure, stopping } from './training-report.ts';

interface StartOptions {
  minutes: number;
  seed: number;
  threads?: number;
  data?: string;
  fetch: boolean;
  json?: boolean;
}

/** The task that is shown. */
const kind = taskKinds.find(({ quickStart }) => quickStart) as TaskKind & {
  quickStart: QuickStart<TaskData>;
};
const { contenders, sizes, settings, sample, on, reading } = kind.quickStart;

/** Seconds of the two minutes that are not training: loading, measuring, the test set, sampling. */
const reserve = 10;

/** Adds `start` to the command. */
export function addStart(lethe: Command, io: Io): void {
  const command = lethe
    .command('start')
    .description(
      `a first look: ${contenders.map(({ title }) => `a ${title}`).join(' and ')} side by side on ${on}, in two minutes`,
    )
    .option('--minutes <N>', 'minutes in all', positiveNumber('--minutes'), 2)
    .option('--seed <N>', 'seed of all random numbers', wholeNumber('--seed', 0), 1)
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'JSON lines on standard output, one an event')
    .action((options: StartOptions) => run(options, new Output(io, options)));
  example(command, 'lethe start');
}

// --- internal ---

async function run(options: StartOptions, output: Output): Promise<void> {
  const begun = performance.now();
  const { chooseSize } = await import('./start-size.ts');
  const engine = await useThreads(options.threads);
  const data = await interruptible(output, (signal) =>
    kind.quickStart.data({
      dataDir: options.data,
      fetch: options.fetch,
      signal,
      log: (line) => output.notice(line),
    }),
  );
  output.say(`data    ${data.name}, ${data.source}`);
  const threads = engine.threads();
  output.say(`engine  ${engine.engine}, ${engine.isa}, ${counted(threads, 'thread')}`);

  const { resolveConfig } = await import('../training/resolve.ts');
  const seconds = (): number =>
    Math.max(1, 60 * options.minutes - reserve - (performance.now() - begun) / 1000);
  const configs = (hidden: number): Config[] =>
    contenders.map(({ dropout }) =>
      resolveConfig(`${kind.name}/${data.name}`, {
        settings: {
          ...settings(hidden),
          'model.dropout': dropout,
          'training.minutes': seconds() / 60,
          // The one that overfits first leaves its time to the other.
          'training.patience': 40,
          seed: options.seed,
          threads: options.threads,
        },
      }),
    );
  const size = chooseSize(kind.quickStart, configs, data, seconds());
  output.say(`size    ${sizeInWords(size, sizes[0], engine.engine)}`);
  output.say();

  const results = await trainBoth(configs(size.hidden), data, output);
  const done = results.filter((result): result is DoneEvent => result.event === 'done');
  const stopped = results.filter((result): result is InterruptedEvent => result.event === 'interrupted');
  if (stopped.length > 0) {
    throw new Interrupted(
      `interrupted and saved; ${stopped.map(({ resume }) => `\`${resume}\``).join(' and ')} go on`,
    );
  }
  for (const { diverged } of done) if (diverged) output.notice(diverged.sentence);
  await summary(done, configs(size.hidden)[0], data, options.seed, output);
  output.say(`${clock((performance.now() - begun) / 1000)} in all`);
}

function sizeInWords({ hidden, epochs }: StartSize, full: number, engine: string): string {
  const smaller =
    hidden === full
      ? `${hidden} hidden units, as in the paper`
      : `${hidden} hidden units instead of ${full}, so that the ${engine} engine ends in time`;
  return `${smaller}; about ${epochs} epochs of each`;
}

/** Trains all of them in turn; the first failure stops the others, which save what they have. */
async function trainBoth(configs: readonly Config[], data: TaskData, output: Output): Promise<TrainResult[]> {
  const { train } = await import('../training/train.ts');
  const runs = freeRuns(contenders.map(({ name }) => `start-${name}`));
  const view = new SideBySide(
    output,
    contenders.map(({ name }) => name),
  );
  return interruptible(
    output,
    async (signal) => {
      const failed = new AbortController();
      const ended = await Promise.allSettled(
        configs.map(async (config, i) => {
          try {
            const listener = view.listener(i);
            return await train(config, {
              out: runs[i],
              data,
              ...listener,
              signal: AbortSignal.any([signal, failed.signal]),
            });
          } catch (error) {
            failed.abort();
            throw error;
          }
        }),
      );
      output.live.clear();
      const failure = ended.find((result) => result.status === 'rejected');
      if (failure) throw failure.reason;
      return ended.map((result) => (result as PromiseFulfilledResult<TrainResult>).value);
    },
    stopping,
  );
}

/** The table, and what each model makes. */
async function summary(
  done: readonly DoneEvent[],
  config: Config,
  data: TaskData,
  seed: number,
  output: Output,
): Promise<void> {
  const { sampleToFile } = await import('./sample-file.ts');
  const made: string[] = [];
  for (const { run } of done) {
    const { file } = await sampleToFile(run, { ...sample.options, seed, data }, sample.given);
    made.push(file);
  }
  const { shown } = kind.metric(lookupIn(config));
  output.event({
    event: 'summary',
    models: done.map(({ run, best, seconds }, i) => ({
      model: contenders[i].name,
      run,
      best,
      seconds,
      sample: made[i],
    })),
  });
  output.say();
  output.table(
    done.map(({ best, seconds }, i) => [
      contenders[i].title,
      figure(best.train[shown.metric]),
      figure(best.valid[shown.metric]),
      figure(best.test[shown.metric]),
      String(best.epoch),
      seconds.toFixed(0),
    ]),
    { header: ['model', 'train', 'valid', 'test', 'best epoch', 'seconds'], align: 'lrrrrr' },
  );
  output.say(`(${reading})`);
  output.say();
  output.table(
    done.map(({ run }, i) => [contenders[i].title, run, made[i]]),
    { header: ['model', 'run', sample.called], align: 'lll' },
  );
  output.say();
}
