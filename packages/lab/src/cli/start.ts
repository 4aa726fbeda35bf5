/**
 * `lethe start`, what `npm start` runs: a plain RNN and a fast-dropout RNN trained side by side on music, in
 * about two minutes, with a piece from each at the end. Both train in this process, step by step in turn, so
 * that they get the same machine; each is an ordinary run that the other commands read.
 */
import type { Command } from 'commander';
import type { MusicData } from '../data/music/dataset.ts';
import type { Config } from '../training/config.ts';
import type { DoneEvent, InterruptedEvent, TrainResult } from '../training/events.ts';
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
import { Interrupted, positiveNumber, wholeNumber } from './usage.ts';

interface StartOptions {
  minutes: number;
  seed: number;
  threads?: number;
  data?: string;
  fetch: boolean;
  json?: boolean;
}

/** The two models: a name, and its regularizer in the words of `--dropout`. */
const contenders = [
  { name: 'plain', title: 'plain tanh RNN', dropout: 'none' },
  { name: 'fast', title: 'fast-dropout RNN', dropout: 'fast:input=.1,recurrent=.5,output=.5' },
] as const;

/** Seconds of the two minutes that are not training: loading, measuring, the test set, sampling. */
const reserve = 10;

/** Adds `start` to the command. */
export function addStart(lethe: Command, io: Io): void {
  const command = lethe
    .command('start')
    .description('a first look: a plain and a fast-dropout RNN side by side on real music, in two minutes')
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
  const { startData } = await import('./start-data.ts');
  const { chooseSize, sizes } = await import('./start-size.ts');
  const engine = await useThreads(options.threads);
  const data = await interruptible(output, (signal) =>
    startData({ dataDir: options.data, fetch: options.fetch, signal }, output),
  );
  output.say(`data    ${data.name}, ${data.source}`);
  const threads = engine.threads();
  output.say(`engine  ${engine.engine}, ${engine.isa}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`);

  const { resolveConfig } = await import('../training/resolve.ts');
  const seconds = (): number =>
    Math.max(1, 60 * options.minutes - reserve - (performance.now() - begun) / 1000);
  const configs = (hidden: number): Config[] =>
    contenders.map(({ dropout }) =>
      resolveConfig(`music/${data.name}`, {
        settings: {
          'model.hidden': hidden,
          // In the fewer epochs of a smaller model, more and smaller steps go further.
          'training.batch': hidden < sizes[0] ? 16 : 50,
          'model.maxIncoming': Math.min(15, hidden),
          'model.dropout': dropout,
          'training.minutes': seconds() / 60,
          // The one that overfits first leaves its time to the other.
          'training.patience': 40,
          seed: options.seed,
          threads: options.threads,
        },
      }),
    );
  const size = chooseSize(configs, data, seconds());
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
  await summary(done, data, options.seed, output);
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
async function trainBoth(
  configs: readonly Config[],
  data: MusicData,
  output: Output,
): Promise<TrainResult[]> {
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

/** The table, and a piece from each model. */
async function summary(
  done: readonly DoneEvent[],
  data: MusicData,
  seed: number,
  output: Output,
): Promise<void> {
  const { sampleToFile } = await import('./sample-file.ts');
  const pieces: string[] = [];
  for (const { run } of done) {
    const { file } = await sampleToFile(run, {
      length: 64,
      seed,
      prime: 0,
      split: 'test',
      primeFrames: 8,
      data,
    });
    pieces.push(file);
  }
  output.event({
    event: 'summary',
    models: done.map(({ run, best, seconds }, i) => ({
      model: contenders[i].name,
      run,
      best,
      seconds,
      sample: pieces[i],
    })),
  });
  output.say();
  output.table(
    done.map(({ best, seconds }, i) => [
      contenders[i].title,
      figure(best.train.nll_per_step),
      figure(best.valid.nll_per_step),
      figure(best.test.nll_per_step),
      String(best.epoch),
      seconds.toFixed(0),
    ]),
    { header: ['model', 'train', 'valid', 'test', 'best epoch', 'seconds'], align: 'lrrrrr' },
  );
  output.say(
    '(NLL per time step, natural log, lower is better; train with noise on; both shared the machine)',
  );
  output.say();
  output.table(
    done.map(({ run }, i) => [contenders[i].title, run, pieces[i]]),
    { header: ['model', 'run', 'a piece'], align: 'lll' },
  );
  output.say();
}
