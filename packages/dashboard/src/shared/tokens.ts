/** What a model expects of the tokens of a text, and of the words that they make. */

/** A line of `lethe predict --json`; one without a token holds the figures of all. */
export interface TokenShown {
  token?: string;
  /** null where the model gives it no probability at all */
  nll?: number | null;
  probability?: number;
  rank?: number;
  entropy?: number;
  /** mutual information of prediction and noise, where draws were asked for */
  information?: number;
  metrics?: Record<string, number>;
}

/** A token, or the tokens of a word: the probability of a word is the product of theirs, its entropy the mean over them. */
export interface Reading {
  text: string;
  tokens: number;
  nll: number;
  entropy: number;
  information?: number;
  rank?: number;
}

/** The tokens that were predicted. */
export function readings(shown: readonly TokenShown[]): Reading[] {
  return shown.flatMap(({ token, nll, entropy = 0, information, rank }) =>
    token === undefined || nll === undefined
      ? []
      : [{ text: token, tokens: 1, nll: nll ?? Number.POSITIVE_INFINITY, entropy, information, rank }],
  );
}

/** Whether tokens are letters, so that words are several of them. */
export const areLetters = (tokens: readonly Reading[]): boolean =>
  tokens.length > 0 && tokens.every(({ text }) => [...text].length === 1);

/** The sign of tokens of ordinary text that stand without a space beside their neighbour on that side. */
const joiner = '￭';

/** A token as people read it, and whether no space stands in front of it. */
export function readable(text: string, before: string | undefined): { text: string; isJoined: boolean } {
  return {
    text: text.replaceAll(joiner, '') || text,
    isJoined: text.startsWith(joiner) || (before?.endsWith(joiner) ?? false),
  };
}

/** Letters put together to words: what stands between blanks; blanks are readings of their own. */
export function wordsOf(letters: readonly Reading[]): Reading[] {
  const words: Reading[] = [];
  let isOpen = false;
  for (const letter of letters) {
    const last = words.at(-1);
    const isBlank = /^\s$/.test(letter.text);
    if (last && isOpen && !isBlank) words[words.length - 1] = joined(last, letter);
    else words.push(letter);
    isOpen = !isBlank;
  }
  return words;
}

// --- internal ---

function joined(word: Reading, letter: Reading): Reading {
  const tokens = word.tokens + 1;
  const mean = (a: number, b: number): number => a + (b - a) / tokens;
  return {
    ...{ text: word.text + letter.text, tokens, nll: word.nll + letter.nll },
    entropy: mean(word.entropy, letter.entropy),
    ...(word.information !== undefined &&
      letter.information !== undefined && { information: mean(word.information, letter.information) }),
  };
}
