/** Chord symbols ("G", "Am7", "F#dim", "C/E") as notes above a root. */

import { LETTERS } from './abc-key.ts';
import type { Chord } from './abc-types.ts';

const INTERVALS: Readonly<Record<string, readonly number[]>> = {
  '': [0, 4, 7],
  maj: [0, 4, 7],
  m: [0, 3, 7],
  min: [0, 3, 7],
  '-': [0, 3, 7],
  '5': [0, 7],
  '6': [0, 4, 7, 9],
  m6: [0, 3, 7, 9],
  min6: [0, 3, 7, 9],
  '7': [0, 4, 7, 10],
  m7: [0, 3, 7, 10],
  min7: [0, 3, 7, 10],
  maj7: [0, 4, 7, 11],
  M7: [0, 4, 7, 11],
  mM7: [0, 3, 7, 11],
  dim: [0, 3, 6],
  o: [0, 3, 6],
  '°': [0, 3, 6],
  dim7: [0, 3, 6, 9],
  o7: [0, 3, 6, 9],
  m7b5: [0, 3, 6, 10],
  aug: [0, 4, 8],
  '+': [0, 4, 8],
  '7+': [0, 4, 8, 10],
  sus: [0, 5, 7],
  sus4: [0, 5, 7],
  sus2: [0, 2, 7],
  '7sus4': [0, 5, 7, 10],
  '9': [0, 4, 7, 10, 14],
  m9: [0, 3, 7, 10, 14],
  maj9: [0, 4, 7, 11, 14],
  add9: [0, 4, 7, 14],
};

/** Reads a chord symbol; undefined where the text is none. */
export function parseChord(text: string): Chord | undefined {
  const match = /^([A-G])([#b♯♭]?)([^/]*)(?:\/([A-Ga-g])([#b♯♭]?))?$/.exec(text.trim());
  if (match === null || !Object.hasOwn(INTERVALS, match[3])) return undefined;
  const chord: Chord = { root: pitchClass(match[1], match[2]), intervals: INTERVALS[match[3]] };
  if (match[4] !== undefined) chord.bass = pitchClass(match[4].toUpperCase(), match[5]);
  return chord;
}

// --- internal ---

function pitchClass(letter: string, sign: string): number {
  const alteration = sign === '#' || sign === '♯' ? 1 : sign === 'b' || sign === '♭' ? -1 : 0;
  return (LETTERS[letter] + alteration + 12) % 12;
}
