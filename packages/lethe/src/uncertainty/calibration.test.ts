import { describe, expect, it } from 'vitest';
import { NoiseStream } from '../random/stream.ts';
import { categoricalNll } from '../scores/classification.ts';
import { intervalScores } from '../scores/probabilistic-forecast.ts';
import { adaptiveConformal } from './adaptive-conformal.ts';
import {
  conformalIntervals,
  conformalQuantile,
  fitConformalIntervals,
  fitPredictionSets,
  predictionSets,
} from './conformal.ts';
import { fitTemperature, scaledByTemperature } from './temperature.ts';

const uniforms = (seed: number, n: number) => new NoiseStream(seed).uniforms({ site: 'sample' }, n);
const normals = (seed: number, n: number) => new NoiseStream(seed).normals({ site: 'sample' }, n);

describe('fitTemperature', () => {
  it('has the closed form of two classes: of m right out of n with logits ±z, tanh(z / T) = 2 m/n - 1', () => {
    // 3 of 4 right at logits (1, -1): softmax gives 1/(1 + exp(-2/T)) = 3/4, T = 2 / log 3.
    const logits = [1, 1, 1, 1].map((z) => [z, -z]);
    expect(fitTemperature(logits, [0, 0, 0, 1])).toBeCloseTo(2 / Math.log(3), 9);
  });

  it('finds back the factor by which logits were too large', () => {
    const [n, K] = [4000, 3];
    const z = normals(3, n * K);
    const u = uniforms(4, n);
    const logits = Array.from({ length: n }, (_, i) => Array.from(z.subarray(i * K, (i + 1) * K)));
    const target = scaledByTemperature(logits, 1).map((p, i) =>
      u[i] < p[0] ? 0 : u[i] < p[0] + p[1] ? 1 : 2,
    );
    const large = logits.map((row) => row.map((value) => 5 * value));
    const temperature = fitTemperature(large, target);
    // The deviation of the estimate from 4000 examples is some 3 %.
    expect(temperature / 5).toBeGreaterThan(0.9);
    expect(temperature / 5).toBeLessThan(1.1);
    expect(fitTemperature(logits, target)).toBeCloseTo(temperature / 5, 6);
    const nll = (T: number) => categoricalNll(scaledByTemperature(large, T), target);
    expect(nll(temperature)).toBeLessThan(nll(temperature * 1.01));
    expect(nll(temperature)).toBeLessThan(nll(temperature * 0.99));
  });

  it('leaves classes that cannot be out of account', () => {
    const logits = [1, 1, 1, 1].map((z) => [z, -z]);
    const more = logits.map((row) => [...row, Number.NEGATIVE_INFINITY]);
    expect(fitTemperature(more, [0, 0, 0, 1])).toBe(fitTemperature(logits, [0, 0, 0, 1]));
    expect(Array.from(scaledByTemperature(more, 2)[0])).toEqual([...scaledByTemperature(logits, 2)[0], 0]);
  });

  it('is 1 where no temperature makes a difference', () => {
    expect(fitTemperature([[3], [2]], [0, 0])).toBe(1);
    expect(
      fitTemperature(
        [
          [0.1, 0.1, 0.1],
          [2, 2, -Infinity],
        ],
        [0, 1],
      ),
    ).toBe(1);
    // The row that tells nothing leaves the others alone: 3 of 4 right, as above.
    const logits = [...[1, 1, 1, 1].map((z) => [z, -z]), [5, 5]];
    expect(fitTemperature(logits, [0, 0, 0, 1, 0])).toBeCloseTo(2 / Math.log(3), 9);
  });

  it('stops at the ends of its range where all or none are right', () => {
    expect(fitTemperature([[3, 0]], [0])).toBeCloseTo(1e-3, 12);
    expect(fitTemperature([[3, 0]], [1])).toBeCloseTo(1e3, 6);
  });
});

describe('logits', () => {
  it('may be -Infinity for a class that cannot be, unless it occurred; NaN and +Infinity are none', () => {
    // softmax of (0, -Infinity, 1) is that of (0, 1).
    const [row] = scaledByTemperature([[0, -Infinity, 1]], 1);
    expect(row[1]).toBe(0);
    expect(row[2]).toBeCloseTo(1 / (1 + Math.exp(-1)), 15);
    expect(() =>
      fitTemperature(
        [
          [0, 1],
          [0, -Infinity],
        ],
        [1, 1],
      ),
    ).toThrow(/every class that occurred to be possible, got the logit -Infinity for that of row 1/);
    for (const wrong of [Number.NaN, Infinity]) {
      expect(() =>
        fitTemperature(
          [
            [0, 1],
            [wrong, 1],
          ],
          [1, 1],
        ),
      ).toThrow(/finite numbers, or -Infinity .* at row 1, class 0/);
      expect(() => scaledByTemperature([[1, wrong]], 2)).toThrow(
        /finite numbers, or -Infinity .* at row 0, class 1/,
      );
    }
    expect(() => scaledByTemperature([[-Infinity, -Infinity]], 1)).toThrow(/no class that can be at row 0/);
  });
});

describe('conformalQuantile', () => {
  it('refuses NaN, which would be the largest score', () => {
    expect(() => conformalQuantile([1, Number.NaN, 2], 0.4)).toThrow(/scores .* got NaN at element 1/);
    expect(conformalQuantile([1, Infinity, 2], 0.5)).toBe(2);
  });

  it('is the ceil((n + 1)(1 - alpha))-th smallest score', () => {
    const scores = [5, 3, 9, 1, 7, 2, 8, 4, 6];
    expect(conformalQuantile(scores, 0.1)).toBe(9);
    expect(conformalQuantile(scores, 0.2)).toBe(8);
    expect(conformalQuantile(scores, 0.05)).toBe(Infinity);
    expect(conformalQuantile(scores, 1.2)).toBe(-Infinity);
  });

  it('is not moved by how (n + 1)(1 - alpha) is rounded', () => {
    // In float64 10 (1 - .7) is 3.0000000000000004: the third of nine, not the fourth.
    expect(10 * (1 - 0.7)).toBeGreaterThan(3);
    expect(conformalQuantile([1, 2, 3, 4, 5, 6, 7, 8, 9], 0.7)).toBe(3);
  });
});

describe('conformal intervals', () => {
  // Errors with a deviation that grows over two steps; predictions 0.
  const example = (seed: number, n: number) => {
    const z = normals(seed, 2 * n);
    return Float64Array.from(z, (value, i) => value * (1 + 2 * (i % 2)));
  };

  it('hold what they promise on data never seen, step by step and jointly', () => {
    const fitted = fitConformalIntervals(example(1, 2000), new Float64Array(4000), { horizon: 2 });
    expect(fitted.examples).toEqual([2000, 2000]);
    // Quantile .95 of a Gaussian on either side; deviation of the estimate some 2 %.
    expect(fitted.radius[0] / 1.645).toBeCloseTo(1, 0.9);
    expect(fitted.radius[1] / (3 * 1.645)).toBeCloseTo(1, 0.9);
    const fresh = example(2, 4000);
    const zero = new Float64Array(8000);
    const each = intervalScores(fresh, conformalIntervals(fitted, zero), { horizon: 2 });
    expect(Math.abs(each.coverage - 0.9)).toBeLessThan(0.02);
    expect(each.jointCoverage).toBeLessThan(0.88);
    const joint = intervalScores(fresh, conformalIntervals(fitted, zero, { joint: true }), { horizon: 2 });
    expect(Math.abs(joint.jointCoverage - 0.9)).toBeLessThan(0.02);
  });

  it('hold a horizon as a whole by the largest score of each', () => {
    // Steps 1 and 2 of three examples miss by 1 and 6, 5 and 2, 3 and 4: of each step the second of three (.5 of 4), and of the
    // largest, 6, 5 and 4, too.
    const { radius, jointRadius } = fitConformalIntervals([1, 6, 5, 2, 3, 4], new Float64Array(6), {
      ...{ horizon: 2, alpha: 0.5 },
    });
    expect(Array.from(radius)).toEqual([3, 4]);
    expect(jointRadius).toBe(5);
  });

  it('follow predicted deviations', () => {
    const deviation = Float64Array.from({ length: 4000 }, (_, i) => 1 + 2 * (i % 2));
    const fitted = fitConformalIntervals(example(1, 2000), new Float64Array(4000), { deviation });
    const { lower, upper } = conformalIntervals(fitted, [10, 10], { deviation: [1, 3] });
    expect(upper[1] - 10).toBeCloseTo(3 * (upper[0] - 10), 12);
    expect(10 - lower[0]).toBeCloseTo(upper[0] - 10, 12);
    expect(() => conformalIntervals(fitted, [10])).toThrow(/in units of predicted deviations/);
  });

  it('are those of what was fitted after it was written as JSON, and say what JSON lost', () => {
    const fitted = fitConformalIntervals([1, 2, 3], [0, 0, 0], { alpha: 0.5 });
    const kept = JSON.parse(JSON.stringify({ ...fitted, radius: Array.from(fitted.radius) }));
    expect(conformalIntervals(kept, [1])).toEqual(conformalIntervals(fitted, [1]));
    const few = fitConformalIntervals([1, 2, 3], [0, 0, 0]);
    const lost = JSON.parse(JSON.stringify({ ...few, radius: Array.from(few.radius) }));
    expect(() => conformalIntervals(lost, [1])).toThrow(
      /radius to be numbers, got null at element 0; JSON writes/,
    );
    expect(() => conformalIntervals({ ...kept, jointRadius: null }, [1])).toThrow(/jointRadius .*got null/);
    const sets = fitPredictionSets([[0.9, 0.1]], [0], { score: 'threshold' });
    expect(() => predictionSets(JSON.parse(JSON.stringify(sets)), [[1, 0]])).toThrow(
      /threshold .*got null at element 0; JSON writes Infinity as null/,
    );
  });

  it('are of whole horizons', () => {
    const fitted = fitConformalIntervals([1, 2, 3, 4], [1, 2, 3, 5], { horizon: 2, alpha: 0.5 });
    expect(() => conformalIntervals(fitted, [1, 2, 3])).toThrow(
      /whole horizons of 2 steps.*got 3 predictions/,
    );
  });

  it('leave out missing targets, and are infinite where too few are left', () => {
    const nan = Number.NaN;
    const fitted = fitConformalIntervals([1, nan, 2, nan], [0, 0, 0, 0], { horizon: 2, alpha: 0.5 });
    expect(fitted.examples).toEqual([2, 0]);
    expect(Array.from(fitted.radius)).toEqual([2, Infinity]);
  });
});

describe('prediction sets', () => {
  const [n, K] = [3000, 4];
  const made = (seed: number) => {
    const z = normals(seed, n * K);
    const u = uniforms(seed + 1, n);
    const probabilities = scaledByTemperature(
      Array.from({ length: n }, (_, i) => z.subarray(i * K, (i + 1) * K)),
      0.5,
    );
    const target = probabilities.map((p, i) => {
      let k = 0;
      for (let sum = p[0]; k < K - 1 && u[i] >= sum; sum += p[k]) k++;
      return k;
    });
    return { probabilities, target, uniform: uniforms(seed + 2, n) };
  };

  for (const score of ['threshold', 'adaptive'] as const) {
    it(`hold the right class as often as they promise (${score})`, () => {
      const kept = made(10);
      const fitted = fitPredictionSets(kept.probabilities, kept.target, {
        uniform: kept.uniform,
        score,
        alpha: 0.2,
      });
      const fresh = made(20);
      const sets = predictionSets(fitted, fresh.probabilities, fresh.uniform);
      const hit = sets.filter((set, i) => set.includes(fresh.target[i])).length / n;
      expect(Math.abs(hit - 0.8)).toBeLessThan(0.025);
      const size = sets.reduce((sum, set) => sum + set.length, 0) / n;
      expect(size).toBeLessThan(3);
    });
  }

  it('score a class by what is more probable and its own share, and hold those up to the limit', () => {
    const rows = [
      [0.5, 0.375, 0.125],
      [0.5, 0.375, 0.125],
      [0.25, 0.75, 0],
    ];
    const uniform = [0.5, 0.25, 0.5];
    // .5 · .5; .5 + .25 · .375; .5 · .75. The third of three by alpha .25.
    const fitted = fitPredictionSets(rows, [0, 1, 1], { uniform, alpha: 0.25 });
    expect(fitted.threshold).toBe(0.59375);
    // Scores: .25, .59375 and .875 + … ; with another number .5 + .5 · .375 is too much.
    expect(predictionSets(fitted, [rows[0], rows[0]], [0.25, 0.5])).toEqual([[0, 1], [0]]);
    const simple = fitPredictionSets(rows, [0, 1, 1], { score: 'threshold', alpha: 0.25 });
    // 1 - p: .5, .625, .25; the largest of three is held itself.
    expect(simple.threshold).toBe(0.625);
    expect(predictionSets(simple, [rows[0]])).toEqual([[0, 1]]);
  });

  it('refuse numbers that are no draws from 0 to 1', () => {
    for (const wrong of [Number.NaN, -0.1, 3]) {
      expect(() => fitPredictionSets([[0.5, 0.5]], [0], { uniform: [wrong] })).toThrow(
        /uniform numbers from 0 to 1/,
      );
    }
  });

  it('adapt only with numbers drawn for each example', () => {
    expect(() => fitPredictionSets([[0.5, 0.5]], [0])).toThrow(/expected uniform numbers, one an example/);
  });
});

describe('adaptiveConformal', () => {
  it('asks for everything until it has seen enough, and brings the misses of a drifting stream to alpha', () => {
    const stream = adaptiveConformal({ alpha: 0.1, gamma: 0.02, warmUp: 50 });
    expect(stream.radius()).toBe(Infinity);
    const z = normals(7, 6000);
    let misses = 0;
    // The deviation grows sixfold: with a fixed level the early scores would be far too small.
    for (let t = 0; t < 6000; t++) if (stream.observe(Math.abs(z[t]) * (1 + t / 1000)) && t >= 1000) misses++;
    expect(Math.abs(misses / 5000 - 0.1)).toBeLessThan(0.01);
  });

  it('moves its level by gamma (alpha - miss)', () => {
    const stream = adaptiveConformal({ alpha: 0.2, gamma: 0.5, warmUp: 9 });
    for (let score = 1; score <= 9; score++) stream.observe(score);
    expect(stream.level).toBe(0.2);
    expect(stream.radius()).toBe(8);
    expect(stream.observe(8.5)).toBe(true);
    expect(stream.level).toBeCloseTo(0.2 + 0.5 * (0.2 - 1), 12);
    // A level below 0 holds everything.
    expect(stream.radius()).toBe(Infinity);
  });

  it('takes a score at its radius as held', () => {
    const stream = adaptiveConformal({ alpha: 0.2, gamma: 0.5, warmUp: 9 });
    for (let score = 1; score <= 9; score++) stream.observe(score);
    expect(stream.observe(stream.radius())).toBe(false);
    expect(stream.level).toBeCloseTo(0.2 + 0.5 * 0.2, 12);
  });
});
