import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mask } from '../kernels/contract/fields.ts';
import { NoiseStream } from '../random/stream.ts';
import {
  drawMask,
  drawWeightNoise,
  drawZoneout,
  type MaskAxes,
  meanMask,
  noiseMoments,
  zoneoutRate,
} from './masks.ts';
import type { NoiseEntry, NoiseSite, Regularizer } from './noise.ts';
import { noiseEntry } from './noise-entry.ts';
import { dropoutPlan, type PlanTarget } from './plan.ts';

type MaskSite = Exclude<NoiseSite, 'hidden'>;
type Entry = Partial<NoiseEntry> & Pick<NoiseEntry, 'rate'> & { site: MaskSite };
type AnyEntry = Partial<NoiseEntry> & Pick<NoiseEntry, 'site' | 'rate'>;

const planOf = (...noise: AnyEntry[]) => planFor({ cell: 'rnn' }, noise);

function planFor(target: PlanTarget, noise: AnyEntry[], more: Partial<Regularizer> = {}) {
  const regularizer: Regularizer = {
    name: 'by hand',
    reference: 'a test',
    noise: noise.map(noiseEntry),
    modes: { train: 'sample', test: 'mean' },
    ...more,
  };
  return dropoutPlan(regularizer, target);
}

const at = (mask: Mask, t: number, b: number, j: number, g = 0) =>
  mask.data[g * mask.gate + t * mask.time + b * mask.batch + j];
const draw = (entry: Entry, axes: MaskAxes, seed = 1) =>
  drawMask(planOf(entry), entry.site, new NoiseStream(seed), axes)!;

const entries = fc.record({
  site: fc.constantFrom('input', 'recurrent', 'output'),
  rate: fc.double({ min: 0.01, max: 0.95, noNaN: true }),
  interval: fc.constantFrom('step', 'sequence'),
  examples: fc.constantFrom('each', 'batch'),
  scaling: fc.constantFrom('inverted', 'paper'),
}) as fc.Arbitrary<NoiseEntry & { site: MaskSite }>;
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
    const planned = planOf({ site: 'hidden', kind: 'zoneout', rate: 0.2 });
    const { data } = drawZoneout(planned, 'hidden', new NoiseStream(1), {
      steps: 10,
      batch: 10,
      width: 100,
    })!;
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

describe('zoneout of the cell', () => {
  it('is apart from what multiplies the cell', () => {
    const target = { cell: 'lstm' } as const;
    const drop: Entry = { site: 'cell', rate: 0.3, scaling: 'paper' };
    const zone: Entry = { site: 'cell', kind: 'zoneout', rate: 0.4 };
    const both = planFor(target, [drop, zone]);
    const stream = new NoiseStream(3);
    expect(drawMask(both, 'cell', stream, axes)).toEqual(
      drawMask(planFor(target, [drop]), 'cell', stream, axes),
    );
    expect(drawZoneout(both, 'cell', stream, axes)).not.toEqual(drawMask(both, 'cell', stream, axes));
    expect(drawMask(planFor(target, [zone]), 'cell', stream, axes)).toBeUndefined();
    expect(drawZoneout(planFor(target, [drop]), 'cell', stream, axes)).toBeUndefined();
    expect(zoneoutRate(both, 'cell')).toBe(0.4);
    expect(meanMask(both, 'cell', 2)?.data[0]).toBeCloseTo(0.7, 6);
  });
});

describe('masks of gates', () => {
  const wide = { steps: 3, batch: 2, width: 64 };
  const rowsOf = (mask: Mask, t: number, b: number, gates: number) =>
    Array.from({ length: gates }, (_, g) =>
      Array.from({ length: 64 }, (_, j) => at(mask, t, b, j, g)).join(),
    );

  it('differ untied, one for each of the 4 of an LSTM or 3 of a GRU, and are one mask tied', () => {
    for (const [cell, gates] of [
      ['lstm', 4],
      ['gru', 3],
    ] as const) {
      for (const interval of ['step', 'sequence'] as const) {
        const entry: Entry = { site: 'recurrent', rate: 0.5, interval };
        const untied = planFor({ cell }, [{ ...entry, gates: 'untied' }]);
        const mask = drawMask(untied, 'recurrent', new NoiseStream(1), wide)!;
        const steps = interval === 'step' ? 3 : 1;
        expect(mask.data.length).toBe(gates * steps * 2 * 64);
        expect(new Set(rowsOf(mask, 2, 1, gates)).size).toBe(gates);
        expect(rowsOf(mask, 2, 1, gates)).not.toEqual(rowsOf(mask, 2, 0, gates));
        const tied = drawMask(planFor({ cell }, [entry]), 'recurrent', new NoiseStream(1), wide)!;
        expect(new Set(rowsOf(tied, 2, 1, gates)).size).toBe(1);
      }
    }
  });

  it('multiply with masks that share gates, time or examples', () => {
    const untied: Entry = {
      site: 'input',
      rate: 0.5,
      interval: 'sequence',
      gates: 'untied',
      scaling: 'paper',
    };
    const fresh: Entry = { site: 'input', rate: 0.3, examples: 'batch', scaling: 'paper' };
    const target = { cell: 'gru' } as const;
    const stream = new NoiseStream(9);
    const both = drawMask(planFor(target, [untied, fresh]), 'input', stream, axes)!;
    const first = drawMask(planFor(target, [untied]), 'input', stream, axes)!;
    const second = drawMask(planFor(target, [{ ...untied, rate: 0 }, fresh]), 'input', stream, axes)!;
    for (let g = 0; g < 3; g++) {
      for (let t = 0; t < axes.steps; t++) {
        for (let b = 0; b < axes.batch; b++) {
          for (let j = 0; j < axes.width; j++) {
            expect(at(both, t, b, j, g)).toBe(at(first, t, b, j, g) * at(second, t, b, j, g));
          }
        }
      }
    }
  });
});

describe('masks of weights', () => {
  const matrix = { steps: 1, batch: 3, width: 5 * 8, columns: 8 };
  const weights = (more: Omit<Partial<NoiseEntry>, 'site'>): Entry => ({
    site: 'weight',
    rate: 0.5,
    interval: 'sequence',
    ...more,
  });

  it('are one for the batch, or one for each example', () => {
    const shared = draw(weights({ examples: 'batch' }), matrix);
    expect([shared.data.length, shared.batch]).toEqual([40, 0]);
    const own = draw(weights({ examples: 'each' }), matrix);
    expect([own.data.length, own.batch]).toEqual([120, 40]);
    expect(own.data.slice(0, 40)).not.toEqual(own.data.slice(40, 80));
  });

  it('are the same in every row where a column has one draw', () => {
    for (const examples of ['batch', 'each'] as const) {
      const mask = draw(weights({ examples, weights: 'column' }), matrix);
      const drawn = examples === 'each' ? 3 : 1;
      expect([mask.data.length, mask.batch]).toEqual([drawn * 40, examples === 'each' ? 40 : 0]);
      for (let b = 0; b < 3; b++) {
        for (let i = 1; i < 5; i++) {
          for (let j = 0; j < 8; j++) expect(at(mask, 0, b, i * 8 + j)).toBe(at(mask, 0, b, j));
        }
      }
      expect(new Set(mask.data)).toEqual(new Set([0, 2]));
    }
    expect(() => draw(weights({ weights: 'column' }), { steps: 1, batch: 3, width: 40 })).toThrow(
      'expected the number of columns',
    );
  });
});

describe('masks of words', () => {
  const words = { steps: 1, batch: 3, width: 100 };
  const entry: Entry = { site: 'embedding', rate: 0.5, interval: 'sequence' };

  it('have an element for every word, of each example or of the batch', () => {
    const target = { cell: 'embedding' } as const;
    const own = drawMask(planFor(target, [entry]), 'embedding', new NoiseStream(1), words)!;
    expect([own.data.length, own.batch]).toEqual([300, 100]);
    expect(own.data.slice(0, 100)).not.toEqual(own.data.slice(100, 200));
    const shared = planFor(target, [{ ...entry, examples: 'batch' }]);
    const mask = drawMask(shared, 'embedding', new NoiseStream(1), words)!;
    expect([mask.data.length, mask.batch]).toEqual([100, 0]);
  });
});

describe('masks of one step', () => {
  const entry: Entry = { site: 'input', rate: 0.5 };

  it('differ over layers and directions', () => {
    const stream = new NoiseStream(1);
    const drawn = [{}, { layer: 1 }, { direction: 1 }].map((target) =>
      drawMask(planFor({ cell: 'rnn', ...target }, [entry]), 'input', stream, axes)!.data.join(),
    );
    expect(new Set(drawn).size).toBe(3);
  });

  it('are shared by passes 2k and 2k + 1 at the sites that two runs share, and nowhere else', () => {
    const passes = { kappa: 0.1, second: 'noise', targets: 'both', sameMasks: ['input'] } as const;
    const planned = planFor({ cell: 'rnn' }, [entry, { ...entry, site: 'recurrent' }], { passes });
    const drawn = (site: MaskSite, pass: number) =>
      drawMask(planned, site, new NoiseStream(1, 5, pass), axes)!.data;
    expect(drawn('input', 1)).toEqual(drawn('input', 0));
    expect(drawn('input', 3)).toEqual(drawn('input', 2));
    expect(drawn('input', 2)).not.toEqual(drawn('input', 0));
    expect(drawn('recurrent', 1)).not.toEqual(drawn('recurrent', 0));
  });
});

describe('noise of Gaussian weights', () => {
  const weightNoise = { deviation: 0.1, weight: 1 };
  const dropped = { site: 'weight', rate: 0.5, interval: 'sequence', examples: 'batch' } as const;

  it('is independent of the masks on the same weights', () => {
    const planned = planFor({ cell: 'rnn' }, [dropped, dropped], { weightNoise });
    const stream = new NoiseStream(1);
    const n = 20_000;
    const epsilon = drawWeightNoise(planned, 'weight', stream, n);
    // Each of both masks alone, and their product.
    const masks = [[dropped], [{ ...dropped, rate: 1e-9 }, dropped], [dropped, dropped]].map(
      (noise) => drawMask(planFor({ cell: 'rnn' }, noise), 'weight', stream, { ...axes, width: n })!,
    );
    for (const mask of masks) {
      for (const parity of [0, 1]) {
        const kept = Array.from(epsilon).filter((_, j) => j % 2 === parity && at(mask, 0, 0, j) > 0);
        // Standard normal: the mean of m values deviates by 1 / sqrt(m), that of their squares by sqrt(2 / m).
        expect(Math.abs(kept.reduce((sum, e) => sum + e / kept.length, 0))).toBeLessThan(
          4 / Math.sqrt(kept.length),
        );
        expect(Math.abs(kept.reduce((sum, e) => sum + e ** 2 / kept.length, -1))).toBeLessThan(
          4 * Math.sqrt(2 / kept.length),
        );
      }
    }
  });

  it('is drawn where it was without masks', () => {
    const stream = new NoiseStream(1, 3);
    const planned = planFor({ cell: 'rnn', layer: 2, direction: 1 }, [], { weightNoise });
    expect(drawWeightNoise(planned, 'weightIn', stream, 8)).toEqual(
      stream.normals({ site: 'weightIn', layer: 2, direction: 1 }, 8),
    );
  });

  it('is shared by two runs at the sites that they share', () => {
    const passes = { kappa: 0.1, second: 'noise', targets: 'both', sameMasks: ['weight'] } as const;
    const planned = planFor({ cell: 'rnn' }, [], { weightNoise, passes });
    const drawn = (site: 'weight' | 'weightIn', pass: number) =>
      drawWeightNoise(planned, site, new NoiseStream(1, 5, pass), 8);
    expect(drawn('weight', 1)).toEqual(drawn('weight', 0));
    expect(drawn('weight', 2)).not.toEqual(drawn('weight', 0));
    expect(drawn('weightIn', 1)).not.toEqual(drawn('weightIn', 0));
  });
});

describe('the test-time network', () => {
  it('scales by the keep rate in paper scaling and not at all inverted', () => {
    const paper = meanMask(planOf({ site: 'input', rate: 0.25, scaling: 'paper' }), 'input', 3)!;
    expect(Array.from(paper.data)).toEqual([0.75, 0.75, 0.75]);
    expect([paper.time, paper.batch]).toEqual([0, 0]);
    expect(meanMask(planOf({ site: 'input', rate: 0.25 }), 'input', 3)).toBeUndefined();
    expect(zoneoutRate(planOf({ site: 'hidden', kind: 'zoneout', rate: 0.1 }), 'hidden')).toBe(0.1);
    expect(zoneoutRate(planOf(), 'hidden')).toBeUndefined();
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

  it('count in the noise on the weights, which multiplies the same products', () => {
    const like = { interval: 'sequence', scaling: 'paper' } as const;
    const dropped: AnyEntry[] = [
      { site: 'weight', rate: 0.5, ...like },
      { site: 'weightIn', rate: 0.2, ...like },
    ];
    // q and q (1 - q) of Wan et al. 2013
    const alone = planOf(...dropped);
    expect(noiseMoments(alone, 'recurrent')).toEqual({ mean: 0.5, square: 0.25, variance: 0.5 });
    expect(noiseMoments(alone, 'input').mean).toBeCloseTo(0.8, 12);
    expect(noiseMoments(alone, 'input').square).toBeCloseTo(0.16, 12);
    // with a unit kept at 0.8: mean 0.4, second moment 0.4
    const both = noiseMoments(
      planOf(...dropped, { site: 'recurrent', rate: 0.2, scaling: 'paper' }),
      'recurrent',
    );
    expect(both.mean).toBeCloseTo(0.4, 12);
    expect(both.square).toBeCloseTo(0.4 - 0.16, 12);
    expect(both.variance).toBeCloseTo(0.4, 12);
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
