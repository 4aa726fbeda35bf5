/**
 * A search for hyper-parameters, a comparison of methods or a sweep as reports see it. Whoever reads studies turns one into this; nothing here knows
 * how a study is stored.
 */
import type { Metrics } from '../runs/task.ts';
import type { ComparisonResult } from '../studies/comparison.ts';
import type { SweepResult } from '../studies/sweep.ts';

/** A trial: one setting of the hyper-parameters. */
export interface ReportedTrial {
  number: number;
  state: 'running' | 'complete' | 'pruned' | 'failed';
  parameters: Record<string, number | string>;
  /** where it was best by validation; absent when it never got there */
  best?: { epoch: number; train?: Metrics; valid?: Metrics; test?: Metrics };
  /** its validations so far: the metric of the study by epoch */
  curve?: { x: number[]; y: number[] };
  /** its run directory */
  directory?: string;
  seconds?: number;
  /** the earlier trial with the same configuration, whose result this is */
  repeats?: number;
}

export interface ReportedStudy {
  name: string;
  directory: string;
  /** the metric that people are shown */
  metric: string;
  /** hyper-parameters that are drawn on a logarithmic scale */
  logarithmic: readonly string[];
  trials: readonly ReportedTrial[];
  /** the metric of the validation that is searched for its lowest value, where that is another */
  deciding?: string;
  /** the method of dropout that trials have in common, in words, or those that they have, joined */
  method: string;
  /** of a study that compares methods: what it found */
  comparison?: ComparisonResult;
  /** of a sweep: what it found */
  sweep?: SweepResult;
}

/** A directory that holds a study has this file. */
export const studyFile = 'journal.jsonl';

/** The trial that reached the lowest of the metric that decides, the earlier of equal ones. */
export function bestTrial(study: ReportedStudy): ReportedTrial | undefined {
  const [best] = study.trials
    .filter((trial) => trialValue(trial, study.metric) !== undefined)
    .toSorted((a, b) => byWorth(study, a, b));
  return best;
}

/** Best first by the metric that decides, of equal ones the earlier; trials without it at the end. */
export function byWorth(
  { metric, deciding = metric }: ReportedStudy,
  a: ReportedTrial,
  b: ReportedTrial,
): number {
  const [left, right] = [a, b].map((trial) => trialValue(trial, deciding) ?? Number.POSITIVE_INFINITY);
  return (left === right ? 0 : left - right) || a.number - b.number;
}

/** What a trial reached, or undefined. */
export function trialValue({ best }: ReportedTrial, metric: string): number | undefined {
  const value = best?.valid?.[metric];
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
