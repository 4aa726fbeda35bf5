import { expect, test } from 'vitest';
import { fewNote } from './few-examples.ts';

test('a calibration on fewer than a hundred examples says how many there were and how little that tells', () => {
  // √(.1 · .9 / 6) is .122.
  expect(fewNote(6, 'example', 0.1, 'splits.calibration=.2')).toEqual([
    'found on 6 examples, fewer than 100, which tell little: coverage varies by some 12 points with those that happen to be kept, and a temperature or a factor of deviations by chance; keep more (--set splits.calibration=.2)',
  ]);
  expect(fewNote(1, 'window', 0.1, 'windows.calibration=N')[0]).toMatch(
    /^found on 1 window, .* some 30 points with those that happen to be kept; keep more/,
  );
  expect(fewNote(100, 'example', 0.1, 'x')).toEqual([]);
});
