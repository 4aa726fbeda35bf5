/**
 * What is in a text, and how well models without any learning do on it: reference points for every NLL.
 *
 * All NLLs are in nats per token of test, the mean over every token but the first, which nothing predicts:
 *   uniform   every token of the vocabulary equally likely: ln V
 *   unigram   each token by its frequency, p = (count + 1) / (tokens + V), fitted on train
 */
import type { Level, Tokenizer } from '../../../data/words/types.ts';
import type { TextData, TokenSource } from './types.ts';

/** What a split holds. */
export interface TextSplitStats {
  tokens: number;
  /** different ones */
  distinct: number;
  /** tokens that are `<unk>` */
  unknown: number;
  /** the same as a share of all tokens; 0 of an empty split */
  unknownShare: number;
}

/** Counts of each split and NLLs on test; an NLL is null where there is nothing to score. */
export interface TextStats {
  name: string;
  source: string;
  level: Level;
  tokenizer: Tokenizer;
  /** how it was read */
  notes: readonly string[];
  /** words, or characters */
  vocabulary: number;
  splits: { train: TextSplitStats; valid: TextSplitStats; test: TextSplitStats };
  nll: { uniform: number; unigram: number | null };
}

/** Counts and reference NLLs of a text. */
export function textStats({
  name,
  source,
  level,
  tokenizer,
  notes,
  vocabulary,
  splits,
}: TextData): TextStats {
  const size = vocabulary.words.length;
  const counts = {
    train: countTokens(splits.train, size),
    valid: countTokens(splits.valid, size),
    test: countTokens(splits.test, size),
  };
  const stats = (split: keyof typeof counts) =>
    splitStats(counts[split], splits[split].length, vocabulary.unknown);
  return {
    name,
    source,
    level,
    tokenizer,
    notes,
    vocabulary: size,
    splits: { train: stats('train'), valid: stats('valid'), test: stats('test') },
    nll: { uniform: Math.log(size), unigram: unigramNll(counts.train, counts.test, splits) },
  };
}

// --- internal ---

const windowLength = 1 << 16;

/** How often each token of the vocabulary stands in the text. [vocabulary] */
function countTokens(source: TokenSource, size: number): Float64Array {
  const counts = new Float64Array(size);
  const window = new Int32Array(Math.min(windowLength, source.length));
  for (let from = 0; from < source.length; from += windowLength) {
    const count = Math.min(windowLength, source.length - from);
    source.read(from, window, 0, count);
    for (let i = 0; i < count; i++) counts[window[i]]++;
  }
  return counts;
}

function splitStats(counts: Float64Array, tokens: number, unknown: number | undefined): TextSplitStats {
  const unknowns = unknown === undefined ? 0 : counts[unknown];
  return {
    tokens,
    distinct: counts.reduce((distinct, count) => distinct + Number(count > 0), 0),
    unknown: unknowns,
    unknownShare: tokens > 0 ? unknowns / tokens : 0,
  };
}

function unigramNll(fitted: Float64Array, scored: Float64Array, splits: TextData['splits']): number | null {
  const { train, test } = splits;
  if (test.length < 2) return null;
  const first = new Int32Array(1);
  test.read(0, first, 0, 1);
  const cost = fitted.map((count) => -Math.log((count + 1) / (train.length + fitted.length)));
  const sum = scored.reduce((total, count, token) => total + count * cost[token], -cost[first[0]]);
  return sum / (test.length - 1);
}
