/** `lethe data`: which data sets there are, where they are, what is in them. */
import type { Command } from 'commander';
import { Interrupted, UsageError } from '../common/usage.ts';
import type { OptionValues, TaskKind } from '../tasks/kind.ts';
import { allOptions, givenOptions } from '../tasks/options.ts';
import { taskKinds } from '../tasks/registry.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { bar } from './progress.ts';
import { addTaskOptions, examplesOf } from './task-options.ts';

interface DataOptions {
  data?: string;
  fetch?: boolean;
  json?: boolean;
}

/** Adds `data` and its three commands to the command. */
export function addData(lethe: Command, io: Io): void {
  const data = lethe.command('data').description('data sets: list, fetch, stats');
  example(data, examplesOf('stats')[0]);

  const list = data
    .command('list')
    .description('lists the data sets and where they were found')
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--json', 'one JSON document on standard output')
    .action((options: DataOptions) => runList(options, new Output(io, options)));
  example(list, 'lethe data list');

  const fetch = data
    .command('fetch')
    .description('downloads a data set into the cache and checks it')
    .argument('<name>', 'a data set of `lethe data list`')
    .option('--json', 'one JSON document on standard output')
    .action((name: string, options: DataOptions) => runFetch(name, new Output(io, options)));
  example(fetch, ...examplesOf('fetch'));

  const stats = data
    .command('stats')
    .description('counts, and the NLL of simple models: uniform, marginal, Markov; of text uniform, unigram')
    .argument(
      '<name>',
      `a data set of \`lethe data list\`, ${taskKinds.map(({ data }) => data.paths).join(', ')}`,
    );
  addTaskOptions(stats, dataOptions)
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'one JSON document on standard output')
    .action((name: string, options: DataOptions) => runStats(name, options, new Output(io, options)));
  example(stats, ...examplesOf('stats'));
}

// --- internal ---

const dataOptions = ({ data }: TaskKind) => data.statistics?.options;

async function runList(options: DataOptions, output: Output): Promise<void> {
  const { listData } = await import('../tasks/data-sets.ts');
  const datasets = listData({ dataDir: options.data });
  output.event({ datasets });
  output.table(
    datasets.map(({ task, name, status, bytes, title, where }) => [
      `${task}/${name}`,
      status,
      size(bytes),
      title,
      where,
    ]),
    { header: ['name', 'status', 'size', 'title', 'where'], align: 'llrll' },
  );
}

async function runFetch(name: string, output: Output): Promise<void> {
  const { fetchable } = await import('../tasks/data-sets.ts');
  const wanted = fetchable(name);
  const log = (line: string): void => output.notice(line);
  const onProgress = (received: number, bytes: number): void => {
    if (output.live.shown)
      output.live.show([`${bar(received / bytes, 30)} ${size(received)} of ${size(bytes)}`]);
  };
  const found = await interruptible(output, async (signal) => {
    try {
      return await wanted.kind.data.published!.fetch(wanted.name, { log, onProgress, signal });
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      throw error;
    }
  }).finally(() => output.live.clear());
  output.event({ name, ...found });
  output.say(`${name}: ${'path' in found ? found.path : Object.values(found.paths).join(', ')}`);
}

async function runStats(given: string, options: DataOptions, output: Output): Promise<void> {
  const { dataNamed } = await import('../tasks/data-sets.ts');
  const own = givenOptions(allOptions(dataOptions), options as OptionValues);
  const { kind, name } = dataNamed(given, own);
  const places = {
    dataDir: options.data,
    fetch: options.fetch,
    log: (line: string): void => output.notice(line),
  };
  const { statistics } = kind.data;
  if (!statistics) throw new UsageError(`data of the ${kind.name} task have no statistics, found ${name}`);
  const { event, lines } = await statistics.of(name, places, own);
  output.event(event);
  for (const line of lines) {
    if (typeof line === 'string') output.say(line);
    else output.table(line.rows, line);
  }
}

function size(bytes: number | null): string {
  if (bytes === null) return '-';
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
