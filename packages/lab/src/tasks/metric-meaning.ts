/** What the figures of evaluations are, in words. */

/** The convention behind the name of a metric; nothing for a name that is not known. */
export function metricMeaning(name: string): string {
  return meanings[name] ?? '';
}

// --- internal ---

const meanings: Record<string, string> = {
  nll_per_step: 'NLL per time step, natural log',
  nll_per_sequence_mean: 'the same as the mean over pieces',
  predictive_entropy: 'entropy of the averaged prediction, in nats',
  expected_entropy: "mean entropy of a single draw's prediction",
  mutual_information: 'their difference',
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
