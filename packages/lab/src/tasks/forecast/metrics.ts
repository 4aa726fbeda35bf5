/** The figures of forecasts. */
import type { TaskMetric } from '../../runs/task.ts';
import type { MetricWords } from '../kind.ts';

/** By what weights are chosen. */
export const forecastMetric: { [choice in 'mase' | 'wql']: TaskMetric } = {
  mase: {
    choice: 'mase',
    shown: { metric: 'mase', label: 'MASE', unit: 'mean absolute scaled error of the median' },
  },
  wql: {
    choice: 'wql',
    shown: { metric: 'wql', label: 'quantile loss', unit: 'weighted quantile loss over the deciles' },
  },
};

const lower = { better: 'lower' } as const;

export const forecastMetrics: Record<string, MetricWords> = {
  loss: { label: 'loss', ...lower, meaning: 'of training, in units of the scaled windows, with noise' },
  mase: {
    label: 'MASE',
    ...lower,
    meaning:
      'mean over windows of the mean absolute error of the median, over that of the seasonal naive forecast within the history',
  },
  smape: { label: 'sMAPE', unit: '%', ...lower, meaning: 'of the median, |y| + |f| in the denominator' },
  rmsse: { label: 'RMSSE', ...lower, meaning: 'root mean squared scaled error of the mean' },
  wql: {
    label: 'weighted quantile loss',
    ...lower,
    meaning: 'mean over the deciles of 2 pinball losses over the sum of |y|',
  },
  crps: { label: 'CRPS', ...lower, meaning: 'by 99 percentiles, in the units of the data' },
  coverage_90: { label: 'coverage of 90 % intervals', meaning: 'share of the values inside' },
  width_90: { label: 'width of 90 % intervals', ...lower, meaning: 'in the units of the data' },
  joint_coverage_90: {
    label: 'joint coverage',
    meaning: 'share of the windows of which every value is inside',
  },
  joint_width_90: {
    label: 'width of joint intervals',
    ...lower,
    meaning: 'of intervals made for whole horizons',
  },
  adaptive_coverage_90: {
    label: 'coverage with a level that adapts',
    meaning: 'the level of each series follows what was missed at earlier origins',
  },
  adaptive_width_90: {
    label: 'width with a level that adapts',
    ...lower,
    meaning: 'in the units of the data',
  },
  epistemic_coverage_90: {
    label: 'coverage by the noise alone',
    meaning: 'of mean ± 1.645 deviations over draws or by moments: no predictive interval',
  },
  epistemic_width_90: { label: 'width by the noise alone', meaning: 'in the units of the data' },
  scored_windows: {
    label: 'windows scored',
    meaning: 'with a scaled error that is defined',
    counts: 'number',
  },
};
