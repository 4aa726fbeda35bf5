/** `lethe train`: trains a recipe or a data set into a new run directory. */
import fs from 'node:fs';
import type { Command } from 'commander';
import { DataError } from 'lethe';
import { collect, positiveNumber, wholeNumber } from '../common/usage.ts';
import { observerNames } from '../runs/observer-names.ts';
import { splitTask } from '../tasks/data-sets.ts';
import type { OptionValues, TaskKind } from '../tasks/kind.ts';
import { valueName } from '../tasks/options.ts';
import { taskKinds } from '../tasks/registry.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { namingOptions } from './naming-options.ts';
import { Output } from './output.ts';
import { defaultRun } from './run-name.ts';
import { addTaskOptions, configOptions, configSettings, examplesOf } from './task-options.ts';
import { endOf, stopping, TrainingReport } from './training-report.ts';

/** Beside those that are keys of the configuration. */
interface TrainCommandOptions {
  out?: string;
  paperQuirks?: boolean;
  observe?: string[];
  data?: string;
  fetch: boolean;
  set?: string[];
  json?: boolean;
}

/** Adds `train` to the command. */
export function addTrain(lethe: Command, io: Io): void {
  const command = lethe
    .command('train')
    .description('trains a model into a new run directory')
    .argument(
      '<target>',
      `a recipe (bayer2013/jsb-fast, my.yaml; \`lethe recipes\` lists them) or TASK/DATASET (${examplesOf('targets').join(', ')})`,
    )
    .option('--out <DIR>', 'run directory, which must not exist (default: runs/<dataset>-<method>-<seed>)')
    .option('--cell <NAME>', 'recurrent cell: rnn, lstm, gru; of music also deep-rnn')
    .option('--hidden <N>', 'hidden units of each layer', wholeNumber('--hidden', 1))
    .option('--layers <N>', 'recurrent layers', wholeNumber('--layers', 1))
    .option(
      '--dropout <METHOD>',
      'METHOD[:key=value,…][+METHOD…], rates are probabilities of dropping; `lethe methods` lists them',
    );
  addTaskOptions(command, configOptions)
    .option('--epochs <N>', 'epochs at most', wholeNumber('--epochs', 1))
    .option(
      '--minutes <N>',
      'minutes in all, reading and the final test included',
      positiveNumber('--minutes'),
    )
    .option(
      '--evaluation-share <X>',
      'of validation and test that is evaluated (default: 1, less where --minutes does not allow for it)',
      positiveNumber('--evaluation-share', 1),
    )
    .option(
      '--patience <N>',
      'epochs without a better validation after which it ends',
      wholeNumber('--patience', 1),
    )
    .option(
      '--schedule <KIND>',
      'how the step rate moves, KIND[:key=value,…]: constant, warmup, linear, cosine, one-cycle, after, at, worse; keys as `lethe config` has them',
    )
    .option('--average <KIND>', 'average of the weights, KIND[:key=value,…]: none, tail, exponential')
    .option('--seed <N>', 'seed of all random numbers', wholeNumber('--seed', 0))
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--dtype <TYPE>', 'f32 or bf16')
    .option('--from <RUN>', 'begin with the best weights of another run (fine-tuning)')
    .option('--paper-quirks', 'of a recipe: what the code behind the published figure does differently')
    .option(
      '--observe <NAME,…>',
      `what to note after every epoch: ${observerNames.join(', ')}; may be repeated`,
      collect,
    )
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option(
      '--set <KEY=VALUE>',
      'any key that `lethe config TASK` lists, e.g. optimizer.stepRate=.001; may be repeated',
      collect,
    )
    .option('--json', 'JSON lines on standard output, one an event')
    .action((target: string, options: TrainCommandOptions) =>
      namingOptions(
        ({ byTrain }) => byTrain,
        () => run(target, options, new Output(io, options)),
      ),
    );
  command.addHelpText(
    'after',
    '\nWhat is not given is as the recipe has it, else as `lethe config TASK` says.',
  );
  example(command, ...examplesOf('train'));
}

// --- internal ---

async function run(target: string, options: TrainCommandOptions, output: Output): Promise<void> {
  const { kindOfTarget, resolveConfig } = await import('../training/resolve.ts');
  const { commonOptions } = await import('../training/option-names.ts');
  const { train } = await import('../training/train.ts');
  const kind = kindOfTarget(target) ?? taskKinds[0];
  const config = resolveConfig(target, {
    settings: {
      ...settingsOf(options, commonOptions),
      ...configSettings(kind, target, options as unknown as OptionValues),
    },
    set: options.set,
    paperQuirks: options.paperQuirks,
  });
  const report = new TrainingReport(output);
  const result = await interruptible(
    output,
    (signal) =>
      train(config, {
        out: options.out ?? defaultRun(config),
        dataDir: options.data,
        fetch: options.fetch,
        log: (line) => output.notice(line),
        onEvent: report.event,
        onProgress: report.progress,
        signal,
      }),
    stopping,
  )
    .catch((error: unknown) => {
      throw withGuess(error, target, kind);
    })
    .finally(() => output.live.clear());
  endOf(result);
}

/** An error about data whose task nobody said: which was found, and how another is said. */
function withGuess(error: unknown, target: string, kind: TaskKind): unknown {
  if (!(error instanceof DataError) || splitTask(target).kind || !fs.existsSync(target)) return error;
  if (/\.(ya?ml|json)$/i.test(target)) return error;
  const others = taskKinds.filter((one) => one !== kind && one.data.claim(target) > 0);
  if (others.length === 0) return error;
  const targets = others.map(({ name }) => `\`lethe train ${name}/${target}\``).join(' or ');
  return new DataError(
    `${error.message}; it was taken for data of ${kind.name}, ${targets} takes it otherwise`,
    {
      cause: error,
    },
  );
}

/** The options that are keys of the configuration under a shorter name. */
function settingsOf(
  options: TrainCommandOptions,
  names: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const { observe } = options;
  const given: Record<string, unknown> = {
    ...options,
    observe: observe && [...new Set(observe.flatMap((names) => names.split(',')))],
  };
  return Object.fromEntries(Object.entries(names).map(([key, option]) => [key, given[valueName(option)]]));
}
