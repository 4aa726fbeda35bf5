import { NoiseStream, specialTokens } from 'lethe';
import { describe, expect, it } from 'vitest';
import { useScratch } from '../../../data/scratch.suite.ts';
import { epochBatches, heldOutBatches, type PairBatch, sourceBatch, translationBatches } from './batches.ts';
import { loadPairs } from './load.ts';
import { putFolder, settings } from './testing.suite.ts';

const scratch = useScratch();
const load = (level: 'bpe' | 'char' = 'char') =>
  loadPairs(settings(putFolder(scratch.put), { tokens: { level } }), { cwd: scratch.root, env: scratch.env });
const all = ({ count, batch }: { count: number; batch(at: number): PairBatch }) =>
  Array.from({ length: count }, (_, at) => batch(at));
const noise = new NoiseStream(5);

describe('the batches of an epoch', () => {
  it('have every pair once, in another order each epoch, the same for the same seed', async () => {
    const data = await load();
    const of = (epoch: number, seed = noise) =>
      all(epochBatches(data, { batch: 8, batchTokens: null, dropout: 0 }, seed, epoch));
    const numbers = of(0).flatMap(({ pairs }) => [...pairs]);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 90 }, (_, i) => i));
    expect(of(0)).toEqual(of(0));
    const order = (batches: PairBatch[]) => batches.map(({ pairs }) => pairs.join());
    expect(order(of(1))).not.toEqual(order(of(0)));
    expect(order(of(0, new NoiseStream(6)))).not.toEqual(order(of(0)));
  });

  it('stay below the tokens that are allowed, padding and ends counted, one pair at least', async () => {
    const data = await load();
    const batches = all(epochBatches(data, { batch: 1000, batchTokens: 400, dropout: 0 }, noise, 0));
    for (const { rows, source, targets } of batches)
      expect(source.words.length + targets.length <= 400 || rows === 1).toBe(true);
    // Some 50 characters on both sides: seven or so fit; were they alone, batches would not be.
    expect(batches.length).toBeLessThan(25);
    const alone = all(epochBatches(data, { batch: 1000, batchTokens: 1, dropout: 0 }, noise, 0));
    expect(alone).toHaveLength(90);
  });

  it('begin and end sentences, padded behind, lengths exact', async () => {
    const data = await load();
    const [batch] = all(heldOutBatches(data.splits.test, { batch: 5, batchTokens: null }));
    const { rows, pairs, source, sourceLengths, input, targets, targetLengths, counted } = batch;
    expect(rows).toBe(5);
    expect(counted).toBe(targetLengths.reduce((sum, length) => sum + length, 0));
    for (const [b, number] of pairs.entries()) {
      const column = (words: ArrayLike<number>) => Array.from(words).filter((_, at) => at % rows === b);
      const own = [...data.splits.test.source.encoded[number], specialTokens.end];
      const other = [...data.splits.test.target.encoded[number]];
      expect(column(source.words)).toEqual([
        ...own,
        ...new Array(source.words.length / rows - own.length).fill(0),
      ]);
      expect(sourceLengths[b]).toBe(own.length);
      const rest = new Array(targets.length / rows - other.length - 1).fill(0);
      expect(column(input.words)).toEqual([specialTokens.begin, ...other, ...rest]);
      expect(column(targets)).toEqual([...other, specialTokens.end, ...rest]);
      expect(targetLengths[b]).toBe(other.length + 1);
    }
  });

  it('encode anew in every epoch where merges are left out, and mean the same text', async () => {
    const data = await load('bpe');
    const of = (dropout: number, epoch: number) =>
      all(epochBatches(data, { batch: 16, batchTokens: null, dropout }, noise, epoch));
    const texts = (batches: PairBatch[]) => {
      const byPair: string[] = [];
      for (const { pairs, rows, source, sourceLengths } of batches) {
        for (const [b, number] of pairs.entries()) {
          const tokens = Array.from(source.words.filter((_, at) => at % rows === b)).slice(
            0,
            sourceLengths[b] - 1,
          );
          byPair[number] = data.reading.source.decode(tokens);
        }
      }
      return byPair;
    };
    const tokens = (batches: PairBatch[]) => batches.reduce((sum, { counted }) => sum + counted, 0);
    expect(texts(of(0.3, 0))).toEqual([...data.splits.train.source.texts]);
    expect(of(0.3, 0)).toEqual(of(0.3, 0));
    const words = (batches: PairBatch[]) => batches.map(({ input }) => input.words.join());
    expect(words(of(0.3, 0)).toSorted()).not.toEqual(words(of(0.3, 1)).toSorted());
    expect(tokens(of(0.3, 0))).toBeGreaterThan(tokens(of(0, 0)));
  });

  it('leave merges out on each side by draws of its own', async () => {
    const { splits, reading } = await load('bpe');
    // One text on both sides, by one vocabulary: what differs are the draws.
    const twice = {
      splits: { ...splits, train: { ...splits.train, target: splits.train.source } },
      reading: { ...reading, target: reading.source },
    };
    const differ = (dropout: number) =>
      all(epochBatches(twice, { batch: 1, batchTokens: null, dropout }, noise, 0)).filter(
        ({ source, targets }) => source.words.join() !== targets.join(),
      ).length;
    expect(differ(0)).toBe(0);
    expect(differ(0.5)).toBeGreaterThan(45);
  });
});

describe('batches to translate', () => {
  it('are those of like length, within their limits', () => {
    const lengths = [9, 1, 5, 1, 9, 4];
    expect(translationBatches(lengths, { batch: 2, batchTokens: null }).map((batch) => [...batch])).toEqual([
      [1, 3],
      [5, 2],
      [0, 4],
    ]);
    // 2 · (1 + 1) and one more of 5; 5 and 6; 10; 10.
    expect(translationBatches(lengths, { batch: 9, batchTokens: 12 }).map((batch) => [...batch])).toEqual([
      [1, 3],
      [5, 2],
      [0],
      [4],
    ]);
    const { rows, sourceLengths } = sourceBatch([Int32Array.of(5, 6), Int32Array.of()]);
    expect([rows, ...sourceLengths]).toEqual([2, 3, 1]);
  });
});
