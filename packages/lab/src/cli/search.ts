/** `lethe search`: hyper-parameters drawn at random from the space of a search file, one training each. */

import path from 'node:path';
import type { Command } from 'commander';
import { LetheError } from 'lethe';
import { counted } from '../common/counted.ts';
import { letheCommand } from '../common/shell.ts';
import { collect, Interrupted, oneOf, positiveNumber, wholeNumber } from '../common/usage.ts';
import type { Executor } from '../experiments/search/protocol.ts';
import { type Pruner, pruners } from '../experiments/search/prune.ts';
import type { Search } from '../experiments/search/search-file.ts';
import type { Study } from '../experiments/search/study.ts';
import { example } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { namingOptions } from './naming-options.ts';
import { Output } from './output.ts';
import { clock } from './progress.ts';
import type { SearchReport } from './search-report.ts';
import {
  addTrialOptions,
  checkTrialOptions,
  dataOfTrials,
  executorOf,
  type TrialOptions,
} from './trial-options.ts';

interface SearchCommandOptions extends TrialOptions {
  trials: number;
  seed: number;
  out?: string;
  set?: string[];
  minutes?: number;
  prune: Pruner;
  json?: boolean;
}

/** Adds `search` to the command. */
export function addSearch(lethe: Command, io: Io): void {
  const search = lethe
    .command('search')
    .description(
      'draws hyper-parameters at random, trains a model with each, and names the best by its validation; the same command goes on with a search that was stopped',
    )
    .argument('<search>', 'a search (bayer2013/search) or a YAML file with title, base, set and space')
    .option('--trials <N>', 'trials in all', wholeNumber('--trials', 1, 100_000), 32)
    .option('--seed <N>', 'seed of the parameters', wholeNumber('--seed', 0), 1)
    .option('--out <DIR>', 'study directory, new or to go on with (default: studies/<search>-<seed>)')
    .option(
      '--set <KEY=VALUE>',
      'a setting of all trials, or a parameter of the space that is fixed; may be repeated',
      collect,
    )
    .option(
      '--minutes <N>',
      'minutes of this search at most; trials then running count as pruned, with what they reached',
      positiveNumber('--minutes'),
    )
    .option('--prune <RULE>', pruners.join(', '), oneOf('--prune', pruners), 'none');
  const command = addTrialOptions(search)
    .option('--json', 'JSON lines on standard output, one an event')
    .action((target: string, options: SearchCommandOptions) =>
      namingOptions(
        ({ bySearch }) => bySearch,
        () => run(target, options, new Output(io, options)),
      ),
    );
  example(
    command,
    'lethe search bayer2013/search --trials 32 --seed 1 --out studies/jsb',
    'lethe search bayer2013/search --set dataset=nottingham --prune halving',
    'lethe search mine.yaml --workers 4 --threads 2 --minutes 60',
    'lethe search mine.yaml --queue redis://localhost:6379',
  );
}

// --- internal ---

async function run(target: string, options: SearchCommandOptions, output: Output): Promise<void> {
  const begun = performance.now();
  const { readSearch } = await import('../experiments/search/search-file.ts');
  const { Study } = await import('../experiments/search/study.ts');
  const { runSearch } = await import('../experiments/search/run-search.ts');
  const { searchPlan } = await import('../experiments/search/trial-plan.ts');
  const { SearchReport } = await import('./search-report.ts');
  const search = readSearch(target, options.set);
  const directory = options.out ?? path.join('studies', `${search.recipe.name}-${options.seed}`);
  checkTrialOptions(options);
  const study = new Study(directory, searchPlan(search, options.seed));
  let executor: Executor | undefined;
  try {
    executor = await executorOf(study, options.trials, options, output);
    const { slots } = executor;
    const report = new SearchReport(output, study, options.trials);
    study.onEvent = report.event;
    output.event({ ...study.about, study: directory, trials: options.trials });
    output.say(
      `${search.recipe.title}: ${counted(options.trials, 'trial')}${Number.isFinite(slots) ? `, ${slots} at a time,` : ''} in ${directory}`,
    );
    const before = study.trials.filter(({ state }) => state !== 'running').length;
    if (before > 0) output.say(`goes on with ${counted(before, 'trial')} that ended before`);
    const left = await interruptible(
      output,
      async (signal) => {
        if (options.queue === undefined) await dataOfTrials(study.about.config, options, output);
        const { trials, prune, minutes } = options;
        const log = (line: string): void => output.notice(line);
        await runSearch(study, executor!, { trials, prune, minutes, signal, log });
        return signal.aborted;
      },
      options.queue === undefined ? 'stopping: the trials in work save first' : 'leaving: workers go on',
    ).finally(() => output.live.clear());
    await conclude(study, search, report, output, (performance.now() - begun) / 1000, left);
    if (left) throw new Interrupted(`interrupted; the same command goes on with ${directory}`);
  } finally {
    study.close();
    await executor?.close();
  }
}

/** The table, the recipe of the best trial and the command that trains it again; `left` searches may have none. */
async function conclude(
  study: Study,
  search: Search,
  report: SearchReport,
  output: Output,
  seconds: number,
  left: boolean,
): Promise<void> {
  const { ranking } = await import('../studies/study-record.ts');
  const { writeBest } = await import('../experiments/search/best.ts');
  const { countStates } = await import('./search-report.ts');
  const [best] = ranking(study);
  const states = countStates(study.trials);
  if (!best) {
    output.event({ event: 'done', study: study.directory, states, best: null, seconds });
    const failed = study.trials.find(({ state }) => state === 'failed');
    if (left) return;
    throw new LetheError(
      'E_SEARCH',
      `no trial of ${study.directory} has a result${failed ? `: trial ${failed.number} failed, ${failed.reason}` : '; give it more time'}`,
    );
  }
  const recipe = writeBest(study.directory, search, best);
  output.event({ event: 'done', study: study.directory, states, best, recipe, seconds });
  report.sayBest();
  output.say();
  const counts = Object.entries(states).filter(([, count]) => count > 0);
  const repeats = study.trials.filter((trial) => trial.repeats !== null).length;
  const shared = repeats > 0 ? ` (${repeats} drew what another had, and were not trained again)` : '';
  const words = counts.map(([state, count]) => `${count} ${state}`).join(', ') + shared;
  output.say(`${words}, ${clock(seconds)}; the best again with other seeds:`);
  output.say(`  ${letheCommand('train', recipe)} --seed ${study.about.config.seed + 1}`);
}
