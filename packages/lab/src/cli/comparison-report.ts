/** What `compare` shows: the trials as they end, then the table of methods. */
import path from 'node:path';
import { writeRecipe } from '../experiments/search/best.ts';
import { makeDirectory } from '../files/make-directory.ts';
import { fileNames } from '../pictures/picture.ts';
import {
  type ComparedResult,
  type ComparisonResult,
  comparisonOf,
  settingText,
} from '../studies/comparison.ts';
import { differenceText, spreadText } from '../studies/figures.ts';
import type { StudyEvent } from '../studies/journal.ts';
import { decidingWords, metricWords } from '../tasks/metric-words.ts';
import { clock } from './progress.ts';
import { countStates, SearchReport } from './search-report.ts';
import { writeStudyReport } from './study-report.ts';

/** Follows a comparison and prints it. */
export class ComparisonReport extends SearchReport {
  /** The table, a recipe for each method, and the report; all of it again each time. */
  async conclude(seconds: number): Promise<void> {
    const { directory, about, trials } = this.study;
    const result = comparisonOf({ about, trials });
    const { methods, seeds } = result;
    const recipes = this.#writeRecipes(methods);
    const report = await writeStudyReport(directory);
    const out = this.output;
    out.event({
      event: 'done',
      study: directory,
      states: countStates(trials),
      metric: about.shown.metric,
      seeds,
      methods: methods.map((one, i) => ({
        rank: i + 1,
        method: one.name,
        trial: one.chosen?.number ?? null,
        parameters: one.chosen?.parameters ?? null,
        trials: one.finals.map(({ number }) => number),
        train: one.train ?? null,
        valid: one.valid ?? null,
        test: one.test ?? null,
        toBest: one.toBest ?? null,
        toNone: one.toNone ?? null,
        seconds: one.seconds,
        recipe: recipes[i] ?? null,
      })),
      report,
      seconds,
    });
    const hasNone = methods.some(({ toNone }) => toNone !== undefined);
    out.say();
    out.table(
      methods.map((one, i) => [
        String(i + 1),
        one.name,
        spreadText(one.valid),
        spreadText(one.test),
        String(one.valid?.count ?? 0),
        differenceText(one.toBest),
        ...(hasNone ? [differenceText(one.toNone)] : []),
        clock(one.seconds),
      ]),
      {
        header: [
          '',
          'method',
          'valid',
          'test',
          'seeds',
          'to the best',
          ...(hasNone ? ['to none'] : []),
          'work',
        ],
        align: 'rlrrrrrr',
      },
    );
    if (seeds.length > 0) for (const line of readingOf(result, about)) out.say(line);
    out.say();
    for (const { name, chosen, searched } of methods) {
      const failed = searched.find(({ state }) => state === 'failed');
      const why = failed ? `no setting has a result: ${failed.reason}` : 'no setting has a result';
      out.say(`${name}: ${chosen ? settingText(chosen.parameters) || 'nothing to set' : why}`);
    }
    out.say();
    out.say(`recipes in ${path.join(directory, 'recipes')}; report in ${report}`);
  }

  #writeRecipes(methods: readonly ComparedResult[]): (string | undefined)[] {
    const { directory } = this.study;
    makeDirectory(path.join(directory, 'recipes'));
    const names = fileNames(methods.map(({ name }) => name));
    return methods.map(({ name, chosen }, i) => {
      if (!chosen) return undefined;
      const file = path.join(directory, 'recipes', `${names[i]}.yaml`);
      writeRecipe(file, this.study.configOf(chosen.parameters), {
        comment: `Trial ${chosen.number} of ${path.basename(path.resolve(directory))}: the best of ${name} by its validation.`,
        tree: { title: `${this.study.about.title}: ${name}` },
      });
      return file;
    });
  }
}

/** How the table is to be read. */
function readingOf(
  { methods, seeds: { length: seeds } }: ComparisonResult,
  { shown, metric }: StudyEvent,
): string[] {
  const { better } = metricWords(shown.metric);
  const isWhole = methods.every(({ test }) => test === undefined || test.count === seeds);
  const freedom = isWhole
    ? `n − 1 = ${seeds - 1} degrees of freedom`
    : 'n − 1 degrees of freedom, n the seeds that both have';
  const last =
    seeds === 1
      ? ' it has no spread: differences without an interval say little)'
      : ` differences of test, this method minus the other, seed by seed, with their 95 % interval: mean ± t s/√n, t of ${freedom})`;
  return [
    `(${shown.unit}${better ? `, ${better} is better` : ''}; ${seeds === 1 ? 'one seed' : `mean ± deviation over ${seeds} seeds`} that no search has seen;`,
    ` order and weights by the validation${decidingWords(metric, shown.metric)} alone, test measured once;`,
    last,
  ];
}
