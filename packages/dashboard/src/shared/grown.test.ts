/** Curves that go on while one looks. */
import { describe, expect, it } from 'vitest';
import type { Points, Series } from './api.ts';
import { grown } from './grown.ts';
import { Smoother } from './smooth.ts';

const curve: Series = { id: 'a', x: [1, 2], y: [8, 7], count: 2, last: 2 };
const valid = { x: 'epoch', y: 'valid.nll', smooth: 0 };

describe('a curve that goes on', () => {
  it('has no gap where a row was only observed, and one where its figure is none', () => {
    const rows: Points = [
      { epoch: 3, 'valid.nll': 6 },
      { epoch: 3, 'observe.radius.rnn.0': 1.5 },
      { epoch: 4, 'valid.nll': null },
    ];
    expect(grown(curve, rows, valid)).toMatchObject({ x: [1, 2, 3, 4], y: [8, 7, 6, null], count: 4 });
    const observed = { ...curve, last: 2 };
    expect(grown(observed, rows, { ...valid, y: 'observe.radius.rnn.0' })).toMatchObject({
      ...{ x: [1, 2, 3], y: [8, 7, 1.5] },
    });
  });

  it('has nothing twice that it had when it was read, in its mean either', () => {
    const rows = [2, 3].map((epoch) => ({ epoch, 'valid.nll': 9 - epoch }));
    expect(grown(curve, rows, valid)).toMatchObject({ x: [1, 2, 3], y: [8, 7, 6], last: 3 });
    expect(grown(curve, rows.slice(0, 1), valid)).toBe(curve);
    const smoother = new Smoother(0.5);
    const smooth = { x: [1, 2], y: [8, 7].map(smoother.next), seen: 2 };
    const next = grown({ ...curve, smooth }, rows, { ...valid, smooth: 0.5 });
    expect(next.smooth).toEqual({ x: [1, 2, 3], y: [...smooth.y, smoother.next(6)], seen: 3 });
  });

  it('is a gap between training and validation where both are there, and of a stretch what lies in it', () => {
    const rows: Points = [
      { epoch: 3, 'valid.nll': 6, 'train.nll': 2 },
      { epoch: 4, 'valid.nll': 5 },
    ];
    expect(grown(curve, rows, { ...valid, y: 'gap.nll' }).y).toEqual([8, 7, 4]);
    expect(grown(curve, rows, { ...valid, zoom: [0, 3] }).x).toEqual([1, 2, 3]);
    expect(grown(curve, rows, { ...valid, zoom: [0, 2] })).toBe(curve);
  });
});
