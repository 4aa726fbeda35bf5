/** `lethe data`: which data sets there are, where they are, what is in them. */
import type { Command } from 'commander';
import { type Encoding, encodings } from '../data/text/decode-text.ts';
import { type Level, type Tokenizer, tokenizers } from '../data/text/types.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { bar } from './progress.ts';
import { Interrupted, oneOf, positiveNumber, share, UsageError } from './usage.ts';

interface DataOptions {
  data?: string;
  fetch?: boolean;
  level?: Level;
  tokenizer?: Tokenizer | 'auto';
  encoding?: Encoding;
  stepsPerQuarter?: number;
  damaged?: number;
  json?: boolean;
}

/** Adds `data` and its three commands to the command. */
export function addData(lethe: Command, io: Io): void {
  const data = lethe.command('data').description('data sets: list, fetch, stats');
  example(data, 'lethe data stats jsb-chorales');

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
  example(fetch, 'lethe data fetch jsb-chorales', 'lethe data fetch ptb');

  const stats = data
    .command('stats')
    .description('counts, and the NLL of simple models: uniform, marginal, Markov; of text uniform, unigram')
    .argument(
      '<name>',
      'a data set of `lethe data list`, a folder or file of music (MIDI, ABC, piano-rolls), a text or a folder of texts',
    )
    .option('--level <NAME>', 'of text: word, char', oneOf('--level', ['word', 'char']))
    .option(
      '--tokenizer <NAME>',
      `of words: ${tokenizers.join(', ')}, auto (default: as the text needs it)`,
      oneOf('--tokenizer', [...tokenizers, 'auto']),
    )
    .option(
      '--encoding <NAME>',
      `of text files: ${encodings.join(', ')} (default: by their byte order mark, else utf-8)`,
      oneOf('--encoding', encodings),
    )
    .option(
      '--steps-per-quarter <N>',
      "of music of one's own: time steps in a quarter note (default: 2, eighth notes)",
      positiveNumber('--steps-per-quarter'),
    )
    .option(
      '--damaged <SHARE>',
      "of music of one's own: share of files and tunes that may be damaged (default: .1)",
      share('--damaged'),
    )
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'one JSON document on standard output')
    .action((name: string, options: DataOptions) => runStats(name, options, new Output(io, options)));
  example(
    stats,
    'lethe data stats jsb-chorales',
    'lethe data stats ptb',
    'lethe data stats book.txt --level char',
    'lethe data stats midi/ --steps-per-quarter 4',
  );
}

// --- internal ---

async function runList(options: DataOptions, output: Output): Promise<void> {
  const { listData } = await import('../data/list.ts');
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
  const { fetchable } = await import('./data-names.ts');
  const { fetchMusic } = await import('../data/music/fetch.ts');
  const { fetchText } = await import('../data/text/published.ts');
  const wanted = await fetchable(name);
  const log = (line: string): void => output.notice(line);
  const onProgress = (received: number, bytes: number): void => {
    if (output.live.shown)
      output.live.show([`${bar(received / bytes, 30)} ${size(received)} of ${size(bytes)}`]);
  };
  const found = await interruptible(output, async (signal) => {
    const options = { log, onProgress, signal };
    try {
      return wanted.task === 'music'
        ? { path: await fetchMusic(wanted.name, options) }
        : { paths: await fetchText(wanted.entry, options) };
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      throw error;
    }
  }).finally(() => output.live.clear());
  output.event({ name, ...found });
  output.say(`${name}: ${found.path ?? Object.values(found.paths).join(', ')}`);
}

async function runStats(given: string, options: DataOptions, output: Output): Promise<void> {
  const { dataNamed } = await import('./data-names.ts');
  const { showMusicStats, showTextStats } = await import('./data-stats.ts');
  const { data: dataDir, fetch, level, tokenizer, encoding, stepsPerQuarter, damaged } = options;
  const { task, name } = await dataNamed(given, { level, tokenizer, encoding });
  if (task === 'text' && (stepsPerQuarter ?? damaged) !== undefined) {
    throw new UsageError(`--steps-per-quarter and --damaged are for music, found the text ${name}`);
  }
  const from = { dataDir, fetch, log: (line: string): void => output.notice(line) };
  return task === 'music'
    ? showMusicStats(name, { ...from, stepsPerQuarter, damaged }, output)
    : showTextStats(name, { ...from, level, tokenizer, encoding }, output);
}

function size(bytes: number | null): string {
  if (bytes === null) return '-';
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
