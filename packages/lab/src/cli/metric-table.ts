/** Metrics as a table for people: every figure with what it is of. */
import type { Metrics } from '../tasks/task.ts';

/** Rows of name, value, the value of MC dropout where there is one (`mc_` in front of the name), and the meaning. */
export function metricTable(metrics: Metrics): string[][] {
  const names = new Set(Object.keys(metrics).map((name) => name.replace(/^mc_/, '')));
  const isDrawn = Object.keys(metrics).some((name) => name.startsWith('mc_'));
  return Array.from(names, (name) => [
    name,
    shown(name, metrics[name]),
    ...(isDrawn ? [shown(name, metrics[`mc_${name}`])] : []),
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
};

function shown(name: string, value: number | undefined): string {
  if (value === undefined) return '-';
  return name === 'tokens' ? value.toLocaleString('en') : value.toFixed(4);
}
