/** The figures of language models, by the level of their tokens. */
import type { TaskMetric } from '../../runs/task.ts';
import type { MetricWords } from '../kind.ts';

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

const nats = { unit: 'nats', better: 'lower' } as const;
const bits = { label: 'bits per character', unit: 'bits', better: 'lower' } as const;
const perplexity = { label: 'perplexity', better: 'lower' } as const;
const overLength = {
  label: ', first token counted',
  meaning: 'with the first token counted, as in the code of AWD-LSTM',
};
const meanOfExp = ', mean over segments';

export const textMetrics: Record<string, MetricWords> = {
  nll_per_token: { label: 'NLL per token', ...nats, meaning: 'NLL per token, natural log' },
  nll_per_character: { label: 'NLL per character', ...nats, meaning: 'NLL per character, natural log' },
  perplexity: { ...perplexity, meaning: 'exp of it' },
  bits_per_character: { ...bits, meaning: 'the same in bits' },
  perplexity_over_length: { ...perplexity, ...overLength, label: perplexity.label + overLength.label },
  bits_per_character_over_length: { ...bits, ...overLength, label: bits.label + overLength.label },
  perplexity_mean_of_exp: {
    ...perplexity,
    label: perplexity.label + meanOfExp,
    meaning: 'the mean over segments, never below the right one',
  },
  bits_per_character_mean_of_exp: {
    ...bits,
    label: bits.label + meanOfExp,
    meaning: 'by the mean over segments of exp(NLL)',
  },
  tokens: { label: 'tokens predicted', meaning: 'predicted, all but the first', counts: 'number' },
};
