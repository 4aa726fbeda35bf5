/** `lethe predict`: what a run's model expects, piece by piece, and how unsure it is. */

import path from 'node:path';
import type { Command } from 'commander';
import { counted } from '../common/counted.ts';
import { Interrupted, UsageError, wholeNumber } from '../common/usage.ts';
import { checkWritable } from '../files/check-writable.ts';
import { type TableWriter, tableEndings, tableWriter } from '../files/table-writer.ts';
import type { OptionValues, TaskKind } from '../tasks/kind.ts';
import { givenOptions, missingOption, refuseOthers } from '../tasks/options.ts';
import { taskKinds } from '../tasks/registry.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { addTaskOptions, examplesOf } from './task-options.ts';
import { useThreads } from './threads.ts';
import { replacing } from './write-out.ts';

interface PredictOptions {
  out?: string;
  mc?: number;
  seed: number;
  threads?: number;
  json?: boolean;
}

/** Adds `predict` to the command. */
export function addPredict(lethe: Command, io: Io): void {
  const command = lethe
    .command('predict')
    .description(
      "what a run's best weights expect of data that they have not seen; of a text, of every token but the first: log probability, rank, entropy (in nats)",
    )
    .argument('<run>', `a run directory of the ${able.map(({ name }) => name).join(' or ')} task`);
  addTaskOptions(command, predictionOptions)
    .option(
      '--mc <N>',
      'MC dropout: the probabilities of N draws averaged, and their mutual information',
      wholeNumber('--mc', 1, 10_000),
    )
    .option('--seed <N>', 'seed of those draws', wholeNumber('--seed', 0), 1)
    .option(
      '--out <FILE>',
      'a row a prediction into a file, .csv or .jsonl by its ending, in place of standard output',
      outFile,
    )
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--json', 'JSON lines on standard output, one a prediction and a last one for all')
    .action((directory: string, options: PredictOptions) => run(directory, options, new Output(io, options)));
  example(command, ...examplesOf('predict'));
}

// --- internal ---

const predictionOptions = ({ prediction }: TaskKind) => prediction?.options;

const able = taskKinds.filter(({ prediction }) => prediction !== undefined);

async function run(directory: string, options: PredictOptions, output: Output): Promise<void> {
  const { notFor, openTrained } = await import('../training/trained.ts');
  const { withEngine } = await import('../runs/engine.ts');
  await useThreads(options.threads);
  const all = options as unknown as OptionValues;
  // What is wrong by itself is said before a run is read.
  for (const { prediction } of able) if (!missingOption(prediction!.options, all)) prediction!.check?.(all);
  const { kind, ...trained } = openTrained(directory);
  const { prediction } = kind;
  if (!prediction) throw notFor(directory, kind, 'prediction');
  refuseOthers(
    kind,
    predictionOptions,
    all,
    (option, others) =>
      `${option} is for runs of ${others.map(({ name }) => name).join(' and ')}, found one of ${kind.name}`,
  );
  const missing = missingOption(prediction.options, all);
  if (missing) {
    throw new UsageError(
      `required option '${missing.flags}' not specified; \`lethe predict --help\` lists what there is`,
    );
  }
  const { mc, seed, out } = options;
  if (out !== undefined) checkWritable(out);
  const { calibrationNote } = trained;
  if (calibrationNote) output.notice(calibrationNote);
  const table = out === undefined ? undefined : new RowsFile(out);
  const metrics = await interruptible(output, async (signal) => {
    const predictions = prediction.predict(trained, givenOptions(prediction.options, all), {
      ...{ mc, seed, signal },
      log: (line) => output.notice(line),
      input: (signal) => output.io.input(signal),
    });
    for (;;) {
      const { done, value } = await withEngine(trained.config, () => predictions.next());
      if (signal.aborted) throw new Interrupted();
      if (done) return value;
      for (const { columns, event, line, heading } of value) {
        if (table) {
          table.add(columns, event);
          continue;
        }
        if (event) output.event(event);
        if (line !== undefined && !output.json) output.say(heading ? output.colours.bold(line) : line);
      }
      // Whoever read the output has seen enough.
      if (output.io.closed()) {
        await predictions.return(undefined);
        return undefined;
      }
    }
  }).catch((error) => {
    table?.discard();
    throw error;
  });
  table?.finish((line) => output.notice(line));
  if (table && !output.json) output.say(`${counted(table.rows, 'row')} in ${out}`);
  if (!metrics || output.io.closed()) return;
  output.event(metrics);
  output.say();
  const { metricTable } = await import('./metric-table.ts');
  output.table(metricTable({ ...metrics }, [], kind.name), { align: 'lrl' });
}

/** The file of `--out`, made with the first line, so that one without rows has its columns. */
class RowsFile {
  rows = 0;
  readonly #file: string;
  #writer: TableWriter | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  add(columns: readonly string[] | undefined, event: object | undefined): void {
    const names = columns ?? (event && Object.keys(event));
    if (!names) return;
    this.#writer ??= tableWriter(this.#file, names);
    if (!event) return;
    this.#writer.write(event as Readonly<Record<string, unknown>>);
    this.rows++;
  }

  finish(notice: (line: string) => void): void {
    const sayReplaced = replacing(this.#file, notice);
    (this.#writer ?? tableWriter(this.#file, [])).finish();
    sayReplaced();
  }

  discard(): void {
    this.#writer?.discard();
  }
}

function outFile(text: string): string {
  const ending = path.extname(text).toLowerCase();
  if ((tableEndings as readonly string[]).includes(ending)) return text;
  throw new UsageError(`--out expects a file that ends in ${tableEndings.join(' or ')}, found '${text}'`);
}
