import { NoiseStream } from 'lethe';
import { describe, expect, it, test } from 'vitest';
import { evaluationStreams, segmentsOf, trainingStreams } from './segments.ts';
import { tinyTextConfig, tokens } from './tiny-text.suite.ts';

const stream = new NoiseStream(3);

test('rows of training go on from window to window, and every target follows its word', () => {
  const text = tokens(Array.from({ length: 43 }, (_, i) => i));
  const streams = trainingStreams(text, 4);
  // 43 tokens are 4 rows of 10; the last token of a row is a target alone.
  expect([streams.rows, streams.length]).toEqual([4, 9]);
  const seen: number[] = [];
  for (const segment of segmentsOf(streams.length, tinyTextConfig('training.steps=4').training, stream)) {
    const { words, targets, batch, stepMask } = streams.window(segment);
    expect(stepMask).toBeUndefined();
    expect([...targets]).toEqual([...words].map((word) => word + 1));
    for (let t = 0; t < segment.steps; t++) seen.push(words[t * batch + 1]);
  }
  expect(seen).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18]);
});

describe('random lengths', () => {
  const config = tinyTextConfig('training.steps=70', 'training.lengths=random').training;
  const segments = segmentsOf(200_000, config, stream);
  const lengths = segments.slice(0, -1).map(({ steps }) => steps);

  it('cover the text once, without gaps', () => {
    let at = 0;
    for (const { from, steps } of segments) {
      expect(from).toBe(at);
      at += steps;
    }
    expect(at).toBe(200_000);
  });

  it('are normal around 70, or once in twenty around 35, with deviation 5 (Merity et al. 2017)', () => {
    const short = lengths.filter((length) => length < 52);
    const long = lengths.filter((length) => length >= 52);
    // About 2,930 draws: the share of short ones is off by .004, the means by .1 and .4.
    expect(short.length / lengths.length).toBeGreaterThan(0.034);
    expect(short.length / lengths.length).toBeLessThan(0.066);
    // Truncation takes half a step off the mean.
    expect(mean(long)).toBeCloseTo(69.5, 0);
    expect(Math.abs(mean(short) - 34.5)).toBeLessThan(2);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(90);
  });

  it.each([1, 2, 4, 5, 6])('are whole steps of the text where none may be longer than %i', (longest) => {
    for (const steps of [1, 3, 70]) {
      const set = [`training.steps=${steps}`, 'training.lengths=random', `training.longest=${longest}`];
      let at = 0;
      for (const segment of segmentsOf(103, tinyTextConfig(...set).training, stream)) {
        expect(segment.from).toBe(at);
        expect(segment.steps).toBeGreaterThanOrEqual(1);
        expect(segment.steps).toBeLessThanOrEqual(longest);
        at += segment.steps;
      }
      expect(at).toBe(103);
    }
  });

  it('are others in another epoch, and the same in the same', () => {
    expect(segmentsOf(1000, config, stream.at(1))).not.toEqual(segmentsOf(1000, config, stream.at(2)));
    expect(segmentsOf(1000, config, stream.at(1))).toEqual(segmentsOf(1000, config, stream.at(1)));
  });
});

test.each([1, 2, 3, 7, 20, 500])(
  'evaluation in %i streams predicts every token but the first exactly once',
  (rows) => {
    const text = tokens(Array.from({ length: 53 }, (_, i) => i));
    const streams = evaluationStreams(text, rows);
    const predicted: number[] = [];
    for (let from = 0; from < streams.length; from += 6) {
      const { words, targets, stepMask } = streams.window({
        from,
        steps: Math.min(6, streams.length - from),
      });
      for (const [m, target] of targets.entries()) {
        if (stepMask?.[m] === 0) continue;
        expect(words[m]).toBe(target - 1);
        predicted.push(target);
      }
    }
    expect(predicted.sort((a, b) => a - b)).toEqual(Array.from({ length: 52 }, (_, i) => i + 1));
    expect(streams.stops.reduce((a, b) => a + b, 0)).toBe(52);
  },
);

// --- internal ---

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
