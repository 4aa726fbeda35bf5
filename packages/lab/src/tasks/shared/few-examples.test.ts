import { expect, test } from 'vitest';
import { fewNote } from './few-examples.ts';

test('a calibration on fewer than a hundred examples says how many there were and how little that tells', () => {
  // 1 / (2 √6) is .204.
  expect(fewNote(6, 'example', 'splits.calibration=.2')).toEqual([
    'found on 6 examples, fewer than 100, which tell little: shares among so few are off by up to some 20 points by chance; keep more (--set splits.calibration=.2)',
  ]);
  expect(fewNote(1, 'window', 'windows.calibration=N')[0]).toMatch(
    /^found on 1 window, .* some 50 points by chance; keep more/,
  );
  expect(fewNote(100, 'example', 'x')).toEqual([]);
});
