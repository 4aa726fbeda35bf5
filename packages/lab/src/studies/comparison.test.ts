import { describe, expect, test } from 'vitest';
import { comparisonOf, settingText } from './comparison.ts';
import type { StudyEvent } from './journal.ts';
import type { Parameters } from './space.ts';
import type { Trial } from './study-record.ts';

const space = { 'optimizer.stepRate': { choice: [0.1] } };
const about = {
  event: 'study',
  metric: 'nll',
  shown: { metric: 'bits', label: 'bits', unit: 'bits' },
  plan: {
    kind: 'compare',
    trials: 2,
    methods: ['a', 'none', 'c'].map((name) => ({ name, space, first: null })),
  },
} as unknown as StudyEvent;

let number = 0;
/** A trial whose shown figure is ten times the deciding one, and whose test is 100 more. */
function trial(parameters: Parameters, nll: number | null): Trial {
  const metrics = (value: number) => ({ nll: value, bits: 10 * value });
  return {
    number: ++number,
    parameters,
    state: nll === null ? 'failed' : 'complete',
    reports: [],
    best:
      nll === null
        ? null
        : { epoch: 1, train: metrics(nll), valid: metrics(nll), test: { nll, bits: 10 * nll + 100 } },
    directory: '',
    seconds: 2,
    reason: nll === null ? 'diverged' : '',
    worker: null,
    repeats: null,
  };
}
const of = (method: string, seed: number, nll: number | null) => trial({ method, seed, x: 1 }, nll);

describe('the table of a comparison', () => {
  test('is in the order of the mean validation by the deciding metric, with figures of the shown one', () => {
    const trials = [
      ...[trial({ method: 'a', x: 1 }, 4), trial({ method: 'a', x: 2 }, 3), trial({ method: 'none' }, 1)],
      ...[of('a', 2, 3), of('none', 2, 5), of('a', 3, 5), of('none', 3, 6)],
    ];
    const { methods, seeds, searches } = comparisonOf({ about, trials });
    expect(methods.map(({ name }) => name)).toEqual(['a', 'none', 'c']);
    expect({ seeds, searches }).toEqual({ seeds: [2, 3], searches: 6 });
    const [a, none, c] = methods;
    // (30 + 50) / 2, deviation of two values |x - y| / √2; the search does not count.
    expect(a.valid).toEqual({ mean: 40, deviation: Math.sqrt(200), count: 2 });
    expect(a.test!.mean).toBe(140);
    expect(a.chosen!.parameters).toEqual({ method: 'a', x: 2 });
    expect(a.seconds).toBe(8);
    // Test of none minus test of a, by seeds: 20 and 10.
    expect(none.toBest).toMatchObject({ mean: 15, count: 2, deviation: Math.sqrt(50) });
    expect(a.toNone).toMatchObject({ mean: -15, count: 2 });
    expect([a.toBest, none.toNone, c.toBest, c.test, c.chosen]).toEqual(Array(5).fill(undefined));
  });

  test('compares what the test says of each seed, of the setting that was the first to be best by validation', () => {
    const tested = (one: Trial, bits: number): Trial => ({
      ...one,
      best: one.best && { ...one.best, test: { ...one.best.test, bits } },
    });
    const trials = [
      ...[trial({ method: 'a', x: 1 }, 3), trial({ method: 'a', x: 2 }, 3), trial({ method: 'none' }, 1)],
      // By validation a is better by 2 and 1, by the test worse by 7 and 5.
      ...[tested(of('a', 2, 3), 50), tested(of('none', 2, 5), 43)],
      ...[tested(of('a', 3, 5), 60), tested(of('none', 3, 6), 55)],
    ];
    const [a, none] = comparisonOf({ about, trials: trials.toReversed() }).methods;
    expect(none.toBest).toMatchObject({ mean: -6, count: 2 });
    expect(a.toNone).toMatchObject({ mean: 6, count: 2 });
    expect(a.chosen!.parameters).toEqual({ method: 'a', x: 1 });
  });

  test('counts the seconds of a trial once, though others have its result', () => {
    const first = trial({ method: 'a', x: 1 }, 3);
    const again = { ...trial({ method: 'a', x: 1 }, 3), repeats: first.number };
    expect(comparisonOf({ about, trials: [first, again] }).methods[0]).toMatchObject({
      name: 'a',
      seconds: 2,
    });
  });

  test('puts a method with a seed that failed behind those without', () => {
    const trials = [
      ...[of('a', 2, 1), of('a', 3, null), of('none', 2, 5), of('none', 3, 6)],
      ...[of('c', 2, 7), of('c', 3, 8)],
    ];
    const { methods } = comparisonOf({ about, trials });
    expect(methods.map(({ name }) => name)).toEqual(['none', 'c', 'a']);
    // The pair that is whole alone counts, and has no interval.
    expect(methods[2].toBest).toEqual({ mean: -40, count: 1 });
  });

  test('has the searches alone while no seed was trained', () => {
    const { methods } = comparisonOf({
      about,
      trials: [trial({ method: 'none' }, 2), trial({ method: 'c' }, 1), trial({ method: 'a' }, null)],
    });
    expect(methods.map(({ name, valid }) => [name, valid])).toEqual([
      ['c', undefined],
      ['none', undefined],
      ['a', undefined],
    ]);
  });
});

test('a setting is its values by the last part of their keys', () => {
  expect(settingText({ method: 'a', 'optimizer.stepRate': 0.1, 'dropout.input': 0, seed: 3 })).toBe(
    'stepRate=0.1 input=0',
  );
  expect(settingText(undefined)).toBe('');
});
