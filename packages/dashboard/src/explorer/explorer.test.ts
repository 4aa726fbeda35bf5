/** What the page of methods shows: masks that are the library's own, moments that are exact where they say so. */
import { NoiseStream } from 'lethe';
import { dropoutMethods, parseDropout, settledDropout } from 'lethe/dropout';
import { drawMask } from 'lethe/internal';
import { describe, expect, it } from 'vitest';
import { cells, drawnMasks, laidOn, steps, units } from './drawn-masks.ts';
import { densityBehind, exactMoments, forms, lossAt, momentsBy } from './forms.ts';
import { testTimeWords } from './test-time.ts';

describe('masks over time and units', () => {
  it('are those that a layer of this size draws from the stream', () => {
    const laid = laidOn('standard:input=.4,recurrent=.2', 'lstm');
    const [input] = drawnMasks(laid, 3, 7, 2);
    const mask = drawMask(laid.plans[0], 'input', new NoiseStream(3, 7), { steps, batch: 4, width: units })!;
    const [{ values }] = input.grids;
    // [time, batch, units]: example 2 of 4
    expect(values[5][9]).toBe(mask.data[(9 * 4 + 2) * units + 5]);
    const kept = values.flatMap((row) => [...row]);
    // 0, or 1 / (1 - .4) in float32
    expect(new Set(kept)).toEqual(new Set([0, Math.fround(1 / (1 - 0.4))]));
  });

  it('are the same at every step of a sequence for variational dropout, and others at the next training step', () => {
    const plan = laidOn('variational:recurrent=.5', 'gru');
    const at = (step: number) => drawnMasks(plan, 1, step, 0)[0].grids[0].values;
    for (const row of at(0)) expect(new Set(row).size).toBe(1);
    expect(at(0)).not.toEqual(at(1));
  });

  it('have a picture for every gate where each has a mask, and for the weights of every gate', () => {
    const untied = drawnMasks(laidOn('variational:recurrent=.5,gates=untied', 'lstm'), 1, 0, 0);
    expect(untied[0].grids.map(({ gate }) => gate)).toEqual(['i', 'f', 'g', 'o']);
    const [weights] = drawnMasks(laidOn('dropconnect:weight=.5', 'gru'), 1, 0, 0);
    expect(weights.grids.map(({ gate }) => gate)).toEqual(['r', 'z', 'n']);
    expect([weights.rows, weights.grids[0].values[0].length]).toEqual(['unit of h(t − 1)', units]);
  });

  it('follow a schedule: nothing is dropped before its step, and the rate is that of the step', () => {
    const plan = laidOn('curriculum:schedule=switch,at=10+naive:input=.5', 'rnn');
    const [before] = drawnMasks(plan, 1, 9, 0);
    const [after] = drawnMasks(plan, 1, 10, 0);
    expect([before.rate, after.rate]).toEqual([0, 0.5]);
    expect(before.grids[0].values.every((row) => row.every((value) => value === 1))).toBe(true);
    expect(after.grids[0].values.some((row) => row.includes(0))).toBe(true);
  });

  it('are there for every method and cell that can honour it, and none is without words for test time', () => {
    const laid = dropoutMethods().flatMap((name) =>
      cells.flatMap((cell) => {
        try {
          return [{ name, method: laidOn(settledDropout(name), cell) }];
        } catch {
          return [];
        }
      }),
    );
    for (const { name, method } of laid) {
      const sites = method.plans.flatMap(({ target, entries }) =>
        entries.map(({ noise }) => `${target.cell} ${noise.site}`),
      );
      expect(drawnMasks(method, 1, 0, 0), name).toHaveLength(new Set(sites).size);
      expect(testTimeWords(method).length, name).toBeGreaterThan(0);
    }
    const honoured = new Set(laid.map(({ name }) => name));
    // those that are nothing without a rate of their own
    const bare = dropoutMethods().filter((name) => !honoured.has(name));
    for (const name of bare) expect(parseDropout(name).lacks, name).toBeDefined();
  });

  it('have the output of fast dropout where the next layer integrates it, and whole words of an embedding', () => {
    const sites = (words: string) => drawnMasks(laidOn(words, 'lstm'), 1, 0, 0).map(({ site }) => site);
    expect(sites('fast:input=.1,recurrent=.2,output=.5')).toEqual(['input', 'recurrent', 'output']);
    const [words] = drawnMasks(laidOn('variational:embedding=.5', 'lstm'), 1, 0, 0);
    expect([words.site, words.rows]).toEqual(['embedding', 'word']);
    for (const row of words.grids[0].values) expect(new Set(row).size).toBe(1);
  });
});

describe('moments behind a non-linearity', () => {
  const at = { mean: 0.7, variance: 2 };

  it('are exact for relu by the formula of its truncated Gaussian', () => {
    // E = m Φ(m/s) + s φ(m/s); Φ(.7/√2) = .689692 from a table of the normal distribution, φ = .352948
    const s = Math.SQRT2;
    const phi = Math.exp(-(0.7 ** 2) / 4) / Math.sqrt(2 * Math.PI);
    const { mean } = exactMoments('relu', at);
    expect(mean).toBeCloseTo(0.7 * 0.6896916 + s * phi, 5);
    // every form of the library is exact there
    for (const form of forms) expect(momentsBy(form, 'relu', at).mean).toBeCloseTo(mean, 5);
  });

  it('of tanh are met by Gauss and Hermite far better than by the closed forms', () => {
    const exact = exactMoments('tanh', at);
    const error = (form: (typeof forms)[number]): number =>
      Math.abs(momentsBy(form, 'tanh', at).mean - exact.mean);
    expect(error('gauss-hermite')).toBeLessThan(1e-3);
    expect(error('wang-manning')).toBeGreaterThan(10 * error('gauss-hermite'));
    // a tiny variance leaves f(mean) and V f'(mean)²
    const small = exactMoments('tanh', { mean: 0.7, variance: 1e-8 });
    expect(small.variance / 1e-8).toBeCloseTo((1 - Math.tanh(0.7) ** 2) ** 2, 6);
  });

  it('have a density that sums to one', () => {
    for (const [activation, low] of [
      ['tanh', -1],
      ['sigmoid', 0],
    ] as const) {
      const n = 20_000;
      const h = (1 - low) / n;
      let sum = 0;
      for (let i = 0; i < n; i++)
        sum += h * densityBehind(activation, low + (i + 0.5) * h, { mean: 0.3, variance: 0.5 });
      expect(sum).toBeCloseTo(1, 5);
    }
  });
});

describe('δ, the slope of the loss along the variance', () => {
  it('is that of MacKay’s probability, and its sign says whether the unit is right', () => {
    // -ln logistic(m / √(1 + π v / 8)) by v, at m = 1, v = 2
    const z = (v: number): number => 1 / Math.sqrt(1 + (Math.PI * v) / 8);
    const loss = (v: number): number => Math.log(1 + Math.exp(-z(v)));
    const slope = (loss(2 + 1e-4) - loss(2 - 1e-4)) / 2e-4;
    expect(lossAt({ mean: 1, variance: 2 }, 1).delta).toBeCloseTo(slope, 5);
    expect(lossAt({ mean: 1, variance: 2 }, 1).loss).toBeCloseTo(loss(2), 5);
    expect(lossAt({ mean: 1, variance: 2 }, 0).delta).toBeLessThan(0);
  });
});
