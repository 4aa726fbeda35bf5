/** Whether two sides are what they are called: swapped files, a copy, a script that training has not. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { coverage, knownShare, lettersOf, readsLike, scriptOf, wordsOf } from './languages.ts';
import type { WordPairs } from './prepare.ts';

/** Sides of all splits. */
export type AllPairs = Record<'train' | 'valid' | 'test', WordPairs>;

/**
 * Looks at the words of both sides.
 * @returns doubts, in clauses
 * @throws DataError where the sides of a split are clearly those of training the other way round, or in a script that training has not
 */
export function checkSides(pairs: AllPairs, { from, to }: { from: string; to: string }): string[] {
  const { train } = pairs;
  const words = { source: knownWords(train.source.texts), target: knownWords(train.target.texts) };
  const letters = { source: lettersOf(train.source.texts), target: lettersOf(train.target.texts) };
  for (const split of ['valid', 'test'] as const) {
    const { where, source, target, lines } = pairs[split];
    const some = { source: spread(source.texts), target: spread(target.texts) };
    const own = [coverage(some.source, words.source), coverage(some.target, words.target)];
    const other = [coverage(some.source, words.target), coverage(some.target, words.source)];
    if (other[0] > own[0] + clearly && other[1] > own[1] + clearly) {
      throw new DataError(
        `${where}: expected ${from} and ${to} as in training, found the sides swapped: ${percent(other[0])} of the words of the first are known from ${to}, ${percent(own[0])} from ${from}; rename the files of ${split}`,
      );
    }
    for (const side of ['source', 'target'] as const) {
      const { texts } = { source, target }[side];
      const text = spread(texts).join(' ');
      if (knownShare(text, letters[side]) >= 0.5) continue;
      const at = texts.findIndex((one) => knownShare(one, letters[side]) < 0.5);
      throw new DataError(
        `${where}: expected the script of the training pairs (${scriptOf(train[side].texts.slice(0, 1000).join(' ')) ?? 'none'}) on the ${side} side of ${split}, found ${scriptOf(text) ?? 'another'}, which training never sees (line ${lines[at]}: '${printable(texts[at], 40)}'); give the language of training`,
      );
    }
  }
  return [...copyDoubt(train), ...languageDoubt(train, from, to)];
}

// --- internal ---

/** By how much of all words one side has to be better known than the other. */
const clearly = 0.3;

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** At most some thousand texts, from all over. */
function spread(texts: readonly string[]): readonly string[] {
  const step = Math.ceil(texts.length / 4000);
  return step <= 1 ? texts : texts.filter((_, i) => i % step === 0);
}

function knownWords(texts: readonly string[]): Set<string> {
  const words = new Set<string>();
  for (const text of texts) for (const word of wordsOf(text)) words.add(word);
  return words;
}

function copyDoubt({ source, target, lines }: WordPairs): string[] {
  const same = source.texts.filter((text, i) => text === target.texts[i]).length;
  return same > lines.length / 2
    ? [`both sides are the same in ${percent(same / lines.length)} of the training pairs: is one a copy?`]
    : [];
}

/** Names of languages that small words speak clearly against, on both sides. */
function languageDoubt({ source, target }: WordPairs, from: string, to: string): string[] {
  const [first, second] = [readsLike(spread(source.texts)), readsLike(spread(target.texts))];
  const base = (language: string): string => language.toLowerCase().split(/[-_]/)[0];
  if (first === undefined || second === undefined || first === second) return [];
  return first === base(to) && second === base(from)
    ? [
        `the lines called ${from} read like ${first}, those called ${to} like ${second}: are the files swapped?`,
      ]
    : [];
}
