/** `lethe eval`: the metrics of a run's best weights on a split. */
import type { Command } from 'commander';
import type { CacheOptions } from '../tasks/text/cache.ts';
import { cacheOptions } from './cache-options.ts';
import { evaluationProgress } from './evaluation-progress.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { metricTable } from './metric-table.ts';
import { Output } from './output.ts';
import { useThreads } from './threads.ts';
import { Interrupted, oneOf, positiveNumber, wholeNumber } from './usage.ts';

const splits = ['train', 'valid', 'test'] as const;
const which = ['best', 'last'] as const;

interface EvalOptions {
  split: (typeof splits)[number];
  weights: (typeof which)[number];
  streams?: number;
  share?: number;
  mc?: number;
  cache?: CacheOptions;
  seed: number;
  threads?: number;
  data?: string;
  fetch: boolean;
  json?: boolean;
}

/** Adds `eval` to the command. */
export function addEval(lethe: Command, io: Io): void {
  const command = lethe
    .command('eval')
    .description(
      "measures a run's weights on a split by the test-time rule of its method, and how unsure they are: pieces of music unsplit, text in the streams of its configuration",
    )
    .argument('<run>', 'a run directory')
    .option('--split <NAME>', splits.join(', '), oneOf('--split', splits), 'test')
    .option('--weights <NAME>', which.join(', '), oneOf('--weights', which), 'best')
    .option(
      '--streams <N>',
      'of text: streams that the split is cut into, 1 as it stands (default: evaluation.* of the run)',
      wholeNumber('--streams', 1),
    )
    .option('--share <X>', 'of the split that is evaluated (default: 1)', positiveNumber('--share', 1))
    .option(
      '--mc <N>',
      'MC dropout with N draws of the noise beside it, also of a method that integrates it: probabilities averaged',
      wholeNumber('--mc', 1, 10_000),
    )
    .option(
      '--cache <OPTIONS>',
      'of text: a continuous cache beside it, as in window=500,theta=1,lambda=.1',
      cacheOptions,
    )
    .option('--seed <N>', 'seed of those draws', wholeNumber('--seed', 0), 1)
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'one JSON document on standard output')
    .action((directory: string, options: EvalOptions) => run(directory, options, new Output(io, options)));
  example(
    command,
    'lethe eval runs/jsb-chorales-fast-1 --split test --json',
    'lethe eval runs/jsb-chorales-variational-1 --mc 50',
    'lethe eval runs/ptb-none-1 --split valid --streams 1',
    'lethe eval runs/ptb-none-1 --cache window=500,theta=1,lambda=.1',
  );
}

// --- internal ---

async function run(directory: string, options: EvalOptions, output: Output): Promise<void> {
  const { evaluate } = await import('../training/trained.ts');
  await useThreads(options.threads);
  const { split, weights, streams, share, data, fetch, mc, seed, cache } = options;
  const metrics = await interruptible(output, (signal) =>
    evaluate(directory, split, {
      weights,
      streams,
      share,
      onProgress: evaluationProgress(output, split),
      dataDir: data,
      fetch,
      mc,
      seed,
      cache,
      uncertainty: true,
      log: (line) => output.notice(line),
      signal,
    }),
  ).finally(() => output.live.clear());
  if (!metrics) throw new Interrupted();
  output.event({ run: directory, split, metrics });
  const others = [
    ...(mc === undefined ? [] : [mc === 1 ? '1 draw' : `${mc} draws`]),
    ...(cache ? ['with cache'] : []),
  ];
  output.table(metricTable(metrics), {
    header: [`${split} of ${directory}`, others.length > 0 ? 'test-time rule' : '', ...others, ''],
    align: `lr${'r'.repeat(others.length)}l`,
  });
}
