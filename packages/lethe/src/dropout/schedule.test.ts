import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NoiseStream } from '../random/stream.ts';
import { combine } from './combine.ts';
import { curriculum } from './curriculum.ts';
import { drawMask, noiseMoments } from './masks.ts';
import { naive } from './naive.ts';
import type { RateSchedule, Regularizer } from './noise.ts';
import { noiseEntry } from './noise-entry.ts';
import { dropoutPlan } from './plan.ts';
import { foldSchedule, rateAt } from './schedule.ts';

const moving = (rate: number, schedule: RateSchedule) => noiseEntry({ site: 'input', rate, schedule });
const rates = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const gammas = fc.double({ min: 1e-5, max: 1, noNaN: true });
const axes = { steps: 4, batch: 3, width: 50 };

describe('rates that move', () => {
  it('start at 0 and end at their rate in a curriculum, growing all the time', () => {
    fc.assert(
      fc.property(rates, gammas, fc.nat({ max: 1e6 }), (rate, gamma, step) => {
        const entry = moving(rate, { kind: 'curriculum', gamma });
        expect(rateAt(entry, 0)).toBeCloseTo(0, 15);
        expect(rateAt(entry)).toBe(rate);
        expect(rateAt(entry, 1e12)).toBe(rate);
        expect(rateAt(entry, step + 1)).toBeGreaterThanOrEqual(rateAt(entry, step));
      }),
    );
    // 1 - keep with keep = (1 - 0.5) e^(-0.001 * 1000) + 0.5 of the paper
    expect(rateAt(moving(0.5, { kind: 'curriculum', gamma: 1e-3 }), 1000)).toBeCloseTo(
      0.5 - 0.5 * Math.exp(-1),
      12,
    );
  });

  it('start at their rate and end at 0 annealed', () => {
    const entry = moving(0.4, { kind: 'anneal', gamma: 0.01 });
    expect(rateAt(entry, 0)).toBe(0.4);
    expect(rateAt(entry, 100)).toBeCloseTo(0.4 * Math.exp(-1), 12);
    expect(rateAt(entry)).toBe(0);
  });

  it('jump where they switch', () => {
    const entry = moving(0.4, { kind: 'switch', at: 10 });
    expect([0, 9, 10, 11].map((step) => rateAt(entry, step))).toEqual([0, 0, 0.4, 0.4]);
    expect(rateAt(entry)).toBe(0.4);
  });

  it('stay where there is no schedule', () => {
    expect(rateAt(noiseEntry({ site: 'input', rate: 0.3 }), 5)).toBe(0.3);
  });
});

describe('masks with rates that move', () => {
  const planned = dropoutPlan(combine(curriculum({ gamma: 0.01 }), naive({ input: 0.5 })), { cell: 'rnn' });

  it('are functions of the step alone, so that a resumed run draws what the unbroken one would have drawn', () => {
    const unbroken = [0, 1, 2, 3].map(
      (step) => drawMask(planned, 'input', new NoiseStream(7, step), axes)?.data,
    );
    const resumed = drawMask(planned, 'input', new NoiseStream(7).at(3), axes)?.data;
    expect(resumed).toEqual(unbroken[3]);
    expect(unbroken[3]).not.toEqual(unbroken[2]);
  });

  it('are not there at step 0, and drop and scale at the rate of their step', () => {
    expect(drawMask(planned, 'input', new NoiseStream(7), axes)).toBeUndefined();
    const { data } = drawMask(planned, 'input', new NoiseStream(7, 100), { ...axes, width: 2000 })!;
    const rate = 0.5 * (1 - Math.exp(-1)); // 0.316
    const kept = Array.from(data).filter((value: number) => value !== 0);
    expect(Math.fround(kept[0])).toBe(Math.fround(1 / (1 - rate)));
    const n = 4 * 3 * 2000;
    expect(Math.abs(kept.length - n * (1 - rate))).toBeLessThan(4 * Math.sqrt(n * rate * (1 - rate)));
  });

  it('have moments that move in training, and those of the last rate at test', () => {
    const entry = moving(0.5, { kind: 'curriculum', gamma: 0.01 });
    const byHand: Regularizer = {
      name: 'by hand',
      reference: 'a test',
      noise: [entry],
      modes: { train: 'moments', test: 'moments' },
    };
    const integrated = dropoutPlan(byHand, { cell: 'rnn' });
    expect(noiseMoments(integrated, 'input', true, 0).square).toBeCloseTo(0, 12);
    // p / (1 - p) at p = 0.5 (1 - 1/e), then at 0.5
    const p = 0.5 * (1 - Math.exp(-1));
    expect(noiseMoments(integrated, 'input', true, 100).square).toBeCloseTo(p / (1 - p), 12);
    expect(noiseMoments(integrated, 'input').square).toBeCloseTo(1, 12);
  });
});

describe('foldSchedule', () => {
  it('writes the schedule into entries that have none', () => {
    const own: RateSchedule = { kind: 'switch', at: 3 };
    const given: RateSchedule = { kind: 'anneal', gamma: 1 };
    const made = foldSchedule({
      ...naive(),
      noise: [noiseEntry({ site: 'input', rate: 0.1 }), moving(0.2, own)],
      schedule: given,
    });
    expect(made.noise.map(({ schedule }) => schedule)).toEqual([given, own]);
    expect(made.schedule).toBeUndefined();
    // Without noise to move, it waits for the method that it is combined with.
    expect(foldSchedule(curriculum({ gamma: 0.5 })).schedule).toEqual(curriculum({ gamma: 0.5 }).schedule);
  });
});
