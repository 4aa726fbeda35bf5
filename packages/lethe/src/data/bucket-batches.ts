/** Which examples go into one batch: those of like length, so that little is computed for padding. */

import { checkWhole } from '../checks.ts';
import { checkNumbers, checkOptionNames } from '../options.ts';
import type { NoiseStream } from '../random/stream.ts';
import { checkStream } from '../random/stream.ts';

/** Options of {@link bucketBatches}. */
export interface BucketOptions {
  /** examples in a batch; the last one of a bucket may have fewer */
  batchSize: number;
  /** batches whose examples are sorted by length together: 1 is no sorting, all is no chance. @defaultValue 20 */
  batchesInBucket?: number;
  /** draws the order; a step of its own for each epoch: `noise.at(epoch)`. Absent: sorted by length alone, for evaluation */
  stream?: NoiseStream;
}

/**
 * The numbers of all examples, each once, as batches of like length in random order: the examples are shuffled, cut into
 * buckets, each sorted by length and cut into batches, which are shuffled again.
 * @param lengths of the examples
 * @returns batches of numbers of examples
 * @throws ConfigError for sizes that are no whole numbers above 0
 */
export function bucketBatches(lengths: ArrayLike<number>, options: BucketOptions): Int32Array[] {
  const where = 'bucketBatches';
  checkNumbers(where, 'lengths', lengths);
  checkOptionNames(where, options, ['batchSize', 'batchesInBucket', 'stream']);
  const { batchSize, batchesInBucket = 20, stream } = options;
  checkWhole(where, 'batchSize', batchSize, 1);
  checkWhole(where, 'batchesInBucket', batchesInBucket, 1);
  if (stream !== undefined) checkStream(where, stream);
  const all = Int32Array.from({ length: lengths.length }, (_, n) => n);
  const byLength = (a: number, b: number) => lengths[a] - lengths[b] || a - b;
  if (!stream) return cut(all.sort(byLength), batchSize);
  const shuffled = permuted(stream, all, 0);
  const batches = cut(shuffled, batchSize * batchesInBucket).flatMap((bucket) =>
    cut(bucket.slice().sort(byLength), batchSize),
  );
  return Array.from(stream.permutation({ site: 'order', entry: 1 }, batches.length), (n) => batches[n]);
}

// --- internal ---

function cut(values: Int32Array, size: number): Int32Array[] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, n) =>
    values.subarray(n * size, (n + 1) * size),
  );
}

/** `entry` keeps the two orders of one epoch apart. */
function permuted(stream: NoiseStream, values: Int32Array, entry: number): Int32Array {
  return Int32Array.from(stream.permutation({ site: 'order', entry }, values.length), (n) => values[n]);
}
