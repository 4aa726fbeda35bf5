import { expect, test } from 'vitest';
import { notesOf } from './notes.ts';
import { lossRange, ticks } from './scale.ts';

test.each([
  [0, 10, 5, [0, 2, 4, 6, 8, 10]],
  [3.1, 7.4, 4, [4, 6]],
  [0.11, 0.42, 3, [0.2, 0.4]],
  [0, 0, 4, [0]],
])('from %d to %d some %d ticks are round numbers within', (low, high, count, expected) => {
  expect(ticks(low, high, count)).toEqual(expected);
});

test('the range of losses holds the lowest and leaves out a steep beginning', () => {
  const [low, high] = lossRange([30, 20, 6, 5, 4.5, 4.2, 4.1, 4]);
  expect(low).toBeLessThan(4);
  expect(high).toBeGreaterThan(6);
  expect(high).toBeLessThan(20);
  expect(lossRange([3])[0]).toBeLessThan(3);
  expect(lossRange([3])[1]).toBeGreaterThan(3);
});

test('a pitch in neighbouring frames is one note, after a rest another', () => {
  expect(notesOf([[60, 64], [60], [], [60]])).toEqual([
    { pitch: 60, start: 0, length: 2 },
    { pitch: 64, start: 0, length: 1 },
    { pitch: 60, start: 3, length: 1 },
  ]);
});
