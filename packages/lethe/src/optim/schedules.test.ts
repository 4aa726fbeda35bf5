import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.ts';
import {
  type OneCycleOptions,
  oneCycle,
  oneCycleMomentum,
  warmupConstant,
  warmupCosine,
  warmupLinear,
} from './schedules.ts';

describe('schedules that rise at first', () => {
  it.each([
    ['stays', warmupConstant({ warmup: 0.2 }), [1, 1]],
    // From 1 at .2 to .1 at 1: half way at .6.
    ['falls in a line', warmupLinear({ warmup: 0.2, last: 0.1 }), [0.55, 0.1]],
    ['falls along a cosine', warmupCosine({ warmup: 0.2, last: 0.1 }), [0.55, 0.1]],
  ] as const)('one that %s afterwards', (_, rate, [middle, end]) => {
    expect(rate(0)).toBe(1e-3);
    expect(rate(0.1)).toBe(0.5);
    expect(rate(0.2)).toBe(1);
    expect(rate(0.6)).toBeCloseTo(middle, 12);
    expect(rate(1)).toBeCloseTo(end, 12);
  });

  it('differ a quarter of the way down: a cosine begins slowly', () => {
    // (1 + cos(pi / 4)) / 2 = .8536 against 3 / 4
    expect(warmupCosine({ warmup: 0 })(0.25)).toBeCloseTo(0.853553, 6);
    expect(warmupLinear({ warmup: 0 })(0.25)).toBe(0.75);
  });
});

describe('oneCycle', () => {
  // The phases of Gugger's recipe: 90 epochs, of which 7.5, 37.5, 37.5 and 7.5.
  const rate = oneCycle();
  const epoch = (number: number) => number / 90;

  it('rises from a tenth, stays, falls to a tenth and ends at 0', () => {
    expect(rate(0)).toBe(0.1);
    expect(rate(epoch(3.75))).toBeCloseTo(0.55, 12);
    expect(rate(epoch(7.5))).toBe(1);
    expect(rate(epoch(44.9))).toBe(1);
    expect(rate(epoch(45 + 37.5 / 2))).toBeCloseTo(0.55, 12);
    expect(rate(epoch(82.5))).toBeCloseTo(0.1, 12);
    // A cosine from .1 to 0, half way.
    expect(rate(epoch(86.25))).toBeCloseTo(0.05, 12);
    expect(rate(1)).toBeCloseTo(0, 12);
  });

  it('has the momentum the other way round, and the first one at the end', () => {
    const momentum = oneCycleMomentum({ from: 0.8, to: 0.7 });
    expect(momentum(0)).toBe(0.8);
    expect(momentum(epoch(3.75))).toBeCloseTo(0.75, 12);
    expect(momentum(epoch(20))).toBeCloseTo(0.7, 12);
    expect(momentum(epoch(82.5))).toBeCloseTo(0.8, 12);
    expect(momentum(1)).toBe(0.8);
  });

  it('may leave any phase out, and never leaves its range', () => {
    const lengths = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 3 })));
    fc.assert(
      fc.property(lengths, fc.double({ min: 0, max: 1, noNaN: true }), (phases, progress) => {
        fc.pre(phases.some((length) => length > 0));
        const options: OneCycleOptions = { phases, first: 0.2, last: 0.05 };
        const factor = oneCycle(options)(progress);
        expect(factor).toBeGreaterThanOrEqual(0.05 - 1e-12);
        expect(factor).toBeLessThanOrEqual(1);
        const momentum = oneCycleMomentum({ ...options, from: 0.95, to: 0.85 })(progress);
        expect(momentum).toBeGreaterThanOrEqual(0.85 - 1e-12);
        expect(momentum).toBeLessThanOrEqual(0.95);
      }),
    );
  });

  it.each<[object, string]>([
    [{ phases: [1, 2, 3] }, 'four lengths (rise, full rate, fall, end)'],
    [{ phases: [0, 0, 0, 0] }, 'a phase with a length above 0'],
    [{ phases: [1, -1, 1, 1] }, 'phases[1]'],
    [{ first: 1 }, 'first'],
    [{ first: 0 }, 'first'],
    [{ last: -1 }, 'last'],
    [{ phase: [1, 1, 1, 1] }, "did you mean 'phases'?"],
  ])('refuses %j', (options, message) => {
    expect(() => oneCycle(options as OneCycleOptions)).toThrow(ConfigError);
    expect(() => oneCycle(options as OneCycleOptions)).toThrow(message);
    expect(() => oneCycleMomentum({ from: 0.9, to: 0.8, ...options })).toThrow(message);
  });

  it('refuses momenta that are none', () => {
    expect(() => oneCycleMomentum({ from: 1, to: 0.8 })).toThrow('from');
    expect(() => oneCycleMomentum({ from: 0.9, to: 0 })).toThrow('to');
  });
});

describe.each([
  ['warmupConstant', warmupConstant()],
  ['warmupLinear', warmupLinear({ last: 0.2 })],
  ['warmupCosine', warmupCosine({ last: 0.2 })],
  ['oneCycle', oneCycle({ last: 0.2 })],
  ['oneCycleMomentum', oneCycleMomentum({ from: 0.9, to: 0.8, last: 0.2 })],
] as const)('%s', (name, schedule) => {
  it('stays as it ends where a training goes on, and refuses what is no share of it', () => {
    for (const beyond of [1.1, 1.5, 2]) expect(schedule(beyond)).toBe(schedule(1));
    for (const wrong of [Number.NaN, -0.1, undefined as never]) {
      expect(() => schedule(wrong)).toThrow(
        new RegExp(`${name}: expected progress to be a finite number, at least 0`),
      );
    }
  });
});
