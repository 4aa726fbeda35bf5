/**
 * When a trial is stopped before its end. Both rules compare what a trial would be worth if it ended now, its best
 * validation so far, with what others were worth at the same epoch; one that ended by itself keeps its worth.
 *
 *   median   worse than the median of the others (D. Golovin et al. 2017, "Google Vizier", section 3.2.1)
 *   halving  at 1/27, 1/9 and 1/3 of the epochs only the best third of those that came so far goes on: asynchronous
 *            successive halving in its stopping form (L. Li et al. 2020, "A system for massively parallel
 *            hyperparameter tuning"), with one change: whether a trial belongs to that third is asked again after
 *            each of its validations. Otherwise the first trials, which met nobody at a rung, would run to the end
 *            whatever they are worth.
 */

import { least } from '../../common/extremes.ts';
import type { Trial } from '../../studies/study-record.ts';

export const pruners = ['none', 'median', 'halving'] as const;
export type Pruner = (typeof pruners)[number];

/** What the rules look at. */
export type Course = Pick<Trial, 'number' | 'state' | 'reports'>;

/** Whether the trial should be stopped after its last report. */
export function shouldPrune(
  pruner: Pruner,
  trial: Course,
  trials: readonly Course[],
  { metric, epochs }: { metric: string; epochs: number },
): boolean {
  const last = trial.reports.at(-1);
  if (!last || pruner === 'none') return false;
  const worths = (of: (other: Course) => number | undefined): number[] =>
    trials
      .filter(({ number }) => number !== trial.number)
      .map(of)
      .filter((worth) => worth !== undefined);
  if (pruner === 'median') {
    if (last.epoch < Math.ceil(epochs / WARM_UP)) return false;
    const others = worths((other) => worthAt(other, last.epoch, metric));
    return others.length >= STARTUP && worthAt(trial, last.epoch, metric)! > median(others);
  }
  const rung = rungs(epochs).findLast((rung) => last.epoch >= rung);
  if (rung === undefined) return false;
  const worth = worthAtRung(trial, rung, metric)!;
  const others = worths((other) => worthAtRung(other, rung, metric));
  const better = others.filter((other) => other < worth).length;
  return better >= Math.max(1, Math.floor((others.length + 1) / FACTOR));
}

// --- internal ---

/** Trials that the median needs. */
const STARTUP = 5;
/** The median judges nobody in this part of the epochs: 1/20. */
const WARM_UP = 20;
/** One trial in so many goes on. */
const FACTOR = 3;

/** The epochs at which successive halving judges, ascending. */
function rungs(epochs: number): number[] {
  return [27, 9, 3]
    .map((part) => Math.ceil(epochs / part))
    .filter((rung, i, all) => rung > (all[i - 1] ?? 0));
}

/** The best validation up to an epoch, of a trial that came so far or ended by itself before. */
function worthAt({ reports, state }: Course, epoch: number, metric: string): number | undefined {
  const came = state === 'complete' || (reports.at(-1)?.epoch ?? 0) >= epoch;
  const values = reports.filter((report) => report.epoch <= epoch).map(({ valid }) => valid[metric]);
  return came && values.length > 0 ? least(values) : undefined;
}

/** The same at the first validation that was not before a rung: there need be none at the rung itself. */
function worthAtRung(course: Course, rung: number, metric: string): number | undefined {
  return worthAt(course, course.reports.find(({ epoch }) => epoch >= rung)?.epoch ?? rung, metric);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
