import { expect, test } from 'vitest';
import type { StudyEvent } from './journal.ts';
import type { Parameters } from './space.ts';
import type { Trial } from './study-record.ts';
import { alongAxis, baseOf, sweepOf } from './sweep.ts';

const about = (alone: boolean) =>
  ({
    event: 'study',
    metric: 'nll',
    shown: { metric: 'bits', label: 'bits', unit: 'bits' },
    plan: {
      ...{ kind: 'sweep', alone },
      axes: [
        { key: 'a', values: [2, 1], base: 1 },
        { key: 'b', values: ['y', 'x'], base: 'x' },
      ],
    },
  }) as unknown as StudyEvent;

let number = 0;
function trial(parameters: Parameters, nll: number | null, test = nll): Trial {
  const metrics = { nll: nll ?? 0, bits: 10 * (nll ?? 0) };
  const tested = { nll: test ?? 0, bits: 10 * (test ?? 0) };
  return {
    ...{ number: ++number, parameters, reports: [], directory: '', worker: null, repeats: null, reason: '' },
    state: nll === null ? 'failed' : 'complete',
    best: nll === null ? null : { epoch: 1, train: metrics, valid: metrics, test: tested },
    seconds: 1,
  };
}

test('points are in the order of their values, with mean and deviation over seeds', () => {
  const trials = [
    ...[trial({ a: 2, b: 'y', seed: 1 }, 5), trial({ a: 1, b: 'y', seed: 1 }, 4)],
    ...[trial({ a: 2, b: 'x', seed: 1 }, 3), trial({ a: 2, b: 'y', seed: 2 }, 7)],
    ...[trial({ a: 2, b: 'x', seed: 2 }, null), trial({ a: 1, b: 'y', seed: 2 }, 4.5)],
  ];
  const sweep = sweepOf({ about: about(false), trials });
  // Numbers by size, words as they were given.
  expect(sweep.points.map(({ at }) => at)).toEqual([
    [1, 'y'],
    [2, 'y'],
    [2, 'x'],
  ]);
  expect(sweep.seeds).toEqual([1, 2]);
  expect(sweep.points[1].valid).toEqual({ mean: 60, deviation: Math.sqrt(200), count: 2 });
  // One seed failed: its point has the other, and is not the best, which has them all.
  expect(sweep.points[2].test).toEqual({ mean: 30, count: 1 });
  expect(sweep.best!.at).toEqual([1, 'y']);
  expect(alongAxis(sweep, 0, [null, 'y']).map(({ at }) => at[0])).toEqual([1, 2]);
});

test('the best point is that of the validation, whatever the test says', () => {
  const trials = [
    ...[trial({ a: 1, b: 'x', seed: 1 }, 4, 9), trial({ a: 2, b: 'x', seed: 1 }, 5, 1)],
    ...[trial({ a: 1, b: 'x', seed: 2 }, 4, 9), trial({ a: 2, b: 'x', seed: 2 }, 5, 1)],
  ];
  const { best } = sweepOf({ about: about(false), trials });
  expect(best).toMatchObject({ at: [1, 'x'], deciding: 4, test: { mean: 90 } });
});

test('along an axis alone the others are at their base', () => {
  const at: Parameters[] = [
    { a: 2, b: 'x' },
    { a: 1, b: 'x' },
    { a: 1, b: 'y' },
  ];
  const sweep = sweepOf({ about: about(true), trials: at.map((one, i) => trial({ ...one, seed: 1 }, i)) });
  expect(alongAxis(sweep, 0, baseOf(sweep)).map(({ at }) => at)).toEqual([
    [1, 'x'],
    [2, 'x'],
  ]);
  expect(alongAxis(sweep, 1, baseOf(sweep)).map(({ at }) => at)).toEqual([
    [1, 'y'],
    [1, 'x'],
  ]);
});

test('points are ranked by their mean validation, those of which a seed has failed behind those that are whole', () => {
  const trials = [
    ...[trial({ a: 1, b: 'x', seed: 1 }, 4), trial({ a: 1, b: 'x', seed: 2 }, 5)],
    ...[trial({ a: 2, b: 'x', seed: 1 }, 2), trial({ a: 2, b: 'x', seed: 2 }, null)],
    ...[trial({ a: 1, b: 'y', seed: 1 }, 3), trial({ a: 1, b: 'y', seed: 2 }, 3)],
    ...[trial({ a: 2, b: 'y', seed: 1 }, null), trial({ a: 2, b: 'y', seed: 2 }, null)],
  ];
  const { ranked, best } = sweepOf({ about: about(false), trials });
  expect(ranked.map(({ at }) => at)).toEqual([
    [1, 'y'],
    [1, 'x'],
    [2, 'x'],
  ]);
  expect(best).toBe(ranked[0]);
});
