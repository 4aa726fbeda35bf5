import { expect, test } from 'vitest';
import { pianoRollText } from './piano-roll.ts';

test('two semitones share a line, C is labelled, time runs to the right', () => {
  // 60 = C4 lower half, 61 upper half; 62 = D4 on the line above
  expect(pianoRollText([[60], [61], [60, 61], [], [62]])).toEqual(['   │    ▄', 'C4 │▄▀█']);
});

test('a long piece is cut into strips of the given width', () => {
  const lines = pianoRollText(
    Array.from({ length: 25 }, () => [60]),
    14,
  );
  expect(lines).toEqual(['C4 │▄▄▄▄▄▄▄▄▄▄', '', 'C4 │▄▄▄▄▄▄▄▄▄▄', '', 'C4 │▄▄▄▄▄']);
});

test('silence is said in words', () => {
  expect(pianoRollText([[], []])).toEqual(['(2 steps of silence)']);
});

test('shows a piece of any length', () => {
  const lines = pianoRollText(
    Array.from({ length: 200_000 }, (_, t) => [60 + (t % 2)]),
    200_100,
  );
  expect(lines.length).toBeGreaterThan(0);
});
