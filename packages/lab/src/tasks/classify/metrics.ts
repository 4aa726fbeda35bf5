/** The figures of classes and ratings, by the head of the model. */
import type { TaskMetric } from '../../runs/task.ts';
import type { Lookup, MetricWords } from '../kind.ts';

/** By what weights are chosen, and what people are shown. */
export function classifyMetric(at: Lookup): TaskMetric {
  const head = at('model.head');
  const isRating = head === 'squared' || head === 'gaussian';
  const said = at('training.choice');
  const choice = typeof said === 'string' && said !== 'auto' ? said : isRating ? 'rmse' : 'nll';
  const shown = isRating
    ? { metric: 'rmse', label: 'RMSE', unit: 'root mean squared error, in units of the rating' }
    : { metric: 'accuracy', label: 'accuracy', unit: 'share of examples whose class is right' };
  return { choice, shown };
}

const nats = { unit: 'nats', better: 'lower' } as const;

export const classifyMetrics: Record<string, MetricWords> = {
  accuracy: { label: 'accuracy', better: 'higher', meaning: 'share of examples whose class is right' },
  error_rate: {
    label: 'error rate',
    better: 'lower',
    meaning: 'share of examples whose class is wrong',
    remainderOf: 'accuracy',
  },
  macro_f1: { label: 'macro F1', better: 'higher', meaning: 'mean over the classes of F1' },
  nll: { label: 'NLL', ...nats, meaning: 'NLL per example, natural log' },
  brier: {
    label: 'Brier score',
    better: 'lower',
    meaning: 'sum over the classes of squared errors of probabilities',
  },
  ece: {
    label: 'calibration error',
    better: 'lower',
    meaning: 'expected calibration error, 10 bins of equal mass',
  },
  ece_equal_width: {
    label: 'calibration error, equal width',
    better: 'lower',
    meaning: 'the same, 10 bins of equal width',
  },
  aurc: {
    label: 'area under risk-coverage',
    better: 'lower',
    meaning: 'mean error rate over all coverages, surest first',
  },
  aurc_oracle: {
    label: 'area under risk-coverage, oracle',
    meaning: 'the same if all errors were the least sure ones',
  },
  error_at_50: {
    label: 'error rate at half coverage',
    better: 'lower',
    meaning: 'error rate of the surer half',
  },
  rmse: { label: 'RMSE', better: 'lower', meaning: 'root mean squared error, in units of the rating' },
  mae: { label: 'MAE', better: 'lower', meaning: 'mean absolute error, in units of the rating' },
  coverage_90: {
    label: 'coverage at 90 %',
    meaning: 'share of sets or intervals of 90 % that hold the truth',
  },
  set_size_90: {
    label: 'classes in a set of 90 %',
    better: 'lower',
    meaning: 'mean number of classes in a set',
  },
  simple_coverage_90: { label: 'coverage at 90 %, simple sets', meaning: 'the same of the sets by 1 - p' },
  simple_set_size_90: {
    label: 'classes in a simple set of 90 %',
    better: 'lower',
    meaning: 'mean number of classes in one',
  },
  width_90: {
    label: 'width of 90 % intervals',
    better: 'lower',
    meaning: 'mean width, in units of the rating',
  },
  examples: { label: 'examples scored', meaning: 'examples with a label', counts: 'number' },
};

/** What a figure is called, with its unit: `NLL (nats)`. */
export function classifyLabel(name: string): string {
  const { label, unit } = classifyMetrics[name];
  return unit === undefined ? label : `${label} (${unit})`;
}
