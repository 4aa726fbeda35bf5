/** The metrics of each task by which weights and runs are chosen, and those that people are shown. */
import type { Config } from '../training/config.ts';

export interface TaskMetric {
  /** the metric that weights are chosen by; the lowest is the best */
  choice: string;
  /** the metric that people are shown, and what it is called in a heading */
  shown: { metric: string; label: string; unit: string };
}

export const musicMetric: TaskMetric = {
  choice: 'nll_per_step',
  shown: { metric: 'nll_per_step', label: 'NLL', unit: 'NLL per time step, natural log' },
};

export const textMetric: { [level in 'word' | 'char']: TaskMetric } = {
  word: {
    choice: 'nll_per_token',
    shown: { metric: 'perplexity', label: 'perplexity', unit: 'perplexity: exp of the mean NLL per token' },
  },
  char: {
    choice: 'nll_per_character',
    shown: { metric: 'bits_per_character', label: 'bits', unit: 'bits per character' },
  },
};

/** The metrics of the task that a configuration names. */
export function metricOf(config: Config): TaskMetric {
  return config.task === 'music' ? musicMetric : textMetric[config.text.level];
}
