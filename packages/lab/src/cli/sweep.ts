/** `lethe sweep`: what settings do to the loss, over their values and over seeds. */

import path from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from 'lethe';
import { counted } from '../common/counted.ts';
import { largest, least } from '../common/extremes.ts';
import { collect, positiveNumber, UsageError, wholeNumber } from '../common/usage.ts';
import type { Executor } from '../experiments/search/protocol.ts';
import type { StudyBase } from '../experiments/search/study-base.ts';
import type { sweepPlan } from '../experiments/sweep/sweep-plan.ts';
import type { Value } from '../studies/space.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { namingOptions } from './naming-options.ts';
import { Output } from './output.ts';
import { runPlanned } from './planned-study.ts';
import { SweepReport } from './sweep-report.ts';
import { examplesOf } from './task-options.ts';
import {
  addBaseOptions,
  addTrialOptions,
  type BaseOptions,
  baseSettings,
  checkTrialOptions,
  dataOfTrials,
  executorOf,
  type TrialOptions,
} from './trial-options.ts';

interface SweepOptions extends TrialOptions, BaseOptions {
  vary?: string[];
  alone?: boolean;
  seeds: number;
  seed?: number;
  dropout?: string;
  minutes?: number;
  out?: string;
  json?: boolean;
}

/** Adds `sweep` to the command. */
export function addSweep(lethe: Command, io: Io): void {
  const base = lethe
    .command('sweep')
    .description(
      'varies settings over their values, trains with several seeds at each, and shows what they do to the loss; the same command goes on with a sweep that was stopped',
    )
    .argument('<target>', 'a recipe or TASK/DATASET, as train takes it')
    .option(
      '--vary <KEY=VALUES>',
      'dropout.KEY of the method or any key of `lethe config TASK`, over START:END:STEP (both included), START:END:xFACTOR or A,B,C; may be repeated; KEY=VALUES;KEY=VALUES, quoted, moves keys together',
      collect,
    )
    .option('--alone', 'each --vary alone, the others as the recipe has them; else every combination')
    .option('--seeds <N>', 'seeds at each point', wholeNumber('--seeds', 1, 1000), 1)
    .option('--seed <N>', 'the first of them (default: that of the recipe)', wholeNumber('--seed', 0))
    .option(
      '--dropout <METHOD>',
      'METHOD[:key=value,…][+METHOD…], rates are probabilities of dropping; `lethe methods` lists them',
    )
    .option('--minutes <N>', 'minutes of each training at most', positiveNumber('--minutes'))
    .option('--out <DIR>', 'study directory, new or to go on with (default: studies/sweep-<target>-<keys>)');
  const command = addTrialOptions(addBaseOptions(base))
    .option('--json', 'JSON lines on standard output, one an event')
    .action((target: string, options: SweepOptions) =>
      namingOptions(
        ({ byStudy }) => byStudy,
        () => run(target, options, new Output(io, options)),
      ),
    );
  example(
    command,
    ...examplesOf('sweep'),
    'lethe sweep mine.csv --vary optimizer.stepRate=.0001:.1:x10 --vary model.hidden=50,100,200 --seeds 2',
    'lethe sweep mine.yaml --alone --vary dropout.input=0:.8:.2 --vary dropout.output=0:.8:.2 --epochs 10',
  );
}

// --- internal ---

async function run(target: string, options: SweepOptions, output: Output): Promise<void> {
  const begun = performance.now();
  checkTrialOptions(options);
  const { readVaried } = await import('../experiments/sweep/vary.ts');
  const { sweepPlan } = await import('../experiments/sweep/sweep-plan.ts');
  const { Study } = await import('../experiments/search/study.ts');
  const { targetLabel } = await import('./study-name.ts');
  if (!options.vary) {
    throw new UsageError('--vary is missing: what to vary, as in --vary dropout.recurrent=0:.8:.1');
  }
  const { seeds, seed, dropout, minutes, alone = false } = options;
  const varied = options.vary.map(readVaried);
  const base: StudyBase = {
    target,
    settings: {
      ...(await baseSettings(target, options)),
      seed,
      'model.dropout': dropout,
      'training.minutes': minutes,
    },
    set: options.set ?? [],
  };
  const label = targetLabel(target);
  const keys = varied.map(({ key }) => key);
  const plan = sweepPlan({ title: `Sweep on ${label}`, base, varied, alone });
  const all = plan.points * seeds;
  const directory = options.out ?? path.join('studies', `sweep-${label}-${keys.join('-')}`);
  if (options.queue === undefined) await checkModels(plan, options, output);
  const study = new Study(directory, plan);
  let executor: Executor | undefined;
  try {
    executor = await executorOf(study, all, options, output);
    const { slots } = executor;
    const report = new SweepReport(output, study, all);
    study.onEvent = report.event;
    output.event({ ...study.about, study: directory, trials: all });
    output.say(
      `${study.about.title}: ${counted(plan.points, 'point')}, ${counted(seeds, 'seed')}, ${counted(all, 'training')}${Number.isFinite(slots) ? `, ${slots} at a time,` : ''} in ${directory}`,
    );
    for (const { key, values, base, together = {} } of plan.axes) {
      output.say(
        `${key}: ${values.join(', ')} (${counted(values.length, 'value')}; the recipe has ${base ?? 'none'})`,
      );
      for (const [other, others] of Object.entries(together))
        output.say(`  with ${other}: ${others.join(', ')}`);
    }
    const before = study.trials.filter(({ state }) => state !== 'running').length;
    if (before > 0) output.say(`goes on with ${counted(before, 'training')} that ended before`);
    const conclude = (seconds: number): Promise<void> => report.conclude(seconds);
    const how = { executor, until: [all], queue: options.queue, thing: 'training', begun, conclude } as const;
    await runPlanned(study, output, how);
  } finally {
    study.close();
    await executor?.close();
  }
}

/**
 * Makes a model with the ends of every axis, and with each of its words, before anything is written: a rate without a place is an error
 * now, and no failed training later.
 */
async function checkModels(
  plan: ReturnType<typeof sweepPlan>,
  options: TrialOptions,
  output: Output,
): Promise<void> {
  const { openSession } = await import('../training/session.ts');
  const data = await dataOfTrials(plan.about.config, options, output);
  const left = new Map(plan.axes.map(({ key, values }) => [key, new Set(tellingOf(values))]));
  for (let number = 1; number <= plan.points; number++) {
    const { seed: _, ...point } = plan.parametersOf(number, [])!;
    const isNews = Object.entries(point).map(([key, value]) => left.get(key)?.delete(value));
    if (!isNews.includes(true)) continue;
    try {
      openSession(plan.configOf(point), data);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const values = Object.entries(point).map(([key, value]) => `${key}=${value}`);
      throw new ConfigError(`with ${values.join(', ')}: ${error.message}`, { cause: error });
    }
  }
}

/** Of numbers the ends, of words all. */
function tellingOf(values: readonly Value[]): Value[] {
  const numbers = values.filter((value) => typeof value === 'number');
  const ends = numbers.length > 0 ? [least(numbers), largest(numbers)] : [];
  return [...ends, ...values.filter((value) => typeof value !== 'number')];
}
