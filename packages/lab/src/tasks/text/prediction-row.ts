/** A line of the table of `lethe predict`: columns of fixed widths, for rows come while the text is read. */
import type { TokenPrediction } from './predict.ts';

/** The names of the columns. */
export function predictionHeader(drawn: boolean): string {
  return line(['log p', 'p', 'rank', 'entropy', ...(drawn ? ['information'] : [])], 'token');
}

/** One token: its log probability, probability, rank, the entropy of the prediction, and its mutual information where there is one. */
export function predictionRow(
  word: string,
  { nll, probability, rank, entropy, information }: Omit<TokenPrediction, 'token'>,
): string {
  const figures = [(-nll).toFixed(4), small(probability), String(rank), entropy.toFixed(4)];
  return line(information === undefined ? figures : [...figures, information.toFixed(4)], visible(word));
}

// --- internal ---

const widths = [9, 7, 7, 8, 11];

function line(figures: readonly string[], word: string): string {
  return `${figures.map((text, c) => text.padStart(widths[c])).join('  ')}  ${word}`;
}

/** Four decimals, or as many digits as a small number needs to be told from another. */
function small(probability: number): string {
  return probability >= 0.001 || probability === 0 ? probability.toFixed(4) : probability.toExponential(1);
}

/** White space and control characters as they are written in JSON, so that no token moves the cursor. */
function visible(word: string): string {
  return /^[^\s\p{C}]+$/u.test(word)
    ? word
    : JSON.stringify(word).replace(/\p{C}/gu, (character) => {
        return `\\u{${character.codePointAt(0)?.toString(16)}}`;
      });
}
