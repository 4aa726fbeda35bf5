/** What the figures of evaluations are, in words. */

/** The convention behind the name of a metric; nothing for a name that is not known. */
export function metricMeaning(name: string): string {
  return meanings[name] ?? '';
}

/** A metric as people call it. */
export interface MetricWords {
  /** e.g. `NLL per time step` */
  label: string;
  /** e.g. `nats` */
  unit?: string;
  /** which values are good; absent for what is neither */
  better?: 'lower' | 'higher';
}

/** What people call the metric of an evaluation, also of one by draws (`mc_`) or with a cache; an unknown name is itself, with spaces. */
export function metricWords(name: string): MetricWords {
  const [, way = '', plain] = /^(mc_|cache_)?(.*)$/.exec(name)!;
  const known = Object.hasOwn(names, plain) ? names[plain] : { label: plain.replaceAll('_', ' ') };
  return { ...known, label: known.label + ways[way] };
}

/** With its unit, as an axis or a column has it: `NLL per time step (nats)`. */
export function metricLabel(name: string): string {
  const { label, unit } = metricWords(name);
  return unit === undefined ? label : `${label} (${unit})`;
}

/** With its unit and its direction, as a heading has it: `NLL per time step (nats), lower is better`. */
export function metricHeading(name: string): string {
  const { better } = metricWords(name);
  return better === undefined ? metricLabel(name) : `${metricLabel(name)}, ${better} is better`;
}

// --- internal ---

const ways: Record<string, string> = { '': '', mc_: ' by MC dropout', cache_: ' with cache' };

const nats = { unit: 'nats', better: 'lower' } as const;
const bits = { label: 'bits per character', unit: 'bits', better: 'lower' } as const;
const perplexity = { label: 'perplexity', better: 'lower' } as const;
const overLength = ', first token counted';
const meanOfExp = ', mean over segments';

const names: Record<string, MetricWords> = {
  nll_per_step: { label: 'NLL per time step', ...nats },
  nll_per_sequence_mean: { label: 'NLL per time step, mean over pieces', ...nats },
  nll_per_token: { label: 'NLL per token', ...nats },
  nll_per_character: { label: 'NLL per character', ...nats },
  perplexity,
  bits_per_character: bits,
  perplexity_over_length: { ...perplexity, label: perplexity.label + overLength },
  bits_per_character_over_length: { ...bits, label: bits.label + overLength },
  perplexity_mean_of_exp: { ...perplexity, label: perplexity.label + meanOfExp },
  bits_per_character_mean_of_exp: { ...bits, label: bits.label + meanOfExp },
  predictive_entropy: { label: 'predictive entropy', unit: 'nats' },
  expected_entropy: { label: 'expected entropy', unit: 'nats' },
  mutual_information: { label: 'mutual information', unit: 'nats' },
  evaluated_share: { label: 'share evaluated' },
  tokens: { label: 'tokens predicted' },
};

const meanings: Record<string, string> = {
  nll_per_step: 'NLL per time step, natural log',
  nll_per_sequence_mean: 'the same as the mean over pieces',
  predictive_entropy: 'entropy of the prediction, in nats; of text, at most 2,000 tokens',
  expected_entropy: 'mean entropy over draws or moments of the noise',
  mutual_information: 'their difference, what the noise is unsure of',
  evaluated_share: 'of the split, the rest was not looked at',
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
