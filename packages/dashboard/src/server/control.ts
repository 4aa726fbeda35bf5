/** Starting, stopping and going on with runs, as the command line does it. */
import fs from 'node:fs';
import path from 'node:path';
import {
  defaultRunName,
  numberedNames,
  resolveConfig,
  runPaths,
  shellWord,
  writerOf,
} from '@lethe/lab/internal';
import type { Resolved, StartBody } from '../shared/api.ts';
import { type Command, launch } from './children.ts';
import type { RunEntry } from './run-entry.ts';

/** Something that cannot be done, in a sentence for people. */
export class CannotDo extends Error {
  readonly status: 404 | 409 | 422 | 500;

  constructor(status: 404 | 409 | 422 | 500, message: string) {
    super(message);
    this.status = status;
  }
}

/** What a run would be. Throws ConfigError as `lethe train` does. */
export function resolved({ target, set, paperQuirks }: Omit<StartBody, 'name'>): Resolved {
  const config = resolveConfig(target, { set, paperQuirks });
  return {
    config: config as unknown as Record<string, unknown>,
    name: defaultRunName(config),
    command: [
      `lethe train ${shellWord(target)}`,
      ...set.map((one) => `--set ${settingWord(one)}`),
      ...(paperQuirks ? ['--paper-quirks'] : []),
    ].join(' '),
  };
}

/** `KEY=VALUE` for a shell. */
export function settingWord(setting: string): string {
  const at = setting.indexOf('=') + 1;
  return setting.slice(0, at) + shellWord(setting.slice(at));
}

/**
 * Starts a run in a directory of its own below `root` and gives that directory, once it is there.
 * Throws ConfigError for a configuration that cannot be, CannotDo when the name is taken or the training ended before it began.
 */
export async function startRun(root: string, command: Command, body: StartBody): Promise<string> {
  const { name } = resolved(body);
  const folder = fs.existsSync(path.join(root, 'runs')) ? path.join(root, 'runs') : root;
  const directory = freeDirectory(folder, body.name, name);
  beginning.add(directory);
  try {
    await start(command, directory, body);
  } finally {
    beginning.delete(directory);
  }
  return directory;
}

/** Goes on with a run. Throws CannotDo when it is being written, or ends at once. */
export async function resumeRun(
  { directory }: RunEntry,
  command: Command,
  { epochs, minutes }: { epochs?: number; minutes?: number },
): Promise<void> {
  if (writerOf(directory) !== undefined) throw new CannotDo(409, 'the run is in training already');
  const words = [
    ...['resume', directory, '--json'],
    ...(epochs === undefined ? [] : ['--epochs', String(epochs)]),
    ...(minutes === undefined ? [] : ['--minutes', String(minutes)]),
  ];
  const end = await launch(command, words, () => writerOf(directory) !== undefined);
  if (end && end.code !== 0)
    throw new CannotDo(422, said(end.err) || `lethe resume ended with exit code ${end.code}`);
}

/** Asks the process that writes a run to save and end, as Ctrl-C does. Throws CannotDo where there is none on this machine. */
export function stopRun({ directory }: RunEntry): void {
  const writer = writerOf(directory);
  if (writer === undefined) throw new CannotDo(409, 'the run is not in training');
  if (writer === 'elsewhere')
    throw new CannotDo(409, 'the run is in training on another machine; stop it there');
  try {
    process.kill(writer, 'SIGINT');
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === 'ESRCH';
    throw new CannotDo(
      409,
      isGone ? 'the run has just ended' : 'its process belongs to another user; stop it as that user',
    );
  }
}

// --- internal ---

/** Directories of trainings that are being started: two requests at once get one each. */
const beginning = new Set<string>();

async function start(command: Command, directory: string, body: StartBody): Promise<void> {
  const words = [
    'train',
    body.target,
    ...body.set.flatMap((one) => ['--set', one]),
    ...(body.paperQuirks ? ['--paper-quirks'] : []),
    ...['--out', directory, '--json'],
  ];
  const hasBegun = (): boolean => fs.existsSync(runPaths(directory).config);
  const end = await launch(command, words, hasBegun);
  if (end) throw new CannotDo(422, said(end.err) || `lethe train ended with exit code ${end.code}`);
  if (!hasBegun())
    throw new CannotDo(
      409,
      'the training has not begun within a minute (it reads its data, or waits for a processor); it appears among the runs when it does',
    );
}

function freeDirectory(folder: string, named: string | undefined, byDefault: string): string {
  if (named !== undefined) {
    const directory = path.join(folder, named);
    if (isFree(directory)) return directory;
    throw new CannotDo(409, `there is a run ${named} already; choose another name`);
  }
  for (const directory of numberedNames(path.join(folder, byDefault))) {
    if (isFree(directory)) return directory;
  }
  throw new CannotDo(500, 'there is no free name');
}

const isFree = (directory: string): boolean => !fs.existsSync(directory) && !beginning.has(directory);

/** The last sentence of a command that failed. */
const said = (err: string): string => err.trim().split('\n').at(-1) ?? '';
