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
}

export interface ReportedStudy {
  name: string;
  directory: string;
  /** the metric of the validation that is searched for its lowest value */
  metric: string;
  /** hyper-parameters that are drawn on a logarithmic scale */
  logarithmic: readonly string[];
  trials: readonly ReportedTrial[];
  /** the metric of the validation that decides, where that is another */
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

/** The trial that reached the lowest, the earlier of equal ones. */
export function bestTrial({ trials, metric }: ReportedStudy): ReportedTrial | undefined {
  const value = (trial: ReportedTrial): number => trialValue(trial, metric) ?? Number.POSITIVE_INFINITY;
  const [best] = trials.toSorted((a, b) => value(a) - value(b) || a.number - b.number);
  return best && trialValue(best, metric) !== undefined ? best : undefined;
}

/** What a trial reached, or undefined. */
export function trialValue({ best }: ReportedTrial, metric: string): number | undefined {
  const value = best?.valid?.[metric];
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
