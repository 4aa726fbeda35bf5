/** `lethe reproduce`: a figure or a table of a paper, made anew with this library. */
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { Interrupted, oneOf, positiveNumber, UsageError, wholeNumber } from '../common/usage.ts';
import type { Reproduced } from '../experiments/reproduce/reproduction.ts';
import type { Trainings } from '../experiments/reproduce/trainings.ts';
import { type Pruner, pruners } from '../experiments/search/prune.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { table } from './table.ts';
import { useThreads } from './threads.ts';

interface ReproduceOptions {
  figure?: string;
  table?: string;
  out?: string;
  runs?: string;
  collect?: boolean;
  trials: number;
  seed: number;
  minutes?: number;
  prune: Pruner;
  workers?: number;
  threads?: number;
  data?: string;
  fetch: boolean;
  json?: boolean;
}

/** Adds `reproduce` to the command. */
export function addReproduce(lethe: Command, io: Io): void {
  const command = lethe
    .command('reproduce')
    .description(
      'makes a figure or a table of a paper anew: figures as SVG, PNG and CSV, tables as text and CSV',
    )
    .argument('<paper>', 'a paper that there are reproductions of: bayer2013')
    .option('--figure <N>', 'a figure, by its number')
    .option('--table <N>', 'a table, by its number or its name')
    .option('--out <DIR>', 'directory to write to (default: reproduced/PAPER; tables are written with --out)')
    .option('--runs <DIR>', 'where its trainings are, or will be (default: reproduced/PAPER/runs)')
    .option('--collect', 'train nothing: show what is there')
    .option('--trials <N>', 'trials of each search', wholeNumber('--trials', 1, 100_000), 32)
    .option('--seed <N>', 'seed of the searches', wholeNumber('--seed', 0), 1)
    .option('--minutes <N>', 'minutes of each search at most', positiveNumber('--minutes'))
    .option('--prune <RULE>', `of the searches: ${pruners.join(', ')}`, oneOf('--prune', pruners), 'none')
    .option('--workers <N>', 'trials at a time (default: cores / threads)', wholeNumber('--workers', 1))
    .option(
      '--threads <N>',
      'threads of each training (default: 1 in searches, else LETHE_THREADS or all cores)',
      wholeNumber('--threads', 1),
    )
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'one JSON document with all numbers on standard output')
    .action((paper: string, options: ReproduceOptions) => run(paper, options, new Output(io, options)));
  example(
    command,
    'lethe reproduce bayer2013 --figure 1 --out figures',
    'lethe reproduce bayer2013 --table accuracy',
    'lethe reproduce bayer2013 --table 1 --minutes 30 --prune halving --runs runs/bayer2013',
    'lethe reproduce bayer2013 --table 1 --runs runs/bayer2013 --collect',
  );
}

// --- internal ---

async function run(paper: string, options: ReproduceOptions, output: Output): Promise<void> {
  const { findReproduction, offersOf } = await import('../experiments/reproduce/registry.ts');
  const { figure, table: wanted, out } = options;
  if ((figure === undefined) === (wanted === undefined)) {
    throw new UsageError(`expects one figure or one table: ${offersOf(paper)}`);
  }
  const kind = figure === undefined ? 'table' : 'figure';
  const found = findReproduction(paper, kind, (figure ?? wanted)!);
  const { inWritableFolder } = await import('../files/writable-folder.ts');
  await useThreads(options.threads);
  const trainings = trainingsOf(paper, options);
  const made = await inWritableFolder(out, '--out', async () => {
    const made = await interruptible(
      output,
      (signal) => found.make({ log: (line) => output.notice(line), signal, trainings }),
      'stopping: what is in work saves first; the same command goes on',
    );
    return made ?? Promise.reject(new Interrupted());
  });
  const directory = out ?? path.join('reproduced', paper);
  const files = await write(made, `${kind}-${found.number}`, directory, options, output);
  output.event({ paper, kind, number: found.number, title: found.title, ...made, figures: undefined, files });
  for (const { title, header, rows, align } of made.tables ?? []) {
    output.say(title);
    output.table(rows, { header, align });
    output.say();
  }
  output.say(made.caption);
  if (files.length > 0) output.say(`\nwritten: ${files.join(', ')}`);
}

function trainingsOf(paper: string, options: ReproduceOptions): Trainings {
  const { runs, collect = false, trials, seed, prune, minutes, workers, threads, data, fetch } = options;
  return {
    directory: runs ?? path.join('reproduced', paper, 'runs'),
    collect,
    ...{ trials, seed, prune, minutes, threads, fetch },
    dataDir: data,
    workers: Math.min(trials, workers ?? Math.max(1, Math.floor(os.availableParallelism() / (threads ?? 1)))),
  };
}

/** Writes pictures, caption and tables; tables alone are written only where somebody named a directory. */
async function write(
  made: Reproduced,
  name: string,
  directory: string,
  options: ReproduceOptions,
  output: Output,
): Promise<string[]> {
  const { figures = [], tables = [], caption } = made;
  if (figures.length === 0 && options.out === undefined) return [];
  const { atomicWrite } = await import('../files/atomic-write.ts');
  const { makeDirectory } = await import('../files/make-directory.ts');
  const { noPng, pngRenderer } = await import('./picture-files.ts');
  const { csvOf } = await import('../pictures/data-table.ts');
  makeDirectory(directory);
  const files: string[] = [];
  const put = (file: string, content: string | Uint8Array): void => {
    files.push(path.join(directory, file));
    atomicWrite(path.join(directory, file), content);
  };
  // A platform without the renderer still has its SVG.
  const pngOf = figures.length > 0 ? await pngRenderer() : undefined;
  if (figures.length > 0 && !pngOf) output.notice(noPng);
  for (const { name: stem, svg, data } of figures) {
    put(`${stem}.svg`, `${svg}\n`);
    if (pngOf) put(`${stem}.png`, pngOf(svg));
    if (data) put(`${stem}.csv`, csvOf(data));
  }
  for (const [i, { header, rows, exact }] of tables.entries()) {
    const stem = tables.length > 1 ? `${name}-${i + 1}` : name;
    put(`${stem}.csv`, csvOf(exact ?? { header, rows }));
  }
  const texts = tables.map(({ title, header, rows, align }) => [
    title,
    ...table(rows, { header, align }),
    '',
  ]);
  put(`${name}.txt`, `${[...texts.flat(), caption].join('\n')}\n`);
  return files;
}
