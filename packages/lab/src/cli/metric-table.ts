/** Metrics as a table for people: every figure with what it is of. */
import type { Metrics } from '../tasks/task.ts';

/** Rows of name, value, the same in other ways where there are such (`mc_` or `cache_` in front of the name), and the meaning. */
export function metricTable(metrics: Metrics): string[][] {
  const all = Object.keys(metrics);
  const names = new Set(all.map((name) => name.replace(/^(mc|cache)_/, '')));
  const ways = ['mc_', 'cache_'].filter((way) => all.some((name) => name.startsWith(way)));
  return Array.from(names, (name) => [
    name,
    shown(name, metrics[name]),
    ...ways.map((way) => shown(name, metrics[way + name])),
    meanings[name] ?? '',
  ]);
}

// --- internal ---

const meanings: Record<string, string> = {
  nll_per_step: 'NLL per time step, natural log',
  nll_per_sequence_mean: 'the same as the mean over pieces',
  predictive_entropy: 'entropy of the averaged prediction, in nats',
  expected_entropy: "mean entropy of a single draw's prediction",
  mutual_information: 'their difference',
  tokens: 'predicted, all but the first',
  nll_per_token: 'NLL per token, natural log',
  perplexity: 'exp of it',
  nll_per_character: 'NLL per character, natural log',
  bits_per_character: 'the same in bits',
  perplexity_over_length: 'with the first token counted, as in the code of AWD-LSTM',
  bits_per_character_over_length: 'with the first token counted, as in the code of AWD-LSTM',
  perplexity_mean_of_exp: 'the mean over segments, never below the right one',
  bits_per_character_mean_of_exp: 'by the mean over segments of exp(NLL)',
};

function shown(name: string, value: number | undefined): string {
  if (value === undefined) return '-';
  return name === 'tokens' ? value.toLocaleString('en') : value.toFixed(4);
}
