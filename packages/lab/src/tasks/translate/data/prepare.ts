/** Lines to pairs: what is empty or too long is left out and counted, what has no validation or test of its own is split. */
import { DataError, NoiseStream } from 'lethe';
import { counted } from '../../../common/counted.ts';
import { UnusableRows } from '../../../data/tables/unusable.ts';
import type { RawCorpus, RawPairs } from './types.ts';
import { countOf } from './words.ts';

/** Pairs whose words were found; `raw` is what a person wrote. */
export interface WordPairs {
  where: string;
  source: { texts: string[]; raw: string[] };
  target: { texts: string[]; raw: string[] };
  lines: number[];
}

/** What is asked of pairs. */
export interface PairLimits {
  maxLength: number;
  /** share of the pairs of a file that may be left out */
  maxBad: number;
}

/**
 * The pairs of lines that can be used.
 * @param words finds the words of a line
 * @throws DataError where more than `maxBad` of them cannot, with reasons and lines
 */
export function usablePairs(
  { where, source, target, raw, lines }: RawPairs,
  words: (line: string) => string,
  { maxLength, maxBad }: PairLimits,
  notes: string[],
): WordPairs {
  const unusable = new UnusableRows();
  const pairs: WordPairs = {
    where,
    source: { texts: [], raw: [] },
    target: { texts: [], raw: [] },
    lines: [],
  };
  for (let i = 0; i < source.length; i++) {
    const texts = { source: words(source[i]), target: words(target[i]) };
    const fault = faultOf(texts, maxLength);
    if (fault !== undefined) {
      unusable.add(fault, lines[i]);
      continue;
    }
    for (const side of ['source', 'target'] as const) {
      pairs[side].texts.push(texts[side]);
      pairs[side].raw.push((raw?.[side] ?? { source, target }[side])[i].trim());
    }
    pairs.lines.push(lines[i]);
  }
  unusable.check(where, source.length, maxBad);
  notes.push(...unusable.sentences.map((sentence) => `${where}: ${sentence}`));
  return pairs;
}

/** Why a text is too long for a model, if it is. */
export function tooLong(text: string, maxLength: number): string | undefined {
  const words = countOf(text);
  if (words > maxLength) return `expected at most ${maxLength} words (pairs.maxLength), found more`;
  return text.length > lettersOfAWord * maxLength
    ? `expected at most ${lettersOfAWord * maxLength} letters (pairs.maxLength times ${lettersOfAWord}), found more`
    : undefined;
}

/** How training, validation and test came to be of one set of pairs or several. */
export interface SplitShares {
  valid: number;
  test: number;
  seed: number;
}

/**
 * Validation and test where the data have none: shares of the training pairs by chance; pairs with the same source stay together, so that
 * nothing that is tested was trained on.
 * @throws DataError where too few are left to train on
 */
export function withSplits(
  corpus: RawCorpus,
  parts: { train: WordPairs; valid?: WordPairs; test?: WordPairs },
  shares: SplitShares,
  notes: string[],
): { train: WordPairs; valid: WordPairs; test: WordPairs } {
  const { train } = parts;
  const lacking = (['test', 'valid'] as const).filter((name) => parts[name] === undefined);
  if (lacking.length === 0) return parts as { train: WordPairs; valid: WordPairs; test: WordPairs };
  const groups = new Map<string, number[]>();
  for (const [i, text] of train.source.texts.entries()) {
    const group = groups.get(text);
    if (group) group.push(i);
    else groups.set(text, [i]);
  }
  const members = [...groups.values()];
  const order = new NoiseStream(shares.seed).permutation({ site: 'order', entry: 2 }, members.length);
  let at = 0;
  const take = (share: number): number[] => {
    const taken: number[] = [];
    const wanted = Math.max(1, Math.round(share * train.lines.length));
    while (taken.length < wanted && at < order.length) taken.push(...members[order[at++]]);
    return taken.sort((a, b) => a - b);
  };
  const cut = Object.fromEntries(lacking.map((name) => [name, take(shares[name])]));
  const rest = Array.from(order.subarray(at), (group) => members[group])
    .flat()
    .sort((a, b) => a - b);
  if (rest.length === 0) {
    throw new DataError(
      `${corpus.train.where}: expected pairs to train on beside ${lacking.map((name) => `splits.${name}`).join(' and ')}, found ${counted(train.lines.length, 'pair')} in all; give more, or smaller shares`,
    );
  }
  notes.push(
    `${lacking.toReversed().join(' and ')} by chance from the training pairs, equal sources in one split (splits.seed): ${lacking
      .toReversed()
      .map((name) => `${cut[name].length} ${name}`)
      .join(', ')}`,
  );
  return {
    train: picked(train, rest),
    valid: parts.valid ?? picked(train, cut.valid),
    test: parts.test ?? picked(train, cut.test),
  };
}

/**
 * A fraction of pairs, at least one, in their order: the first of a random order of all, so that a smaller fraction is part of a larger.
 */
export function fractionOf(pairs: WordPairs, fraction: number, seed: number, notes: string[]): WordPairs {
  if (fraction === 1) return pairs;
  const all = pairs.lines.length;
  const order = new NoiseStream(seed).permutation({ site: 'order', entry: 3 }, all);
  const count = Math.max(1, Math.round(fraction * all));
  notes.push(`${count} of ${all} training pairs (pairs.fraction)`);
  return picked(
    pairs,
    Array.from(order.subarray(0, count)).sort((a, b) => a - b),
  );
}

// --- internal ---

/** Letters of a word at most, in the mean of a line: German has 6, a line without spaces as many as it has. */
const lettersOfAWord = 12;

function faultOf(texts: { source: string; target: string }, maxLength: number): string | undefined {
  if (texts.source === '' && texts.target === '') return 'both sides are empty';
  if (texts.source === '') return 'the source side is empty';
  if (texts.target === '') return 'the target side is empty';
  return tooLong(texts.source, maxLength) ?? tooLong(texts.target, maxLength);
}

function picked({ where, source, target, lines }: WordPairs, numbers: readonly number[]): WordPairs {
  const of = (side: WordPairs['source']) => ({
    texts: numbers.map((i) => side.texts[i]),
    raw: numbers.map((i) => side.raw[i]),
  });
  return { where, source: of(source), target: of(target), lines: numbers.map((i) => lines[i]) };
}
