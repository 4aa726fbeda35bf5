/** `lethe eval`: the metrics of a run's best weights on a split. */
import type { Command } from 'commander';
import { Interrupted, oneOf, positiveNumber, wholeNumber } from '../common/usage.ts';
import { lossTo } from '../tasks/baselines.ts';
import type { OptionValues, TaskKind } from '../tasks/kind.ts';
import { allOptions, givenOptions } from '../tasks/options.ts';
import { evaluationProgress } from './evaluation-progress.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { metricTable, waysOf } from './metric-table.ts';
import { Output } from './output.ts';
import { addTaskOptions, examplesOf } from './task-options.ts';
import { useThreads } from './threads.ts';

const splits = ['train', 'valid', 'test'] as const;
const which = ['best', 'last'] as const;

interface EvalOptions {
  split: (typeof splits)[number];
  weights: (typeof which)[number];
  share?: number;
  mc?: number;
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
    .option('--share <X>', 'of the split that is evaluated (default: 1)', positiveNumber('--share', 1))
    .option(
      '--mc <N>',
      'MC dropout with N draws of the noise beside it, also of a method that integrates it: probabilities averaged',
      wholeNumber('--mc', 1, 10_000),
    )
    .option('--seed <N>', 'seed of those draws', wholeNumber('--seed', 0), 1);
  addTaskOptions(command, evaluationOptions)
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'one JSON document on standard output')
    .action((directory: string, options: EvalOptions) => run(directory, options, new Output(io, options)));
  example(command, ...examplesOf('eval'));
}

// --- internal ---

const evaluationOptions = ({ evaluation }: TaskKind) => evaluation?.options;

async function run(directory: string, options: EvalOptions, output: Output): Promise<void> {
  const { evaluateBeside, shownOf } = await import('../training/trained.ts');
  await useThreads(options.threads);
  const { split, weights, share, data, fetch, mc, seed } = options;
  const own = givenOptions(allOptions(evaluationOptions), { ...options } as OptionValues);
  const found = await interruptible(output, (signal) =>
    evaluateBeside(directory, split, {
      weights,
      share,
      onProgress: evaluationProgress(output, split),
      dataDir: data,
      fetch,
      mc,
      seed,
      own,
      uncertainty: true,
      log: (line) => output.notice(line),
      signal,
    }),
  ).finally(() => output.live.clear());
  if (!found) throw new Interrupted();
  const { metrics, baselines, promises } = found;
  const shown = shownOf(directory);
  output.event({
    run: directory,
    split,
    metrics,
    ...(baselines && { baselines }),
    ...(promises.length > 0 && { calibration: promises }),
  });
  const draws = mc === 1 ? '1 draw' : `${mc} draws`;
  const others = [
    ...waysOf(metrics).map(({ prefix, words }) =>
      prefix.startsWith('mc_') ? words.replace('by MC dropout', draws) : words,
    ),
    ...(baselines ?? []).map(({ name }) => name),
  ];
  output.table(metricTable(metrics, baselines, shown.task), {
    header: [`${split} of ${directory}`, others.length > 0 ? 'test-time rule' : '', ...others, ''],
    align: `lr${'r'.repeat(others.length)}l`,
  });
  for (const promise of promises) output.say(`${promise}.`);
  const loss = lossTo(metrics, baselines ?? [], shown.metric);
  if (loss) output.say(`${loss}.`);
}
