/** `lethe ui`: the dashboard over a directory of runs and studies, in the browser, on this machine alone. */
import fs from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from 'lethe';
import { Interrupted, UsageError, wholeNumber } from '../common/usage.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';

/** What the dashboard is told. */
export interface DashboardOptions {
  /** all that it shows lies below */
  directory: string;
  /** where it listens on 127.0.0.1; 0: any that is free */
  port: number;
  /** nothing can be started or stopped */
  readOnly: boolean;
  /** the command `lethe` as a child process is started with */
  command: readonly string[];
  env: Record<string, string | undefined>;
  log?(line: string): void;
}

/** A dashboard that listens. */
export interface OpenedDashboard {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** Loads the room above; it may not be installed. */
export type DashboardRoom = () => Promise<{
  openDashboard(options: DashboardOptions): Promise<OpenedDashboard>;
}>;

interface UiOptions {
  port: number;
  readOnly?: boolean;
  json?: boolean;
}

/** Adds `ui` to the command. */
export function addUi(lethe: Command, io: Io, room: DashboardRoom | undefined): void {
  const command = lethe
    .command('ui')
    .description(
      'opens a dashboard over runs and studies in the browser, live, on this machine alone; Ctrl-C ends it and leaves the runs it started',
    )
    .argument('[directory]', 'a directory with runs and studies (default: .)')
    .option('--port <N>', 'port on 127.0.0.1; 0: any that is free', wholeNumber('--port', 0, 65_535), 7007)
    .option('--read-only', 'shows, and neither starts nor stops anything')
    .option('--json', 'one JSON document on standard output, once it listens')
    .action((directory: string | undefined, options: UiOptions) =>
      run(directory ?? '.', options, new Output(io, options), room),
    );
  example(command, 'lethe ui', 'lethe ui runs --port 8080', 'lethe ui studies --read-only');
}

// --- internal ---

async function run(
  directory: string,
  { port, readOnly = false }: UiOptions,
  output: Output,
  room: DashboardRoom | undefined,
): Promise<void> {
  const stat = fs.statSync(directory, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) {
    throw new UsageError(
      `<directory> expects a directory with runs and studies, found ${directory}, which ${stat ? 'is a file' : 'does not exist'}`,
    );
  }
  const { openDashboard } = await opened(room);
  const { io } = output;
  const dashboard = await openDashboard({
    ...{ directory: path.resolve(directory), port, readOnly, env: io.env },
    command: [process.execPath, ...process.execArgv, process.argv[1]],
    log: (line) => output.notice(line),
  });
  output.event({ url: dashboard.url, directory: path.resolve(directory), readOnly });
  output.say(dashboard.url);
  output.notice('Ctrl-C ends the dashboard; runs go on');
  await new Promise<void>((resolve) => {
    const release = io.onInterrupt(() => {
      release();
      resolve();
    });
  });
  await dashboard.close();
  throw new Interrupted('the dashboard is closed');
}

async function opened(room: DashboardRoom | undefined): ReturnType<DashboardRoom> {
  try {
    if (room) return await room();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
  }
  throw new ConfigError('the dashboard is not installed; npm install @lethe/dashboard');
}
