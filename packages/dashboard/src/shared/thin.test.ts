import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thin } from './thin.ts';

describe('a curve with fewer points', () => {
  it('keeps every spike, wherever it stands', () => {
    const x = Float64Array.from({ length: 10_000 }, (_, i) => i);
    for (const at of [0, 1, 4999, 7777, 9999]) {
      const y = x.map(() => 1);
      y[at] = 100;
      y[(at + 5000) % 10_000] = -100;
      const thinned = thin(x, y, 200);
      expect(thinned.x.length).toBeLessThanOrEqual(250);
      expect(thinned.y).toContain(100);
      expect(thinned.y).toContain(-100);
      expect(thinned.count).toBe(10_000);
    }
  });

  it('has the extremes, the ends and the order of the whole, whatever it is', () => {
    const curve = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), {
      minLength: 1,
      maxLength: 3000,
    });
    fc.assert(
      fc.property(curve, fc.integer({ min: 10, max: 200 }), (y, points) => {
        const { x: places, y: kept } = thin(
          y.map((_, i) => i),
          y,
          points,
        );
        expect(Math.max(...(kept as number[]))).toBe(Math.max(...y));
        expect(Math.min(...(kept as number[]))).toBe(Math.min(...y));
        expect([places[0], places.at(-1)]).toEqual([0, y.length - 1]);
        expect(places.every((place, i) => i === 0 || place > places[i - 1])).toBe(true);
        expect(places.map((place) => y[place])).toEqual(kept);
      }),
    );
  });

  it('of a stretch has both of its ends', () => {
    const x = [0, 1, 2, 3, 4];
    expect(thin(x, x, 100, [1, 3])).toEqual({ x: [1, 2, 3], y: [1, 2, 3], count: 3 });
  });

  it('shows a gap where a value is no number, and leaves out what is absent', () => {
    const y = [1, Number.POSITIVE_INFINITY, Number.NaN, 4];
    expect(thin([0, 1, 2, 3], y, 100)).toEqual({ x: [0, 1, 3], y: [1, null, 4], count: 3 });
    const long = Array.from({ length: 1000 }, (_, i) => (i === 500 ? Number.POSITIVE_INFINITY : i));
    expect(
      thin(
        long.map((_, i) => i),
        long,
        40,
      ).y,
    ).toContain(null);
  });
});
