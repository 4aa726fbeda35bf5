import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readLabelled } from '../tables/labelled.ts';
import { readSeries } from '../tables/series.ts';
import { type ExampleSplits, splitExamples } from '../tables/splits.ts';
import { exampleFile } from './example-files.ts';
import { bad, good, makeReviews } from './reviews.ts';
import { makeSales } from './sales.ts';

const textOf = (file: string | undefined): string => readFileSync(file!, 'utf8');

describe('the embedded tables', () => {
  it('are what their generators write', () => {
    expect(textOf(exampleFile('labels', 'reviews'))).toBe(makeReviews());
    expect(textOf(exampleFile('series', 'sales'))).toBe(makeSales());
    expect(makeReviews(1, 20)).not.toBe(makeReviews(2, 20));
  });

  it('are found by task and name alone', () => {
    expect(exampleFile('labels', 'sales')).toBeUndefined();
    expect(exampleFile('series', 'none')).toBeUndefined();
  });

  it('reviews: 1,500 different texts in two classes of about the same size', async () => {
    const data = await readLabelled(exampleFile('labels', 'reviews')!);
    expect(data.length).toBe(1500);
    expect(data.target).toMatchObject({ kind: 'class', classes: ['negative', 'positive'] });
    const { codes } = data.target as { codes: Int32Array };
    // 750 of 1,500 by a fair coin, four deviations of sqrt(375).
    expect(Math.abs(codes.reduce((sum, code) => sum + code, 0) - 750)).toBeLessThan(78);
    expect(data.notes.join()).not.toContain('word for word');
  });

  it('reviews: a bag of words does not get everything, the order of the words does', async () => {
    const data = await readLabelled(exampleFile('labels', 'reviews')!);
    const texts = (data.input as { texts: string[] }).texts;
    const { codes } = data.target as { codes: Int32Array };
    const splits = splitExamples(data, { test: 0.3 });
    const accuracy = (featuresOf: (words: string[]) => string[]): number =>
      naiveBayes(texts, codes, splits, featuresOf);
    expect(accuracy((words) => words)).toBeLessThan(0.72);
    // Pairs of words in their order know of the nearest negation.
    expect(accuracy((words) => words.map((word, i) => `${words[i - 1]} ${word}`))).toBeGreaterThan(0.76);
    // Who reads to the end, and knows what a negation turns, gets all but half of the 4 % that say neither.
    const right = texts.filter((text, i) => readInOrder(text) === codes[i]).length / texts.length;
    expect(Math.abs(right - 0.98)).toBeLessThan(0.011);
  });

  it('sales: eight daily series with a known column, gaps and missing values', async () => {
    const data = await readSeries(exampleFile('series', 'sales')!, { known: ['promotion'] });
    expect(data.series).toHaveLength(8);
    expect(data.frequency.name).toBe('daily');
    expect(data.notes.join('\n')).toMatch(/values are missing .* steps have no row/);
    expect(data.unusable.count).toBe(0);
  });

  it('sunspots: yearly means, 80.9 in 1749', async () => {
    const data = await readSeries(exampleFile('series', 'sunspots')!);
    expect(data.frequency.name).toBe('yearly');
    expect(data.series[0].length).toBe(235);
    // The mean of the twelve monthly numbers of 1749, and the well-known yearly number.
    expect(data.series[0].values[0]).toBe(80.9);
  });
});

/** The last opinion counts; one alone is turned by a negation. */
function readInOrder(text: string): number {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const opinions = words.filter((word) => good.includes(word) || bad.includes(word));
  const isNegated =
    opinions.length === 1 && /\b(not|never|hardly|by no means|anything but|nobody)\b/i.test(text);
  return good.includes(opinions.at(-1)!) !== isNegated ? 1 : 0;
}

/** Accuracy on the test of a naive Bayes classifier with counts plus one. */
function naiveBayes(
  texts: readonly string[],
  codes: Int32Array,
  { train, test }: ExampleSplits,
  featuresOf: (words: string[]) => string[],
): number {
  const features = texts.map((text) => new Set(featuresOf(text.toLowerCase().match(/\p{L}+/gu) ?? [])));
  const counts = new Map<string, [number, number]>();
  const totals = [0, 0];
  for (const i of train) {
    totals[codes[i]]++;
    for (const feature of features[i]) {
      const count = counts.get(feature) ?? [0, 0];
      count[codes[i]]++;
      counts.set(feature, count);
    }
  }
  const right = test.filter((i) => {
    let score = Math.log(totals[1] / totals[0]);
    for (const feature of features[i]) {
      const [no, yes] = counts.get(feature) ?? [0, 0];
      score += Math.log((yes + 1) / (totals[1] + 2)) - Math.log((no + 1) / (totals[0] + 2));
    }
    return (score > 0 ? 1 : 0) === codes[i];
  });
  return right.length / test.length;
}
