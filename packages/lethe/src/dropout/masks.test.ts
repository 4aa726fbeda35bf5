import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mask } from '../kernels/contract.ts';
import { NoiseStream } from '../random/stream.ts';
import { drawMask, meanMask, noiseMoments, zoneoutRate } from './masks.ts';
import { type NoiseEntry, noiseEntry, type Regularizer } from './noise.ts';
import { plan } from './plan.ts';

type Entry = Partial<NoiseEntry> & Pick<NoiseEntry, 'site' | 'rate'>;

function planOf(...noise: Entry[]) {
  const regularizer: Regularizer = {
    name: 'by hand',
    reference: 'a test',
    noise: noise.map(noiseEntry),
    modes: { train: 'sample', test: 'mean' },
  };
  return plan(regularizer, { cell: 'rnn' });
}

const at = (mask: Mask, t: number, b: number, j: number) => mask.data[t * mask.time + b * mask.batch + j];
const draw = (entry: Entry, axes: { steps: number; batch: number; width: number }, seed = 1) =>
  drawMask(planOf(entry), entry.site, new NoiseStream(seed), axes)!;

const entries = fc.record({
  site: fc.constantFrom('input', 'recurrent', 'output', 'cell'),
  rate: fc.double({ min: 0.01, max: 0.95, noNaN: true }),
  interval: fc.constantFrom('step', 'sequence'),
  examples: fc.constantFrom('each', 'batch'),
  scaling: fc.constantFrom('inverted', 'paper'),
}) as fc.Arbitrary<Entry & NoiseEntry>;
const axes = { steps: 5, batch: 3, width: 17 };

describe('drop masks', () => {
  it('are 0 or the kept value: 1 in paper scaling, 1/(1-rate) inverted', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (entry, seed) => {
        const kept = entry.scaling === 'paper' ? 1 : Math.fround(1 / (1 - entry.rate));
        for (const value of draw(entry, axes, seed).data)
          expect(value === 0 || Math.fround(value) === kept).toBe(true);
      }),
    );
  });

  it('hold one draw over what shares it and have one element for each that does not', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (entry, seed) => {
        const mask = draw(entry, axes, seed);
        const steps = entry.interval === 'step' ? axes.steps : 1;
        const batch = entry.examples === 'each' ? axes.batch : 1;
        expect(mask.data.length).toBe(steps * batch * axes.width);
        for (let j = 0; j < axes.width; j++) {
          if (steps === 1) expect(at(mask, 4, 0, j)).toBe(at(mask, 0, 0, j));
          if (batch === 1) expect(at(mask, 0, 2, j)).toBe(at(mask, 0, 0, j));
        }
      }),
    );
  });

  it('keep at their rate, within 4 standard deviations', () => {
    const size = { steps: 20, batch: 10, width: 100 };
    for (const rate of [0.05, 0.2, 0.5, 0.9]) {
      const { data } = draw({ site: 'input', rate, scaling: 'paper' }, size);
      const kept = Array.from(data).reduce((sum: number, value: number) => sum + value, 0);
      const count = 20 * 10 * 100;
      expect(Math.abs(kept - count * (1 - rate))).toBeLessThan(4 * Math.sqrt(count * rate * (1 - rate)));
    }
  });

  it('differ over steps and examples that do not share, and over seeds, steps and passes of the stream', () => {
    const wide = { steps: 2, batch: 2, width: 64 };
    const entry: Entry = { site: 'recurrent', rate: 0.5 };
    const mask = draw(entry, wide);
    const row = (t: number, b: number) => Array.from({ length: 64 }, (_, j) => at(mask, t, b, j));
    expect(row(0, 0)).not.toEqual(row(1, 0));
    expect(row(0, 0)).not.toEqual(row(0, 1));
    const other = (stream: NoiseStream) => drawMask(planOf(entry), 'recurrent', stream, wide)!.data;
    expect(other(new NoiseStream(1))).toEqual(mask.data);
    expect(other(new NoiseStream(2))).not.toEqual(mask.data);
    expect(other(new NoiseStream(1, 1))).not.toEqual(mask.data);
    expect(other(new NoiseStream(1, 0, 1))).not.toEqual(mask.data);
  });

  it('multiply where two entries meet at a site, whatever each of them shares', () => {
    const held: Entry = { site: 'input', rate: 0.5, interval: 'sequence', scaling: 'paper' };
    const fresh: Entry = { site: 'input', rate: 0.3, examples: 'batch', scaling: 'paper' };
    const stream = new NoiseStream(9);
    const both = drawMask(planOf(held, fresh), 'input', stream, axes)!;
    const first = drawMask(planOf(held), 'input', stream, axes)!;
    // The second entry of a site has number 1 in the stream: drawn alone it stands behind one of rate 0.
    const second = drawMask(planOf({ ...held, rate: 0 }, fresh), 'input', stream, axes)!;
    for (let t = 0; t < axes.steps; t++) {
      for (let b = 0; b < axes.batch; b++) {
        for (let j = 0; j < axes.width; j++) {
          expect(at(both, t, b, j)).toBe(at(first, t, b, j) * at(second, t, b, j));
        }
      }
    }
  });

  it('are not there without noise', () => {
    expect(drawMask(planOf({ site: 'input', rate: 0 }), 'input', new NoiseStream(1), axes)).toBeUndefined();
  });
});

describe('other noise', () => {
  it('keeps the previous value with the rate of zoneout: 1 keeps, 0 renews', () => {
    const { data } = draw(
      { site: 'hidden', kind: 'zoneout', rate: 0.2 },
      { steps: 10, batch: 10, width: 100 },
    );
    const kept = Array.from(data).reduce((sum: number, value: number) => sum + value, 0);
    expect(new Set(data)).toEqual(new Set([0, 1]));
    expect(Math.abs(kept - 2000)).toBeLessThan(4 * Math.sqrt(10000 * 0.2 * 0.8));
  });

  it('multiplies by N(1, rate/(1-rate)) when Gaussian', () => {
    const { data } = draw(
      { site: 'input', kind: 'gaussian', rate: 0.2 },
      { steps: 10, batch: 10, width: 400 },
    );
    const mean = Array.from(data).reduce((sum: number, v: number) => sum + v, 0) / 40000;
    const variance = Array.from(data).reduce((sum: number, v: number) => sum + (v - 1) ** 2, 0) / 40000;
    // Standard errors: sqrt(0.25 / n) and sqrt(2) 0.25 / sqrt(n).
    expect(Math.abs(mean - 1)).toBeLessThan((4 * 0.5) / 200);
    expect(Math.abs(variance - 0.25)).toBeLessThan((4 * Math.SQRT2 * 0.25) / 200);
  });
});

describe('the test-time network', () => {
  it('scales by the keep rate in paper scaling and not at all inverted', () => {
    const paper = meanMask(planOf({ site: 'input', rate: 0.25, scaling: 'paper' }), 'input', 3)!;
    expect(Array.from(paper.data)).toEqual([0.75, 0.75, 0.75]);
    expect([paper.time, paper.batch]).toEqual([0, 0]);
    expect(meanMask(planOf({ site: 'input', rate: 0.25 }), 'input', 3)).toBeUndefined();
    expect(zoneoutRate(planOf({ site: 'hidden', kind: 'zoneout', rate: 0.1 }))).toBe(0.1);
  });
});

describe('noise moments', () => {
  it('are those of Bernoulli noise: paper (1-p, p(1-p), 1-p), inverted (1, p/(1-p), 1/(1-p))', () => {
    const paper = noiseMoments(planOf({ site: 'input', rate: 0.2, scaling: 'paper' }), 'input');
    expect(paper.mean).toBeCloseTo(0.8, 12);
    expect(paper.square).toBeCloseTo(0.16, 12);
    expect(paper.variance).toBeCloseTo(0.8, 12);
    const inverted = noiseMoments(planOf({ site: 'input', rate: 0.2 }), 'input');
    expect(inverted.mean).toBe(1);
    expect(inverted.square).toBeCloseTo(0.25, 12);
    expect(inverted.variance).toBeCloseTo(1.25, 12);
    expect(noiseMoments(planOf({ site: 'input', rate: 0.2 }), 'input', false).variance).toBe(0);
    expect(noiseMoments(planOf(), 'recurrent')).toEqual({ mean: 1, square: 0, variance: 1 });
  });

  it('are the mean and variance of the masks that are drawn, of one entry or of two', () => {
    const two = planOf(
      { site: 'input', rate: 0.2, scaling: 'paper' },
      { site: 'input', kind: 'gaussian', rate: 0.1 },
    );
    const { mean, square } = noiseMoments(two, 'input');
    const { data } = drawMask(two, 'input', new NoiseStream(4), { steps: 100, batch: 10, width: 40 })!;
    const sampleMean = Array.from(data).reduce((sum: number, v: number) => sum + v, 0) / data.length;
    const sampleSquare =
      Array.from(data).reduce((sum: number, v: number) => sum + (v - sampleMean) ** 2, 0) / data.length;
    // 40000 draws of deviation 0.52: the standard error is 0.0026.
    expect(Math.abs(sampleMean - mean)).toBeLessThan(0.011);
    expect(Math.abs(sampleSquare - square)).toBeLessThan(0.011);
  });
});
