/** `lethe calibrate`: makes what a run predicts as sure as it is right, on data that is kept for it. */
import type { Command } from 'commander';
import { counted } from '../common/counted.ts';
import { letheCommand } from '../common/shell.ts';
import { Interrupted, wholeNumber } from '../common/usage.ts';
import type { OptionValues, TaskKind } from '../tasks/kind.ts';
import { givenOptions, refuseOthers } from '../tasks/options.ts';
import { taskKinds } from '../tasks/registry.ts';
import { evaluationProgress } from './evaluation-progress.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { addTaskOptions, examplesOf } from './task-options.ts';
import { useThreads } from './threads.ts';

interface CalibrateOptions {
  mc?: number;
  seed: number;
  threads?: number;
  data?: string;
  fetch: boolean;
  json?: boolean;
}

/** Adds `calibrate` to the command. */
export function addCalibrate(lethe: Command, io: Io): void {
  const command = lethe
    .command('calibrate')
    .description(
      'finds what makes the predictions of a run as sure as they are right, on the part of its data that is kept for it; predict, eval and report use it from then on',
    )
    .argument('<run>', `a run directory of the ${able.map(({ name }) => name).join(' or ')} task`);
  addTaskOptions(command, calibrationOptions)
    .option(
      '--mc <N>',
      'also for predictions of MC dropout with N draws, as `predict --mc N` makes them',
      wholeNumber('--mc', 1, 10_000),
    )
    .option('--seed <N>', 'seed of those draws', wholeNumber('--seed', 0), 1)
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'one JSON document on standard output')
    .action((directory: string, options: CalibrateOptions) =>
      run(directory, options, new Output(io, options)),
    );
  example(command, 'lethe calibrate runs/reviews-variational-1', ...examplesOf('calibrate'));
}

// --- internal ---

const calibrationOptions = ({ calibration }: TaskKind) => calibration?.options;

const able = taskKinds.filter(({ calibration }) => calibration !== undefined);

async function run(directory: string, options: CalibrateOptions, output: Output): Promise<void> {
  const { calibrateRun } = await import('../training/calibrate.ts');
  const { openTrained, notFor } = await import('../training/trained.ts');
  await useThreads(options.threads);
  const all = options as unknown as OptionValues;
  const { kind, run } = openTrained(directory);
  if (!kind.calibration) throw notFor(directory, kind, 'calibration');
  refuseOthers(
    kind,
    calibrationOptions,
    all,
    (option, others) =>
      `${option} is for runs of ${others.map(({ name }) => name).join(' and ')}, found one of ${kind.name}`,
  );
  const { mc, seed, data, fetch } = options;
  const ways = await interruptible(output, (signal) =>
    calibrateRun(directory, {
      ...{ mc, seed, fetch, signal, dataDir: data },
      given: givenOptions(kind.calibration!.options, all),
      log: (line) => output.notice(line),
      onProgress: evaluationProgress(output, 'calibration'),
    }),
  ).finally(() => output.live.clear());
  if (!ways) throw new Interrupted();
  output.event({
    run: directory,
    file: run.calibration,
    ways: ways.map(({ mc, found: { content, examples, promises } }) => ({
      mc,
      examples,
      promises,
      ...content,
    })),
  });
  for (const { mc, found } of ways) {
    const how = mc === null ? 'the test-time rule' : mc === 1 ? '1 draw' : `${mc} draws`;
    output.say(output.colours.bold(`${how}, ${counted(found.examples, 'example')} of the calibration split`));
    if (found.shown) output.table(found.shown.rows, found.shown);
    for (const promise of found.promises) output.say(`${promise}.`);
    output.say();
  }
  output.say(`${letheCommand('predict', directory)} --in FILE --out FILE   uses it from now on`);
}
