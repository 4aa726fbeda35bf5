import { describe, expect, it } from 'vitest';
import { mul } from '../autograd/ops/arithmetic.ts';
import { sum } from '../autograd/ops/reduce.ts';
import { gradients } from '../autograd/tape.ts';
import { embeddingRegularizer } from '../dropout/combine.ts';
import { parseDropout } from '../dropout/parse.ts';
import { NoiseStream } from '../random/stream.ts';
import { embedding } from './embedding.ts';

const stream = new NoiseStream(42, 3);
const [V, E, T, B] = [50, 4, 6, 3];
/** Word 7 stands in every row, twice in row 0. */
const words = Int32Array.from({ length: T * B }, (_, m) => (m < B || m === 2 * B ? 7 : (5 * m) % V));

const table = (dropout?: string) =>
  embedding(
    { vocabulary: V, size: E, dropout: dropout ? embeddingRegularizer(parseDropout(dropout)) : undefined },
    stream,
  );
/** What each looked-up word was multiplied by. */
function factors(dropout: string, noise?: NoiseStream): number[] {
  const { forward, parameters } = table(dropout);
  const rows = forward(words, B, noise);
  return Array.from(words, (word, m) => {
    const ratios = Array.from(
      { length: E },
      (_, j) => rows.data[m * E + j] / parameters.weight.data[word * E + j],
    );
    // The whole word or nothing of it.
    for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0], 5);
    return ratios[0];
  });
}

describe('the embedding', () => {
  it('looks up the rows of words', () => {
    const { forward, parameters } = table();
    const y = forward(words, B);
    expect(y.shape).toEqual([T, B, E]);
    words.forEach((word, m) => {
      expect([...y.data.subarray(m * E, (m + 1) * E)]).toEqual([
        ...parameters.weight.data.subarray(word * E, (word + 1) * E),
      ]);
    });
  });

  it('drops a word for an example wherever it occurs there, and for other examples on their own (Gal)', () => {
    const draws = Array.from({ length: 60 }, (_, step) =>
      factors('variational:embedding=.5', stream.at(step)),
    );
    for (const draw of draws) {
      expect(draw[2 * B]).toBeCloseTo(draw[0], 5);
      for (const factor of draw) expect([0, 2].some((kept) => Math.abs(factor - kept) < 1e-5)).toBe(true);
    }
    // Rows 0 and 1 agree by chance half of the time: 60 times with probability 2^-60.
    expect(draws.some((draw) => Math.abs(draw[0] - draw[1]) > 1)).toBe(true);
    // 60 draws of a fair coin: within 4 sigma, 4 * sqrt(15) = 15.5.
    const kept = draws.filter((draw) => draw[0] > 1).length;
    expect(Math.abs(kept - 30)).toBeLessThan(15.5);
  });

  it('drops a row of the table for the whole batch (AWD)', () => {
    for (let step = 0; step < 20; step++) {
      const draw = factors('awd:embedding=.5', stream.at(step));
      expect(draw[1]).toBeCloseTo(draw[0], 5);
      expect(draw[2]).toBeCloseTo(draw[0], 5);
    }
  });

  it('drops nothing without a stream', () => {
    for (const factor of factors('variational:embedding=.5')) expect(factor).toBe(1);
  });

  it('adds up the gradients of a word over its occurrences, masked as the word was', () => {
    const { forward, parameters } = table('awd:embedding=.5');
    const { gradients: slopes } = gradients([parameters.weight], () => {
      const y = forward(words, B, stream);
      return sum(mul(y, y));
    });
    // d sum y² / d w = 2 f² w for each occurrence, f the word's factor.
    const draw = factors('awd:embedding=.5', stream);
    const expected = new Float64Array(V * E);
    words.forEach((word, m) => {
      for (let j = 0; j < E; j++)
        expected[word * E + j] += 2 * draw[m] ** 2 * parameters.weight.data[word * E + j];
    });
    slopes[0].data.forEach((slope: number, i: number) => {
      expect(slope).toBeCloseTo(expected[i], 5);
    });
  });

  it('refuses words that are not in the table, and steps that are not whole', () => {
    const { forward } = table();
    expect(() => forward(Int32Array.of(0, V, 1), 3)).toThrow(
      'expected words from 0 to 49, got 50 at step 0, row 1',
    );
    expect(() => forward(Int32Array.of(0, 1), 3)).toThrow('expected whole steps of 3 words, got 2 words');
    expect(() =>
      embedding({ vocabulary: V, size: E, dropout: parseDropout('naive:input=.5') }, stream),
    ).toThrow();
  });
});
