/** `lethe train`: trains a recipe or a data set into a new run directory. */
import type { Command } from 'commander';
import { encodings } from '../data/text/decode-text.ts';
import { tokenizers } from '../data/text/types.ts';
import { observerNames } from '../training/observe/names.ts';
import type { trainOptions } from '../training/option-names.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { namingOptions } from './naming-options.ts';
import { Output } from './output.ts';
import { defaultRun } from './run-name.ts';
import { endOf, stopping, TrainingReport } from './training-report.ts';
import { collect, positiveNumber, UsageError, wholeNumber } from './usage.ts';

interface TrainOptions {
  out?: string;
  cell?: string;
  hidden?: number;
  layers?: number;
  dropout?: string;
  level?: string;
  tokenizer?: string;
  encoding?: string;
  stepsPerQuarter?: number;
  epochs?: number;
  minutes?: number;
  evaluationShare?: number;
  patience?: number;
  seed?: number;
  threads?: number;
  dtype?: string;
  from?: string;
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
      'a recipe (bayer2013/jsb-fast, my.yaml; `lethe recipes` lists them) or TASK/DATASET (music/nottingham, music/DIR, text/ptb, text/PATH)',
    )
    .option('--out <DIR>', 'run directory, which must not exist (default: runs/<dataset>-<method>-<seed>)')
    .option('--cell <NAME>', 'recurrent cell: rnn, lstm, gru')
    .option('--hidden <N>', 'hidden units of each layer', wholeNumber('--hidden', 1))
    .option('--layers <N>', 'recurrent layers', wholeNumber('--layers', 1))
    .option(
      '--dropout <METHOD>',
      'METHOD[:key=value,…][+METHOD…], rates are probabilities of dropping; `lethe methods` lists them',
    )
    .option('--level <NAME>', 'of text: word, char')
    .option(
      '--tokenizer <NAME>',
      `of words: ${tokenizers.join(', ')} (case and punctuation apart), auto (default: as the text needs it)`,
    )
    .option(
      '--encoding <NAME>',
      `of text files: ${encodings.join(', ')} (default: by their byte order mark, else utf-8)`,
    )
    .option(
      '--steps-per-quarter <N>',
      "of music of one's own: time steps in a quarter note (default: 2, eighth notes)",
      positiveNumber('--steps-per-quarter'),
    )
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
    .action((target: string, options: TrainOptions) =>
      namingOptions(
        ({ byTrain }) => byTrain,
        () => run(target, options, new Output(io, options)),
      ),
    );
  command.addHelpText(
    'after',
    '\nWhat is not given is as the recipe has it, else as `lethe config TASK` says.',
  );
  example(
    command,
    'lethe train bayer2013/jsb-fast --minutes 10',
    'lethe train music/jsb-chorales --cell gru --layers 2 --dropout zoneout:hidden=.1',
    'lethe train bayer2013/jsb-fast --observe decomposition,spectral-radius',
    'lethe train zaremba2014/ptb-small',
    'lethe train text/ptb --hidden 400 --dropout variational:input=.3,recurrent=.2,output=.3 --epochs 20',
    'lethe train text/book.txt --level char --dropout variational:input=.2,recurrent=.2',
    'lethe train music/nottingham --hidden 200 --dropout fast:input=.1,recurrent=.2,output=.5 --out runs/mine',
  );
}

// --- internal ---

async function run(target: string, options: TrainOptions, output: Output): Promise<void> {
  const { resolveConfig } = await import('../training/resolve.ts');
  const { trainOptions } = await import('../training/option-names.ts');
  const { train } = await import('../training/train.ts');
  for (const option of ['level', 'tokenizer', 'encoding'] as const) {
    if (options[option] === undefined || !/^music\//.test(target)) continue;
    throw new UsageError(`--${option} is for texts, found ${target}`);
  }
  if (options.stepsPerQuarter !== undefined && /^text\//.test(target)) {
    throw new UsageError(`--steps-per-quarter is for music, found ${target}`);
  }
  const config = resolveConfig(target, {
    settings: settingsOf(options, trainOptions),
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
  ).finally(() => output.live.clear());
  endOf(result);
}

/** The options that are keys of the configuration under a shorter name. */
function settingsOf(options: TrainOptions, names: typeof trainOptions): Record<string, unknown> {
  const { observe } = options;
  const given: Record<string, unknown> = {
    ...options,
    observe: observe && [...new Set(observe.flatMap((names) => names.split(',')))],
  };
  return Object.fromEntries(Object.entries(names).map(([key, option]) => [key, given[nameOf(option)]]));
}

/** `--evaluation-share` as the parser of the command line calls it. */
const nameOf = (option: string): string =>
  option.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
