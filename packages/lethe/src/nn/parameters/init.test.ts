import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../errors.ts';
import { spectralRadius } from '../../linalg/spectral-radius.ts';
import { NoiseStream } from '../../random/stream.ts';
import { type InitOptions, initialTensor } from './init.ts';

const stream = new NoiseStream(42);
const place = { layer: 0, entry: 1 };

function draw(shape: readonly number[], options: InitOptions, entry = 1): number[] {
  return [...initialTensor(shape, options, stream, { layer: 0, entry }).data];
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

describe('initialTensor', () => {
  it('draws a normal distribution of the variance asked for, 1 / rows without one', () => {
    const asked = moments(draw([100, 200], { variance: 0.04 }));
    // 20000 draws: the mean within 5 standard errors, 5 * 0.2 / sqrt(20000), the variance within 5 %.
    expect(Math.abs(asked.mean)).toBeLessThan(0.0071);
    expect(asked.variance / 0.04).toBeCloseTo(1, 1);
    expect(moments(draw([100, 200], {})).variance * 100).toBeCloseTo(1, 1);
  });

  it('draws a uniform distribution between the limits, 1 / sqrt(rows) without one', () => {
    const values = draw([100, 200], { kind: 'uniform', limit: 0.3 });
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.3));
    // The variance of (-a, a) is a^2 / 3.
    expect(moments(values).variance / 0.03).toBeCloseTo(1, 1);
    expect(Math.max(...draw([100, 9], { kind: 'uniform' }).map(Math.abs))).toBeLessThanOrEqual(
      Math.fround(0.1),
    );
  });

  it('zeroes after scaling where it is asked to, which leaves a smaller radius', () => {
    const options = { variance: 0.0001, spectralRadius: 1.2, maxIncoming: 15 };
    const radius = (radiusFirst: boolean): number =>
      spectralRadius(initialTensor([400, 400], { ...options, radiusFirst }, stream, place).data, 400);
    expect(radius(false)).toBeCloseTo(1.2, 4);
    // A random matrix has a radius near deviation * root of the incoming weights: 1.2 sqrt(15 / 400) = .232.
    expect(radius(true)).toBeGreaterThan(0.2);
    expect(radius(true)).toBeLessThan(0.27);
  });

  it('fills with zeros or a constant', () => {
    expect(draw([3], { kind: 'zeros' })).toEqual([0, 0, 0]);
    expect(draw([2, 1], { kind: 'constant', value: -8 })).toEqual([-8, -8]);
    expect(draw([0], { kind: 'zeros' })).toEqual([]);
  });

  it('keeps the asked number of incoming weights of every unit and their values', () => {
    const [rows, columns] = [40, 30];
    const full = draw([rows, columns], {});
    const sparse = draw([rows, columns], { maxIncoming: 15 });
    const patterns = new Set<string>();
    for (let column = 0; column < columns; column++) {
      const kept = Array.from({ length: rows }, (_, row) => row).filter(
        (row) => sparse[row * columns + column] !== 0,
      );
      expect(kept).toHaveLength(15);
      for (const row of kept) expect(sparse[row * columns + column]).toBe(full[row * columns + column]);
      patterns.add(kept.join());
    }
    expect(patterns.size).toBe(columns);
    expect(draw([4, 3], { maxIncoming: 9 })).toEqual(draw([4, 3], {}));
  });

  it('leaves the finished sparse matrix with the spectral radius asked for', () => {
    // 400 units, 15 incoming, radius 1.2: the JSB Chorales column of Table 3 (Bayer et al. 2013).
    const matrix = initialTensor(
      [400, 400],
      { variance: 1e-4, maxIncoming: 15, spectralRadius: 1.2 },
      stream,
      place,
    );
    expect(matrix.data.filter((value) => value !== 0)).toHaveLength(400 * 15);
    // 1e-6: the scaled weights are rounded to float32.
    expect(Math.abs(spectralRadius(matrix.data, 400) - 1.2)).toBeLessThan(1e-6);
  });

  it('draws the same numbers for the same place and others elsewhere', () => {
    const first = draw([5, 5], {});
    expect(draw([5, 5], {})).toEqual(first);
    expect(draw([5, 5], {}, 2)).not.toEqual(first);
    expect([...initialTensor([5, 5], {}, stream, { layer: 1, entry: 1 }).data]).not.toEqual(first);
    expect([...initialTensor([5, 5], {}, new NoiseStream(43), place).data]).not.toEqual(first);
  });

  it('draws these numbers from seed 42, in this and every later minor version', () => {
    const snapshots: [InitOptions, number[]][] = [
      [{}, [-0.147504, -0.3164654, -0.7829199, 0.1171448, -0.1408447, -0.4913594, 0.1772253, 0.02816315]],
      [{ kind: 'uniform' }, [0.2836322, 0.1805829, -0.21446, -0.02363828, 0.09301078, 0.2055706]],
      [{ maxIncoming: 2 }, [0, -0.3164654, 0, 0.1171448, -0.1408447, 0, 0.1772253, 0, 0, -0.2527798, 0, 0]],
      [{ maxIncoming: 2, spectralRadius: 1.2 }, [0, -1.949877, 0, 0.7217787, -0.8678039, 0, 1.09196, 0]],
    ];
    for (const [options, expected] of snapshots) {
      const found = draw([4, 4], options);
      // Six digits: the engines' logarithms and cosines may differ in the last bit.
      for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
    }
  });

  it('refuses options that do not belong together or cannot hold', () => {
    const call =
      (shape: number[], options: InitOptions | Record<string, unknown>): (() => unknown) =>
      () =>
        draw(shape, options);
    expect(call([2, 2], { varience: 1 })).toThrow(/did you mean 'variance'/);
    expect(call([2, 2], { kind: 'normel' })).toThrow(/did you mean 'normal'/);
    expect(call([2, 2], { kind: 'uniform', variance: 1 })).toThrow(ConfigError);
    expect(call([2, 2], { kind: 'constant' })).toThrow(/'value'/);
    expect(call([2, 2], { variance: -1 })).toThrow(/at least 0/);
    expect(call([2, 3], { spectralRadius: 1 })).toThrow(/square/);
    expect(call([2], { maxIncoming: 1 })).toThrow(/matrix/);
    expect(call([2, 2], { maxIncoming: 0 })).toThrow(/at least 1/);
    expect(call([2, 2], { kind: 'zeros', spectralRadius: 1 })).toThrow(/eigenvalue other than 0/);
  });
});
