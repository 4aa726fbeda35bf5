/** `lethe sample`: a piece from a trained model as a MIDI file and as a picture in text, or text from a language model. */
import path from 'node:path';
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
  png?: boolean;
  svg?: boolean;
  temperature: number;
  seed: number;
  length: number;
  prime?: number | null;
  split?: (typeof splits)[number];
  primeFrames?: number;
  prompt?: string;
  topK?: number;
  withUnknown?: boolean;
  threads?: number;
  data?: string;
  fetch: boolean;
  json?: boolean;
}

/** Adds `sample` to the command. */
export function addSample(lethe: Command, io: Io): void {
  const command = lethe
    .command('sample')
    .description("makes a piece, or text, with a run's best weights")
    .argument('<run>', 'a run directory')
    .option('--out <FILE>', 'file to write (default: in samples/ of the run; text is printed as well)')
    .option('--png', 'of music: also a picture of the piece, beside the MIDI file')
    .option('--svg', 'of music: the same as SVG')
    .option('--temperature <X>', 'below 1 surer, above 1 wilder', temperature, 1)
    .option('--seed <N>', 'seed of the draws', wholeNumber('--seed', 0), 1)
    .option('--length <N>', 'time steps, or tokens, to draw', wholeNumber('--length', 1, 10_000_000), 100)
    .option('--prompt <TEXT>', 'of text: what it goes on from (default: the beginning of a line)')
    .option('--top-k <K>', 'of text: only the K most probable tokens', wholeNumber('--top-k', 1))
    .option('--with-unknown', 'of text: <unk> may be drawn, too')
    .option(
      '--prime <INDEX>',
      'of music: piece whose beginning the model hears first, from 0, or none (default: none)',
      primeIndex,
    )
    .option(
      '--split <NAME>',
      `of music: where --prime counts: ${splits.join(', ')} (default: test)`,
      oneOf('--split', splits),
    )
    .option(
      '--prime-frames <N>',
      'of music: steps of it that are heard (default: 16)',
      wholeNumber('--prime-frames', 1),
    )
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'one JSON document on standard output')
    .action((directory: string, options: SampleOptions) => run(directory, options, new Output(io, options)));
  example(
    command,
    'lethe sample runs/jsb-chorales-fast-1 --out piece.mid --prime 3 --temperature .9',
    'lethe sample runs/ptb-none-1 --prompt "the company said" --top-k 40',
  );
}

// --- internal ---

const aboveZero = positiveNumber('--temperature');

/** Zero goes through: what to do instead depends on the task. */
function temperature(text: string): number {
  return text.trim() !== '' && Number(text) === 0 ? 0 : aboveZero(text);
}

/** Throws UsageError that names what has the effect that the temperature 0 would have. */
function refuseZero(task: string): never {
  const instead =
    task === 'text'
      ? '--top-k 1 always takes the most probable token'
      : '--temperature .01 sounds a note where that is more probable than not';
  throw new UsageError(`--temperature expects a number above 0, found 0; ${instead}`);
}

function primeIndex(text: string): number | null {
  if (text === 'none') return null;
  if (!/^\d+$/.test(text)) {
    throw new UsageError(`--prime expects the number of a piece, from 0, or none, found '${text}'`);
  }
  return Number(text);
}

async function run(directory: string, options: SampleOptions, output: Output): Promise<void> {
  await useThreads(options.threads);
  const { readConfig } = await import('../training/run-config.ts');
  const { runPaths } = await import('../runs/run-directory.ts');
  const { task } = readConfig(runPaths(directory));
  refuseOthers(task, options);
  if (options.temperature === 0) refuseZero(task);
  return task === 'text' ? runText(directory, options, output) : runMusic(directory, options, output);
}

async function runMusic(directory: string, options: SampleOptions, output: Output): Promise<void> {
  const { sampleToFile } = await import('./sample-file.ts');
  const { out, seed, length, temperature, prime = null, split = 'test', primeFrames, fetch } = options;
  const endings = (['png', 'svg'] as const).filter((ending) => options[ending]);
  if (out !== undefined && /\.(png|svg)$/i.test(out)) {
    throw new UsageError(`--out names the MIDI file, found '${out}'; --png and --svg draw it beside`);
  }
  const { file, piece, primed, stepsPerQuarter } = await sampleToFile(directory, {
    ...{ out, seed, length, temperature, prime, split, primeFrames, fetch },
    dataDir: options.data,
    log: (line) => output.notice(line),
  });
  const { frames } = piece;
  const look = { stepsPerQuarter, given: primed };
  const pictures = endings.length === 0 ? [] : await drawn(file, frames, endings, look, output);
  output.event({ run: directory, file, pictures, seed, temperature, primed, frames });
  for (const line of pianoRollText(frames, { width: output.io.columns, ...look })) output.say(line);
  const begin = `, the first ${primed} from piece ${prime} of ${split}`;
  output.say();
  output.say(`${file}: ${frames.length} steps${primed > 0 ? begin : ''}`);
  for (const picture of pictures) output.say(picture);
}

/** Writes pictures of a piece beside its file. */
async function drawn(
  file: string,
  frames: readonly (readonly number[])[],
  endings: readonly ('png' | 'svg')[],
  look: { stepsPerQuarter?: number; given: number },
  output: Output,
): Promise<string[]> {
  const { pianoRollPicture } = await import('../report/piano-roll-picture.ts');
  const { writePicture } = await import('./picture-files.ts');
  const { dir, name } = path.parse(file);
  const picture = pianoRollPicture(name, frames, look);
  if (!picture) {
    output.notice('no picture: the piece is silence');
    return [];
  }
  const files = endings.map((ending) => path.join(dir, `${name}.${ending}`));
  for (const one of files) await writePicture(one, picture.svg);
  return files;
}

/** Text alone goes to standard output, so that it can be piped on; with `--out` it is in the file. */
async function runText(directory: string, options: SampleOptions, output: Output): Promise<void> {
  const { sampleTextToFile } = await import('./sample-text.ts');
  const { seed, temperature, length } = options;
  const { file, text, unknown } = sampleTextToFile(directory, {
    ...options,
    log: (line) => output.notice(line),
  });
  output.event({ run: directory, file, seed, temperature, unknown, text });
  if (options.out !== undefined) {
    output.say(`${file}: ${length} ${length === 1 ? 'token' : 'tokens'}`);
  } else if (!output.json) {
    output.text(text);
    output.notice(`(also in ${file})`);
  }
}

/** Options that mean nothing to a run of this task. */
function refuseOthers(task: string, options: SampleOptions): void {
  const { prompt, topK, withUnknown, prime, primeFrames, split, png, svg } = options;
  const ofMusic = { png, svg, prime, 'prime-frames': primeFrames, split };
  const ofText = { prompt, 'top-k': topK, 'with-unknown': withUnknown };
  const given = Object.entries(task === 'text' ? ofMusic : ofText).find(([, value]) => value !== undefined);
  if (!given) return;
  const other = task === 'text' ? 'music' : 'text';
  throw new UsageError(`--${given[0]} is for runs of ${other}, found one of ${task}`);
}
