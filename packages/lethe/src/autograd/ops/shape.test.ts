import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../errors.ts';
import { tensor } from '../../tensor/tensor.ts';
import { gradients } from '../tape.ts';
import { add, div, mul, sub } from './arithmetic.ts';
import { mean, sum } from './reduce.ts';
import { concat, slice } from './shape.ts';

/** 0 … 23 as [2, 3, 4]; element (i, j, k) is 12 i + 4 j + k. */
const x = tensor(
  Array.from({ length: 24 }, (_, i) => i),
  [2, 3, 4],
);

describe('slice', () => {
  // by hand from 12 i + 4 j + k
  it.each([
    [0, [1, 3, 4], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]],
    [-3, [1, 3, 4], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]],
    [1, [2, 1, 4], [4, 5, 6, 7, 16, 17, 18, 19]],
    [-2, [2, 1, 4], [4, 5, 6, 7, 16, 17, 18, 19]],
    [2, [2, 3, 1], [1, 5, 9, 13, 17, 21]],
    [-1, [2, 3, 1], [1, 5, 9, 13, 17, 21]],
  ])('takes the axis that is written: %i', (axis, shape, values) => {
    const y = slice(x, axis, 1, 2);
    expect(y.shape).toEqual(shape);
    expect(y.toArray()).toEqual(values);
    // the slope of sum(y²) is 2 x inside, 0 outside
    const slopes = gradients([x], () =>
      sum(mul(slice(x, axis, 1, 2), slice(x, axis, 1, 2))),
    ).gradients[0].toArray();
    expect(slopes).toEqual(x.toArray().map((value) => (values.includes(value) ? 2 * value : 0)));
  });

  it('refuses an axis or a range that is not there', () => {
    for (const axis of [3, -4, 0.5, Number.NaN, '0', undefined]) {
      expect(() => slice(x, axis as number, 0, 1)).toThrow(ShapeError);
    }
    expect(() => slice(x, 0, -1, 1)).toThrow(/range inside axis 0/);
    expect(() => slice(x, 1, 0, 4)).toThrow(/range inside axis 1/);
    expect(() => slice(tensor(1), 0, 0, 1)).toThrow(ShapeError);
  });
});

describe('concat', () => {
  it.each([0, 1, 2, -1, -2, -3])('puts slices together again along axis %i', (axis) => {
    const length = x.shape.at(axis)!;
    const y = concat([slice(x, axis, 0, 1), slice(x, axis, 1, length)], axis);
    expect(y.shape).toEqual(x.shape);
    expect(y.toArray()).toEqual(x.toArray());
  });

  it('refuses an axis that is not there', () => {
    expect(() => concat([x, x], 3)).toThrow(ShapeError);
    expect(() => concat([tensor(1)], 0)).toThrow(ShapeError);
  });
});

it('the mean of nothing is refused', () => {
  expect(() => mean(tensor([]))).toThrow(ShapeError);
});

describe('arithmetic of two shapes', () => {
  it.each([
    [[6], [1, 1], [6]],
    [[6], [1, 6], [1, 6]],
    [[1], [1, 1], [1, 1]],
    [[2, 3], [], [2, 3]],
    [[0, 3], [3], [0, 3]],
    [[0], [1], [0]],
  ])('repeats the shorter one on either side: %j and %j', (one, other, shape) => {
    const filled = (lengths: number[], value: number) =>
      tensor(
        lengths.reduce<number[]>((all, n) => Array.from({ length: all.length * n }, () => value), [value]),
        lengths,
      );
    const [a, b] = [filled(one, 6), filled(other, 3)];
    for (const [f, ab, ba] of [
      [add, 9, 9],
      [sub, 3, -3],
      [mul, 18, 18],
      [div, 2, 0.5],
    ] as const) {
      const size = shape.reduce((product, n) => product * n, 1);
      for (const [y, value] of [
        [f(a, b), ab],
        [f(b, a), ba],
      ] as const) {
        expect(y.shape).toEqual(shape);
        expect(y.toArray()).toEqual(new Array(size).fill(value));
      }
      // Every element of y is used once: the slopes of a + b add up to as many.
      if (f !== add) continue;
      const slopes = gradients([a, b], () => sum(f(a, b))).gradients;
      for (const slope of slopes)
        expect(slope.toArray().reduce((all, d) => all + d, 0)).toBe(slope.size === 0 ? 0 : size);
    }
  });

  it('refuses shapes of which neither ends the other', () => {
    expect(() => add(tensor([1, 2]), tensor([1, 2, 3]))).toThrow(ShapeError);
    expect(() => add(tensor([], [0, 3]), tensor([1, 2]))).toThrow(ShapeError);
  });
});
