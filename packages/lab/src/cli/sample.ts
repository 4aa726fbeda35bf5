/** `lethe sample`: something new from a trained model, such as a piece of music or a text. */
import path from 'node:path';
import type { Command } from 'commander';
import { positiveNumber, UsageError, wholeNumber } from '../common/usage.ts';
import type { OptionValues, Sample, TaskKind } from '../tasks/kind.ts';
import { givenOptions, refuseOthers } from '../tasks/options.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { addTaskOptions, examplesOf } from './task-options.ts';
import { useThreads } from './threads.ts';

interface SampleCommandOptions {
  out?: string;
  png?: boolean;
  svg?: boolean;
  temperature: number;
  seed: number;
  length: number;
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
    .option('--temperature <X>', 'below 1 surer, above 1 wilder', temperature, 1)
    .option('--seed <N>', 'seed of the draws', wholeNumber('--seed', 0), 1)
    .option('--length <N>', 'time steps, or tokens, to draw', wholeNumber('--length', 1, 10_000_000), 100);
  addTaskOptions(command, samplingOptions)
    .option('--threads <N>', 'threads (default: LETHE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set')
    .option('--json', 'one JSON document on standard output')
    .action((directory: string, options: SampleCommandOptions) =>
      run(directory, options, new Output(io, options)),
    );
  example(command, ...examplesOf('sample'));
}

// --- internal ---

const samplingOptions = ({ sampling }: TaskKind) => sampling?.options;

const aboveZero = positiveNumber('--temperature');

/** Zero goes through: what to do instead depends on the task. */
function temperature(text: string): number {
  return text.trim() !== '' && Number(text) === 0 ? 0 : aboveZero(text);
}

async function run(directory: string, options: SampleCommandOptions, output: Output): Promise<void> {
  await useThreads(options.threads);
  const { readConfig } = await import('../training/run-config.ts');
  const { runPaths } = await import('../runs/run-directory.ts');
  const { kindOf } = await import('../tasks/registry.ts');
  const { sampleToFile } = await import('./sample-file.ts');
  const kind = kindOf(readConfig(runPaths(directory)).task);
  const all = options as unknown as OptionValues;
  refuseOthers(
    kind,
    samplingOptions,
    all,
    (option, others) =>
      `${option} is for runs of ${others.map(({ name }) => name).join(' and ')}, found one of ${kind.name}`,
  );
  if (options.temperature === 0 && kind.sampling) {
    throw new UsageError(`--temperature expects a number above 0, found 0; ${kind.sampling.surest}`);
  }
  const { out, seed, length, temperature, fetch } = options;
  const made = await sampleToFile(
    directory,
    { out, seed, length, temperature, fetch, dataDir: options.data, log: (line) => output.notice(line) },
    givenOptions(kind.sampling?.options, all),
  );
  const { file, event, lines, text, picture } = made;
  const endings = (['png', 'svg'] as const).filter((ending) => options[ending]);
  const pictures = endings.length === 0 ? [] : await drawn(made, endings, output);
  output.event({ run: directory, file, ...(picture && { pictures }), ...event });
  if (text !== undefined && out === undefined) {
    if (output.json) return;
    // Text alone goes to standard output, so that it can be piped on.
    output.text(text);
    output.notice(`(also in ${file})`);
    return;
  }
  for (const line of lines(file, output.io.columns)) output.say(line);
  for (const one of pictures) output.say(one);
}

/** Writes pictures of what was made beside its file. */
async function drawn(
  { file, picture }: Sample & { file: string },
  endings: readonly ('png' | 'svg')[],
  output: Output,
): Promise<string[]> {
  const { writePicture } = await import('./picture-files.ts');
  const { dir, name } = path.parse(file);
  const made = picture?.(name);
  if (!made) {
    output.notice('no picture: the piece is silence');
    return [];
  }
  const files = endings.map((ending) => path.join(dir, `${name}.${ending}`));
  for (const one of files) await writePicture(one, made.svg);
  return files;
}
