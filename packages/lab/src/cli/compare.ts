/** `lethe compare`: methods of dropout with one budget each, a search of their own, and the same seeds after it. */

import path from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from 'lethe';
import { counted } from '../common/counted.ts';
import { positiveNumber, wholeNumber } from '../common/usage.ts';
import type { SearchedMethod } from '../experiments/compare/method-space.ts';
import type { Executor } from '../experiments/search/protocol.ts';
import type { Study } from '../experiments/search/study.ts';
import type { StudyBase } from '../experiments/search/study-base.ts';
import { ComparisonReport } from './comparison-report.ts';
import { example } from './help.ts';
import type { Io } from './io.ts';
import { namingOptions } from './naming-options.ts';
import { Output } from './output.ts';
import { runPlanned } from './planned-study.ts';
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

interface CompareOptions extends TrialOptions, BaseOptions {
  methods?: string;
  trials: number;
  seeds: number;
  seed: number;
  minutes?: number;
  out?: string;
  json?: boolean;
}

/** Adds `compare` to the command. */
export function addCompare(lethe: Command, io: Io): void {
  const base = lethe
    .command('compare')
    .description(
      'compares methods of dropout: each has the same number of trials to find its rates, then the best of each is trained with the same seeds; the same command goes on with a comparison that was stopped',
    )
    .argument('<target>', 'a recipe or TASK/DATASET, as train takes it')
    .option(
      '--methods <LIST>',
      `methods with commas between them; settings that are given stay, the others are searched (default: ${usualMethods}, as far as the model has a place for them)`,
    )
    .option('--trials <N>', 'settings that each search tries', wholeNumber('--trials', 1, 10_000), 8)
    .option('--seeds <N>', 'seeds that the best setting is trained with', wholeNumber('--seeds', 1, 1000), 3)
    .option(
      '--minutes <N>',
      'minutes of work for each method in all, the same for each of its trainings',
      positiveNumber('--minutes'),
    )
    .option('--seed <N>', 'seed of the searches, their trainings and the draws', wholeNumber('--seed', 0), 1)
    .option(
      '--out <DIR>',
      'study directory, new or to go on with (default: studies/compare-<target>-<seed>)',
    );
  const command = addTrialOptions(addBaseOptions(base))
    .option('--json', 'JSON lines on standard output, one an event')
    .action((target: string, options: CompareOptions) =>
      namingOptions(
        ({ byStudy }) => byStudy,
        () => run(target, options, new Output(io, options)),
      ),
    );
  example(
    command,
    ...examplesOf('compare'),
    'lethe compare mine.csv --methods none,fast:form=probit,zoneout --trials 16 --epochs 30',
    'lethe report studies/compare-jsb-chorales-1',
  );
}

// --- internal ---

const usualMethods = 'none,naive,variational,semeniuta,zoneout,gaussian,awd,fast';

async function run(target: string, options: CompareOptions, output: Output): Promise<void> {
  const begun = performance.now();
  checkTrialOptions(options, true);
  const { methodList } = await import('../experiments/search/method-list.ts');
  const { comparisonPlan } = await import('../experiments/compare/comparison-plan.ts');
  const { Study } = await import('../experiments/search/study.ts');
  const { targetLabel } = await import('./study-name.ts');
  const { trials, seeds, seed, minutes } = options;
  const names = methodList(options.methods ?? usualMethods);
  const each = minutes === undefined ? undefined : Number((minutes / (trials + seeds)).toPrecision(6));
  const base: StudyBase = {
    target,
    settings: { ...(await baseSettings(target, options)), seed, 'training.minutes': each },
    set: options.set ?? [],
  };
  const methods = await spacesOf(names, base, options, output);
  const label = targetLabel(target);
  const title = `Methods on ${label}`;
  const plan = comparisonPlan({ title, base, methods, trials, seed });
  const directory = options.out ?? path.join('studies', `compare-${label}-${seed}`);
  const [searched, all] = [methods.length * trials, methods.length * (trials + seeds)];
  const study = new Study(directory, plan);
  let executor: Executor | undefined;
  try {
    executor = await executorOf(study, all, options, output);
    const report = new ComparisonReport(output, study, all);
    study.onEvent = report.event;
    output.event({ ...study.about, study: directory, trials: all });
    sayPlan(methods, study, { ...options, each, slots: executor.slots }, output);
    const conclude = (seconds: number): Promise<void> => report.conclude(seconds);
    const how = {
      executor,
      until: [searched, all],
      queue: options.queue,
      thing: 'trial',
      begun,
      conclude,
    } as const;
    await runPlanned(study, output, how);
  } finally {
    study.close();
    await executor?.close();
  }
}

/** What every method searches. A model of each is made over the data, so that what has no place is known before anything is trained. */
async function spacesOf(
  names: readonly string[],
  base: StudyBase,
  options: CompareOptions,
  output: Output,
): Promise<SearchedMethod[]> {
  const { configWith } = await import('../experiments/search/study-base.ts');
  const { methodSpace } = await import('../experiments/compare/method-space.ts');
  const { openSession } = await import('../training/session.ts');
  const { UsageError } = await import('../common/usage.ts');
  if (options.set?.some((text) => /^\s*(model\.dropout|seed)\s*=/.test(text))) {
    throw new UsageError('methods and seeds are what --methods and --seed say, and --set cannot');
  }
  const config = configWith(base, {}, 'none');
  const data = await dataOfTrials(config, options, output);
  const check = (words: string): void => {
    openSession(configWith(base, {}, words), data);
  };
  return names.flatMap((name) => {
    try {
      return [methodSpace(name, config, check)];
    } catch (error) {
      // A method that nobody asked for may have no place in a model; what is wrong with none is wrong with all.
      if (options.methods !== undefined || name === 'none' || !(error instanceof ConfigError)) throw error;
      output.notice(`${name} is left out: ${error.message}`);
      return [];
    }
  });
}

function sayPlan(
  methods: readonly SearchedMethod[],
  study: Study,
  { trials, seeds, each, slots }: CompareOptions & { each?: number; slots: number },
  output: Output,
): void {
  const { config, title } = study.about;
  const { epochs } = config.training;
  const budget = each === undefined ? counted(epochs, 'epoch') : `${counted(each, 'minute')}`;
  const time = Number.isFinite(slots) ? `, ${slots} at a time,` : '';
  output.say(
    `${title}: ${counted(methods.length, 'method')}, for each ${counted(trials, 'trial')} and ${counted(seeds, 'seed')} of at most ${budget}${time} in ${study.directory}`,
  );
  const rows = methods.map(({ name, space, leftOut }) => [
    name,
    Object.keys(space)
      .map((key) => key.replace(/^(dropout|optimizer)\./, ''))
      .join(' '),
    leftOut.map(({ parameter }) => parameter.replace(/^dropout\./, '')).join(' '),
  ]);
  output.table(rows, { header: ['method', 'searches', 'no place here for'], align: 'lll' });
  const before = study.trials.filter(({ state }) => state !== 'running').length;
  if (before > 0) output.say(`goes on with ${counted(before, 'training')} that ended before`);
}
