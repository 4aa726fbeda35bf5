/** The figures of music, in nats per time step: the sum over 88 notes, natural log. */
import type { TaskMetric } from '../../runs/task.ts';
import type { MetricWords } from '../kind.ts';

export const musicMetric: TaskMetric = {
  choice: 'nll_per_step',
  shown: { metric: 'nll_per_step', label: 'NLL', unit: 'NLL per time step, natural log' },
};

const nats = { unit: 'nats', better: 'lower' } as const;

export const musicMetrics: Record<string, MetricWords> = {
  nll_per_step: { label: 'NLL per time step', ...nats, meaning: 'NLL per time step, natural log' },
  nll_per_sequence_mean: {
    label: 'NLL per time step, mean over pieces',
    ...nats,
    meaning: 'the same as the mean over pieces',
  },
  nll_per_step_with_first: {
    label: 'NLL per time step, with the first frame',
    ...nats,
    meaning: 'the same with the first frame of every piece, from the initial state',
  },
};
