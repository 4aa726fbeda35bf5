import { expect, test } from 'vitest';
import { pianoRollText } from './piano-roll-text.ts';

test('two semitones share a line that names both, octaves are marked, time runs to the right', () => {
  // 60 = C4 lower half, 61 upper half; 62 = D4 on the line above
  expect(pianoRollText([[60], [61], [60, 61], [], [62]])).toEqual([
    'D4/D♯4 │    ▄',
    'C4/C♯4 ├▄▀█',
    '       └┴────',
    '        0',
    '(numbers are time steps)',
  ]);
});

test('every line of an octave has its own names', () => {
  const names = pianoRollText([[60, 71]]).map((line) => line.split(' ')[0]);
  expect(names.slice(0, 6)).toEqual(['A♯4/B4', 'G♯4/A4', 'F♯4/G4', 'E4/F4', 'D4/D♯4', 'C4/C♯4']);
});

test('a long piece is cut into strips of the given width, and bars are counted on', () => {
  const piece = Array.from({ length: 25 }, () => [60]);
  const lines = pianoRollText(piece, { width: 18, stepsPerQuarter: 1 });
  expect(lines).toEqual([
    'C4/C♯4 ├▄▄▄▄▄▄▄▄▄▄',
    '       └┴───┴───┴─',
    '        1   2   3',
    '',
    'C4/C♯4 ├▄▄▄▄▄▄▄▄▄▄',
    '       └──┴───┴───',
    '          4   5',
    '',
    'C4/C♯4 ├▄▄▄▄▄',
    '       └┴───┴',
    '        6   7',
    '(numbers are bars of four quarter notes, 4 steps each)',
  ]);
  for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(18);
});

test('what was given to the model has a double line', () => {
  const lines = pianoRollText([[60], [60], [60], [60], [60], [60]], { stepsPerQuarter: 1, given: 5 });
  expect(lines.slice(1)).toEqual([
    '       └╧═══╧─',
    '        1   2',
    '(numbers are bars of four quarter notes, 4 steps each; ═ given to the model, ─ sampled)',
  ]);
});

test('numbers that have no room are left out, never run together', () => {
  const piece = Array.from({ length: 60 }, () => [60]);
  const numbers = pianoRollText(piece, { width: 200, stepsPerQuarter: 0.25 })[2];
  // a bar is one step: 1, then every number behind a blank
  expect(numbers.trim().split(/ +/).map(Number)).toEqual(
    numbers
      .trim()
      .split(/ +/)
      .map(Number)
      .toSorted((a, b) => a - b),
  );
  expect(numbers.trim()).toMatch(/^1 3 5 7 9 11 14 17/);
});

test('silence is said in words', () => {
  expect(pianoRollText([[], []])).toEqual(['(2 steps of silence)']);
});

test('shows a piece of any length', () => {
  const lines = pianoRollText(
    Array.from({ length: 200_000 }, (_, t) => [60 + (t % 2)]),
    { width: 200_100 },
  );
  expect(lines.length).toBeGreaterThan(0);
});
