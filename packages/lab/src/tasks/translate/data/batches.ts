/**
 * Pairs of like length side by side, padded behind. The batches of an epoch are a function of the seed and its number, so that a run that
 * goes on has those it would have had.
 */
import { type NoiseStream, padWords, specialTokens, type Tokens } from 'lethe';
import type { Pairs, TranslateData } from './types.ts';

/** How large a batch is. */
export interface BatchLimits {
  /** pairs at most */
  batch: number;
  /** tokens of both sides at most, with begin, end and padding; null: any. One pair is always a batch */
  batchTokens: number | null;
}

export interface Batching extends BatchLimits {
  /** probability that a merge is left out (BPE-dropout): pairs are then encoded anew in every epoch */
  dropout: number;
}

/** Pairs side by side; step t of row b stands at t * rows + b. */
export interface PairBatch {
  /** [B] their numbers in the split */
  pairs: Int32Array;
  rows: number;
  /** x1 … xn and what ends a sentence, then 0 */
  source: Tokens;
  /** [B] the end counted */
  sourceLengths: Int32Array;
  /** what begins a sentence, y1 … ym */
  input: Tokens;
  /** [T · B] y1 … ym and what ends a sentence, then 0 */
  targets: Int32Array;
  /** [B] m + 1 */
  targetLengths: Int32Array;
  /** targets that count */
  counted: number;
}

/** Batches by their place. */
export interface Batches {
  count: number;
  /** Throws RangeError for a place that there is not. */
  batch(position: number): PairBatch;
}

/**
 * The batches of an epoch of training in random order, every pair once.
 * @param noise of the run's seed
 */
export function epochBatches(
  { splits: { train }, reading }: Pick<TranslateData, 'splits' | 'reading'>,
  { dropout, ...limits }: Batching,
  noise: NoiseStream,
  epoch: number,
): Batches {
  const stream = noise.at(epoch);
  const pairs =
    dropout === 0
      ? train
      : {
          ...train,
          source: {
            ...train.source,
            encoded: encodedAnew(train.source.texts, reading.source, dropout, stream, 0),
          },
          target: {
            ...train.target,
            encoded: encodedAnew(train.target.texts, reading.target, dropout, stream, 1),
          },
        };
  return batchesOf(pairs, planned(pairs, limits, stream));
}

/** The batches of validation and test: by length, without chance. */
export function heldOutBatches(pairs: Pairs, limits: BatchLimits): Batches {
  return batchesOf(pairs, planned(pairs, limits));
}

/**
 * Numbers of sentences to translate together, the longest last.
 * @param lengths of their tokens
 */
export function translationBatches(lengths: ArrayLike<number>, limits: BatchLimits): Int32Array[] {
  const order = Array.from(lengths, (_, i) => i).sort((a, b) => lengths[a] - lengths[b] || a - b);
  return cut(order, (i) => lengths[i] + 1, limits);
}

/** The source side alone, rows in the order given. */
export function sourceBatch(
  encoded: readonly Int32Array[],
): Pick<PairBatch, 'rows' | 'source' | 'sourceLengths'> {
  const { x, lengths } = padWords(encoded.map(ended));
  return { rows: encoded.length, source: x, sourceLengths: lengths };
}

// --- internal ---

/** Batches whose pairs are sorted by length together: more is less padding and less chance. */
const batchesInBucket = 20;

function ended(tokens: Int32Array): Int32Array {
  const sentence = new Int32Array(tokens.length + 1);
  sentence.set(tokens);
  sentence[tokens.length] = specialTokens.end;
  return sentence;
}

function begun(tokens: Int32Array): Int32Array {
  const sentence = new Int32Array(tokens.length + 1);
  sentence.set(tokens, 1);
  sentence[0] = specialTokens.begin;
  return sentence;
}

function encodedAnew(
  texts: readonly string[],
  by: TranslateData['reading']['source'],
  dropout: number,
  noise: NoiseStream,
  side: 0 | 1,
): Int32Array[] {
  return texts.map((text, i) => by.encode(text, { dropout, noise, sentence: 2 * i + side }).tokens);
}

function batchesOf({ source, target }: Pairs, plan: readonly Int32Array[]): Batches {
  return {
    count: plan.length,
    batch(position) {
      const pairs = plan[position];
      if (pairs === undefined) throw new RangeError(`there is no batch ${position} of ${plan.length}`);
      const written = Array.from(pairs, (i) => target.encoded[i]);
      const { x: targets, lengths } = padWords(written.map(ended));
      return {
        pairs,
        ...sourceBatch(Array.from(pairs, (i) => source.encoded[i])),
        input: padWords(written.map(begun)).x,
        targets: Int32Array.from(targets.words),
        targetLengths: lengths,
        counted: lengths.reduce((sum, length) => sum + length, 0),
      };
    },
  };
}

/** Numbers of pairs: shuffled, cut into buckets, each sorted by length and cut into batches, which are shuffled again; or sorted alone. */
function planned({ source, target, length }: Pairs, limits: BatchLimits, stream?: NoiseStream): Int32Array[] {
  const tokensOf = (i: number) => source.encoded[i].length + 1;
  const targetsOf = (i: number) => target.encoded[i].length + 1;
  const byLength = (a: number, b: number) =>
    tokensOf(a) - tokensOf(b) || targetsOf(a) - targetsOf(b) || a - b;
  const all = Array.from({ length }, (_, i) => i);
  if (!stream) return cut(all.sort(byLength), tokensOf, limits, targetsOf);
  const order = Array.from(stream.permutation({ site: 'order', entry: 0 }, length));
  const size = limits.batch * batchesInBucket;
  const batches: Int32Array[] = [];
  for (let from = 0; from < length; from += size)
    batches.push(...cut(order.slice(from, from + size).sort(byLength), tokensOf, limits, targetsOf));
  return Array.from(stream.permutation({ site: 'order', entry: 1 }, batches.length), (n) => batches[n]);
}

/** Cuts a list where a batch is full: by its rows, or by rows times the longest of each side. */
function cut(
  order: readonly number[],
  sourceOf: (i: number) => number,
  { batch, batchTokens }: BatchLimits,
  targetOf: (i: number) => number = () => 0,
): Int32Array[] {
  const batches: Int32Array[] = [];
  let from = 0;
  let [source, target] = [0, 0];
  for (let at = 0; at < order.length; at++) {
    const wider = [Math.max(source, sourceOf(order[at])), Math.max(target, targetOf(order[at]))];
    const rows = at - from + 1;
    const isFull = rows > batch || (batchTokens !== null && rows * (wider[0] + wider[1]) > batchTokens);
    if (isFull && rows > 1) {
      batches.push(Int32Array.from(order.slice(from, at)));
      from = at;
      [source, target] = [sourceOf(order[at]), targetOf(order[at])];
    } else [source, target] = wider;
  }
  if (from < order.length) batches.push(Int32Array.from(order.slice(from)));
  return batches;
}
