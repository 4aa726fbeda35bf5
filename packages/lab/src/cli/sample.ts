/** `lethe sample`: a piece from a trained model, as a MIDI file and as a picture in text. */
import type { Command } from 'commander';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { pianoRollText } from './piano-roll.ts';
import { useThreads } from './threads.ts';
import { oneOf, positiveNumber, UsageError, wholeNumber } from './usage.ts';

const splits = ['train', 'valid', 'test'] as const;

interface SampleOptions {
  out?: string;
  temperature: number;
  seed: number;
  length: number;
  prime: number | null;
  split: (typeof splits)[number];
  primeFrames?: number;
  threads?: number;
  data?: string;
  fetch: boolean;
  json?: boolean;
}

/** Adds `sample` to the command. */
export function addSample(lethe: Command, io: Io): void {
  const command = lethe
    .command('sample')
    .description("makes a piece with a run's best weights and writes it as MIDI")
    .argument('<run>', 'a run directory')
    .option('--out <FILE>', 'MIDI file to write (default: in samples/ of the run)')
    .option('--temperature <X>', 'below 1 surer, above 1 wilder', positiveNumber('--temperature'), 1)
    .option('--seed <N>', 'seed of the draws', wholeNumber('--seed', 0), 1)
    .option('--length <N>', 'time steps to draw', wholeNumber('--length', 1), 100)
    .option(
      '--prime <INDEX>',
      'piece whose beginning the model hears first, from 0, or none',
      primeIndex,
      null,
    )
    .option('--split <NAME>', `where --prime counts: ${splits.join(', ')}`, oneOf('--split', splits), 'test')
    .option(
      '--prime-frames <N>',
      'steps of it that are heard (default: 16)',
      wholeNumber('--prime-frames', 1),
    )
    .option('--threads <N>', 'threads', wholeNumber('--threads', 1))
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'one JSON document on standard output')
    .action((directory: string, options: SampleOptions) => run(directory, options, new Output(io, options)));
  example(command, 'lethe sample runs/jsb-chorales-fast-1 --out piece.mid --prime 3 --temperature .9');
}

// --- internal ---

function primeIndex(text: string): number | null {
  if (text === 'none') return null;
  if (!/^\d+$/.test(text)) {
    throw new UsageError(`--prime expects the number of a piece, from 0, or none, found '${text}'`);
  }
  return Number(text);
}

async function run(directory: string, options: SampleOptions, output: Output): Promise<void> {
  const { sampleToFile } = await import('./sample-file.ts');
  await useThreads(options.threads);
  const { json: _, threads: __, data, ...rest } = options;
  const log = (line: string): void => output.notice(line);
  const { file, piece, primed } = await sampleToFile(directory, { ...rest, dataDir: data, log });
  const { frames } = piece;
  output.event({
    run: directory,
    file,
    seed: options.seed,
    temperature: options.temperature,
    primed,
    frames,
  });
  for (const line of pianoRollText(frames, output.io.columns)) output.say(line);
  const begin = `, the first ${primed} from piece ${options.prime} of ${options.split}`;
  output.say();
  output.say(`${file}: ${frames.length} steps${primed > 0 ? begin : ''}`);
}
