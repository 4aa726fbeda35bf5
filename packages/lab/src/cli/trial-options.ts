/** Commands whose trials run in child processes here, or over a queue: their options, and who runs the trials. */
import os from 'node:os';
import type { Command } from 'commander';
import { letheCommand } from '../common/shell.ts';
import { collect, UsageError, wholeNumber } from '../common/usage.ts';
import type { Executor } from '../experiments/search/protocol.ts';
import type { Study } from '../experiments/search/study.ts';
import type { Config } from '../runs/config.ts';
import type { OptionValues, TaskData } from '../tasks/kind.ts';
import { valueName } from '../tasks/options.ts';
import { taskKinds } from '../tasks/registry.ts';
import type { Output } from './output.ts';
import { addTaskOptions, configOptions, configSettings } from './task-options.ts';

export interface TrialOptions {
  threads?: number;
  workers?: number;
  queue?: string;
  data?: string;
  fetch: boolean;
}

/** What all trials of a study have in common, as options that `train` has too; those of tasks beside. */
export interface BaseOptions {
  cell?: string;
  hidden?: number;
  layers?: number;
  epochs?: number;
  patience?: number;
  set?: string[];
}

/** Adds the options of whoever has trials run. */
export function addTrialOptions(command: Command): Command {
  return command
    .option('--threads <N>', 'threads of each trial (default: 1)', wholeNumber('--threads', 1))
    .option('--workers <N>', 'trials at a time (default: cores / threads)', wholeNumber('--workers', 1))
    .option('--queue <URL>', 'redis://host:port: trials are run by `lethe worker URL`, on any machine')
    .option('--data <DIR>', 'look for data sets in DIR first')
    .option('--no-fetch', 'never download a data set');
}

/** Adds the options that say what the trials have in common. */
export function addBaseOptions(command: Command): Command {
  command
    .option('--cell <NAME>', 'recurrent cell: rnn, lstm, gru')
    .option('--hidden <N>', 'hidden units of each layer', wholeNumber('--hidden', 1))
    .option('--layers <N>', 'recurrent layers', wholeNumber('--layers', 1));
  return addTaskOptions(command, configOptions)
    .option('--epochs <N>', 'epochs of each training at most', wholeNumber('--epochs', 1))
    .option(
      '--patience <N>',
      'epochs without a better validation after which a training ends',
      wholeNumber('--patience', 1),
    )
    .option(
      '--set <KEY=VALUE>',
      'a setting of all trainings: any key that `lethe config TASK` lists; may be repeated',
      collect,
    );
}

/** The options that are keys of the configuration. Throws UsageError for one of another task than the target's. */
export async function baseSettings(target: string, options: BaseOptions): Promise<Record<string, unknown>> {
  const { kindOfTarget } = await import('../training/resolve.ts');
  const kind = kindOfTarget(target) ?? taskKinds[0];
  const { studyOptions } = await import('../training/option-names.ts');
  const given = options as OptionValues;
  return {
    ...Object.fromEntries(
      Object.entries(studyOptions).map(([key, option]) => [key, given[valueName(option)]]),
    ),
    ...configSettings(kind, target, given),
  };
}

/** Throws UsageError for options of one place of work given for the other. */
export function checkTrialOptions({ queue, workers, threads, data }: TrialOptions, ownData = false): void {
  if (queue === undefined || (workers ?? threads ?? (ownData ? undefined : data)) === undefined) return;
  throw new UsageError(
    ownData
      ? '--workers and --threads are for trials of this process; with --queue give --threads to lethe worker'
      : '--workers, --threads and --data are for trials of this process; with --queue give --threads and --data to lethe worker',
  );
}

/** Who runs the trials of a study: child processes, or workers that the queue has. */
export async function executorOf(
  { directory, about }: Study,
  trials: number,
  { queue, threads = 1, workers, data, fetch }: TrialOptions,
  output: Output,
): Promise<Executor> {
  if (queue !== undefined) {
    const { queueExecutor } = await import('../experiments/search/queue.ts');
    const { withoutPassword } = await import('../experiments/search/redis.ts');
    const { studyId } = await import('../experiments/search/study-identity.ts');
    const executor = await queueExecutor({ url: queue, id: studyId(about), title: about.title, directory });
    output.notice(`trials wait in the queue for: ${letheCommand('worker', withoutPassword(queue))}`);
    return executor;
  }
  const { localExecutor } = await import('../experiments/search/local.ts');
  const share = Math.max(1, Math.floor(os.availableParallelism() / threads));
  return localExecutor(directory, {
    workers: Math.min(workers ?? share, trials),
    threads,
    dataDir: data,
    fetch,
  });
}

/** The data of trials: says where it is before any of them needs it, or throws that there is none. */
export async function dataOfTrials(
  config: Config,
  { data, fetch }: TrialOptions,
  output: Output,
): Promise<TaskData> {
  const { kindOf } = await import('../tasks/registry.ts');
  return kindOf(config.task).data.load(config, {
    dataDir: data,
    fetch,
    log: (line) => output.notice(line),
  });
}
