/** The figures of translation. A BLEU is never without its signature: the name of each says which it is. */
import type { TaskMetric } from '../../runs/task.ts';
import type { Lookup, MetricWords } from '../kind.ts';

/** Signatures of the BLEU scores by the names of their metrics. */
export const bleuSignatures = {
  bleu: 'nrefs:1|case:lc|eff:no|tok:none|smooth:exp',
  bleu_13a: 'nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp',
  bleu_13a_lc: 'nrefs:1|case:lc|eff:no|tok:13a|smooth:exp',
} as const;

/** By what weights are chosen, and what people are shown. */
export function translateMetric(at: Lookup): TaskMetric {
  return {
    choice: at('training.choice') === 'nll' ? 'nll_per_token' : 'bleu_missing',
    shown: { metric: 'bleu', label: 'BLEU', unit: bleuSignatures.bleu },
  };
}

const higher = { better: 'higher' } as const;
const nats = { unit: 'nats', better: 'lower' } as const;

export const translateMetrics: Record<string, MetricWords> = {
  // As language models have them.
  nll_per_token: { label: 'NLL per token', ...nats, meaning: 'NLL per token, natural log' },
  perplexity: { label: 'perplexity', better: 'lower', meaning: 'exp of it' },
  bleu: {
    label: 'BLEU, tokenised',
    ...higher,
    meaning: `beam search, ${bleuSignatures.bleu}, on the words of the data`,
  },
  bleu_greedy: {
    label: 'BLEU, tokenised, greedy',
    ...higher,
    meaning: `without a beam, ${bleuSignatures.bleu}`,
  },
  bleu_13a: { label: 'BLEU, detokenised', ...higher, meaning: `beam search, ${bleuSignatures.bleu_13a}` },
  bleu_13a_lc: {
    label: 'BLEU, detokenised',
    ...higher,
    meaning: `beam search, ${bleuSignatures.bleu_13a_lc}`,
  },
  bleu_missing: {
    label: '100 less BLEU',
    better: 'lower',
    meaning: 'what weights are chosen by',
    remainderOf: 'bleu',
  },
  brevity_penalty: {
    label: 'brevity penalty',
    meaning: 'of BLEU, tokenised: below 1, translations are too short',
  },
  entropy_per_token: {
    label: 'entropy per token',
    ...nats,
    meaning: 'mean over sentences of the mean over their tokens',
  },
  bleu_variance: {
    label: 'BLEU variance',
    meaning:
      'mean over pairs of drawn translations of (1 - BLEU)², BLEU of sentences from 0 to 1 (Xiao et al. 2020)',
  },
  entropy_rank: {
    label: 'entropy against BLEU',
    meaning: "Spearman's rank correlation of a sentence's entropy per token with its BLEU",
  },
  bleu_variance_rank: {
    label: 'BLEU variance against BLEU',
    meaning: "Spearman's rank correlation of a sentence's BLEU variance with its BLEU",
  },
  probability_rank: {
    label: 'probability against BLEU',
    meaning: "Spearman's rank correlation of a sentence's log probability per token with its BLEU",
  },
  sentences: { label: 'sentences translated', meaning: 'pairs of the split', counts: 'number' },
};
