import { describe, expect, it } from 'vitest';
import { NoiseStream } from '../random/stream.ts';
import { bucketBatches } from './bucket-batches.ts';
import { padSteps, padWords, stepMaskOf } from './pad-sequences.ts';

describe('padded sequences', () => {
  it('stand step by step, zeros behind', () => {
    const { x, lengths } = padWords([[5, 6, 7], Int32Array.of(8)]);
    expect(Array.from(x.words)).toEqual([5, 8, 6, 0, 7, 0]);
    expect(x.batch).toBe(2);
    expect(Array.from(lengths)).toEqual([3, 1]);
    const numbers = padSteps([[[1, 2], Float64Array.of(3, 4)], [[5, 6]]]);
    expect(numbers.x.shape).toEqual([2, 2, 2]);
    expect(Array.from(numbers.x.data)).toEqual([1, 2, 5, 6, 3, 4, 0, 0]);
    expect(Array.from(stepMaskOf(lengths).data)).toEqual([1, 1, 1, 0, 1, 0]);
    // Beyond the steps there is nothing to count, and half a step is none.
    expect(() => stepMaskOf(lengths, 2)).toThrow(/lengths of at most 2 steps, got 3 of row 0/);
    expect(() => stepMaskOf([1.5])).toThrow(/whole number/);
    // 2^31 in an Int32Array is -2^31, 2^32 is the word 0.
    expect(() => padWords([[1, 2 ** 32]])).toThrow(
      /from 0 to 2147483647, got 4294967296 at step 1 of sequence 0/,
    );
    expect(() => padWords([[-1]])).toThrow(/got -1 at step 0/);
    expect(stepMaskOf(lengths, 4).shape).toEqual([4, 2]);
  });

  it('say which sequence is none', () => {
    expect(() => padWords([])).toThrow(/at least one sequence/);
    expect(() => padWords([[1], []])).toThrow(/none in sequence 1/);
    expect(() => padWords([[1.5]])).toThrow(/got 1.5 at step 0 of sequence 0/);
    expect(() => padWords([3 as never])).toThrow(/sequences\[0\] to be an array, got 3/);
    expect(() => padSteps([[[1], [1, 2]]])).toThrow(
      /1 features in every step, got 2 at step 1 of sequence 0/,
    );
  });
});

describe('bucketBatches', () => {
  const lengths = Array.from(
    new NoiseStream(2).uniforms({ site: 'sample' }, 1000),
    (u) => 1 + Math.floor(50 * u),
  );
  const stream = new NoiseStream(9);

  it('give every example once, those of like length together', () => {
    const batches = bucketBatches(lengths, { batchSize: 16, stream });
    expect(batches.flatMap((batch) => [...batch]).sort((a, b) => a - b)).toEqual(lengths.map((_, n) => n));
    const padding = (all: Int32Array[]) =>
      all.reduce((sum, batch) => sum + batch.length * Math.max(...Array.from(batch, (n) => lengths[n])), 0) /
        lengths.reduce((sum, length) => sum + length, 0) -
      1;
    // Without buckets a batch of 16 lengths from 1 to 50 would be padded by some 85 %.
    expect(padding(batches)).toBeLessThan(0.12);
    expect(padding(bucketBatches(lengths, { batchSize: 16, batchesInBucket: 1, stream }))).toBeGreaterThan(
      0.6,
    );
    expect(padding(bucketBatches(lengths, { batchSize: 16 }))).toBeLessThan(0.02);
  });

  it('differ from epoch to epoch and are the same from the same stream', () => {
    const of = (epoch: number) => bucketBatches(lengths, { batchSize: 16, stream: stream.at(epoch) });
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });
});
