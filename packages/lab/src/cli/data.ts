/** `lethe data`: which data sets there are, where they are, what is in them. */
import type { Command } from 'commander';
import type { TextEntry } from '../data/text/catalogue.ts';
import type { Level } from '../data/text/types.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { bar } from './progress.ts';
import { Interrupted, oneOf } from './usage.ts';

interface DataOptions {
  data?: string;
  fetch?: boolean;
  level?: Level;
  json?: boolean;
}

/** Adds `data` and its three commands to the command. */
export function addData(lethe: Command, io: Io): void {
  const data = lethe.command('data').description('data sets: list, fetch, stats');
  example(data, 'lethe data stats jsb-chorales');

  const list = data
    .command('list')
    .description('lists the data sets and where they were found')
    .option('--data <DIR>', 'look in DIR first')
    .option('--json', 'one JSON document on standard output')
    .action((options: DataOptions) => runList(options, new Output(io, options)));
  example(list, 'lethe data list');

  const fetch = data
    .command('fetch')
    .description('downloads a data set into the cache and checks it')
    .argument('<name>', 'a data set of `lethe data list`')
    .option('--json', 'one JSON document on standard output')
    .action((name: string, options: DataOptions) => runFetch(name, options, new Output(io, options)));
  example(fetch, 'lethe data fetch jsb-chorales');

  const stats = data
    .command('stats')
    .description('counts, and the NLL of simple models: uniform, marginal, Markov; of text uniform, unigram')
    .argument('<name>', 'a data set of `lethe data list`, a folder of MIDI files, or text/PATH')
    .option('--level <NAME>', 'of text: word, char', oneOf('--level', ['word', 'char']))
    .option('--data <DIR>', 'look in DIR first')
    .option('--no-fetch', 'never download')
    .option('--json', 'one JSON document on standard output')
    .action((name: string, options: DataOptions) => runStats(name, options, new Output(io, options)));
  example(stats, 'lethe data stats jsb-chorales', 'lethe data stats text/book.txt --level char');
}

// --- internal ---

async function runList(options: DataOptions, output: Output): Promise<void> {
  const { listDataSets } = await import('../data/music/list.ts');
  const { listTextSets } = await import('../data/text/list.ts');
  const find = { dataDir: options.data };
  const datasets = [
    ...listDataSets(find).map((one) => ({ ...one, task: 'music' })),
    ...listTextSets(find).map((one) => ({ ...one, task: 'text' })),
  ];
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

async function runFetch(name: string, _: DataOptions, output: Output): Promise<void> {
  const text = await textEntry(name);
  if (text) return fetchTextSet(text, output);
  const { fetchMusic } = await import('../data/music/fetch.ts');
  const path = await interruptible(output, async (signal) => {
    try {
      return await fetchMusic(name.replace(/^music\//, ''), {
        signal,
        log: (line) => output.notice(line),
        onProgress: (received, bytes) => {
          if (output.live.shown)
            output.live.show([`${bar(received / bytes, 30)} ${size(received)} of ${size(bytes)}`]);
        },
      });
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      throw error;
    }
  }).finally(() => output.live.clear());
  output.event({ name, path });
  output.say(`${name}: ${path}`);
}

/** The published text of that name, with or without `text/` in front. */
async function textEntry(name: string): Promise<TextEntry | undefined> {
  const { textCatalogue } = await import('../data/text/catalogue.ts');
  return textCatalogue.find((entry) => entry.name === name.replace(/^text\//, ''));
}

/** Throws ConfigError with the nearest name of all, music and text, when a name is none of them and no folder. */
async function requireKnown(name: string): Promise<void> {
  const { musicNames, unknownDataSet } = await import('../data/music/names.ts');
  const { textNames } = await import('../data/text/catalogue.ts');
  const { isDirectory } = await import('../data/music/find.ts');
  if (musicNames.includes(name) || isDirectory(name)) return;
  throw unknownDataSet(name, [...musicNames, ...textNames], ', a directory of MIDI files, or text/PATH');
}

async function fetchTextSet(entry: TextEntry, output: Output): Promise<void> {
  const { fetchText } = await import('../data/text/published.ts');
  const paths = await fetchText(entry, { log: (line) => output.notice(line) });
  output.event({ name: entry.name, paths });
  output.say(`${entry.name}: ${Object.values(paths).join(', ')}`);
}

async function runTextStats(name: string, options: DataOptions, output: Output): Promise<void> {
  const { loadText } = await import('../data/text/load.ts');
  const { textStats } = await import('../data/text/stats.ts');
  const log = (line: string): void => output.notice(line);
  const { data: dataDir, fetch, level } = options;
  const stats = textStats(await loadText(name, { dataDir, fetch, level, log }));
  output.event(stats);
  const things = stats.level === 'word' ? 'words' : 'characters';
  output.say(`${stats.name}, ${stats.source}; a vocabulary of ${count(stats.vocabulary)} ${things}`);
  output.say();
  output.table(
    Object.entries(stats.splits).map(([split, { tokens, distinct, unknown, unknownShare }]) => [
      split,
      count(tokens),
      count(distinct),
      count(unknown),
      `${(100 * unknownShare).toFixed(2)} %`,
    ]),
    { header: ['split', 'tokens', 'different', '<unk>', 'share'], align: 'lrrrr' },
  );
  output.say();
  output.table(
    [
      ['uniform', nll(stats.nll.uniform), 'every token equally likely'],
      ['unigram', nll(stats.nll.unigram), 'each token by its frequency in train, counts plus one'],
    ],
    { header: ['model', 'NLL', 'per token of test, natural log'], align: 'lrl' },
  );
}

async function runStats(name: string, options: DataOptions, output: Output): Promise<void> {
  if ((await textEntry(name)) || /^text\//.test(name) || options.level) {
    return runTextStats(name.replace(/^text\//, ''), options, output);
  }
  const { loadMusic } = await import('../data/music/dataset.ts');
  const { musicStats } = await import('../data/music/stats.ts');
  await requireKnown(name.replace(/^music\//, ''));
  const log = (line: string): void => output.notice(line);
  // `music/` in front, as train takes it, is understood as well.
  const data = await loadMusic(name.replace(/^music\//, ''), {
    dataDir: options.data,
    fetch: options.fetch,
    log,
  });
  const stats = musicStats(data);
  output.event(stats);
  output.say(
    `${stats.name}, ${stats.source}; ${stats.stepsPerQuarter === 1 ? 'a step is a quarter note' : `${stats.stepsPerQuarter} steps in a quarter note`}`,
  );
  output.say();
  output.table(
    Object.entries(stats.splits).map(([split, counts]) => [
      split,
      count(counts.sequences),
      count(counts.steps),
      count(counts.notes),
      counts.notesPerStep.toFixed(4),
      count(counts.silentSteps),
      `${counts.length.min} / ${counts.length.median} / ${counts.length.max}`,
      counts.lowestNote === null ? '-' : `${counts.lowestNote}-${counts.highestNote}`,
      count(counts.mostNotes),
    ]),
    {
      header: [
        'split',
        'pieces',
        'steps',
        'notes',
        'per step',
        'silent',
        'shortest / median / longest',
        'MIDI notes',
        'chord',
      ],
      align: 'lrrrrrrrr',
    },
  );
  const { uniform, marginal, markov } = stats.nll;
  output.say();
  output.table(
    [
      ['uniform', nll(uniform), 'every note a fair coin'],
      ['marginal', nll(marginal), 'each note by its frequency in train; all steps of test'],
      ['Markov', nll(markov.nll_per_step), 'each note given itself one step before; from the second step'],
      ['', nll(markov.nll_per_sequence_mean), 'the same as the mean over pieces'],
    ],
    { header: ['model', 'NLL', 'per step of test, natural log'], align: 'lrl' },
  );
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function nll(value: number | null): string {
  return value === null ? '-' : value.toFixed(4);
}

function size(bytes: number | null): string {
  if (bytes === null) return '-';
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
