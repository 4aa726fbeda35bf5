/** The word that somebody may have meant. */
import { nearestWord } from 'lethe/internal';

/** `; did you mean 'x'?` for the nearest of `words`, or nothing when none is near. */
export function didYouMean(text: string, words: readonly string[]): string {
  const guess = nearestWord(text, words);
  return guess === undefined ? '' : `; did you mean '${guess}'?`;
}
