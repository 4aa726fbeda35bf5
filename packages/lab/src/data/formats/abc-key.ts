/** The ABC fields that set the frame of a tune: K: (keys and modes), M: (metre), L: (unit length), Q: (tempo). */

import {
  type AbcKey,
  type AbcMeter,
  fault,
  type Place,
  TICKS_PER_QUARTER,
  TICKS_PER_WHOLE,
} from './abc-types.ts';

/** Pitch classes of the letters. */
export const LETTERS: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

const ORDER_OF_SHARPS = 'FCGDAEB';
const FIFTHS: Readonly<Record<string, number>> = { F: -1, C: 0, G: 1, D: 2, A: 3, E: 4, B: 5 };

/** Modes by their first three letters: how many fifths below the major key on the same tonic, and their third. */
const MODES: Readonly<Record<string, { fifths: number; third: 'major' | 'minor'; name: string }>> = {
  maj: { fifths: 0, third: 'major', name: 'major' },
  ion: { fifths: 0, third: 'major', name: 'major' },
  mix: { fifths: -1, third: 'major', name: 'mixolydian' },
  lyd: { fifths: 1, third: 'major', name: 'lydian' },
  m: { fifths: -3, third: 'minor', name: 'minor' },
  min: { fifths: -3, third: 'minor', name: 'minor' },
  aeo: { fifths: -3, third: 'minor', name: 'minor' },
  dor: { fifths: -2, third: 'minor', name: 'dorian' },
  phr: { fifths: -4, third: 'minor', name: 'phrygian' },
  loc: { fifths: -5, third: 'minor', name: 'locrian' },
};

/**
 * Reads the value of a K: field, such as `G`, `Em`, `Ador`, `D mix`, `Bb`, `none`, `HP`, or `D =c ^g`.
 * Clefs and other properties of the staff do not belong to the key and are passed over.
 * @throws DataError for a key that does not exist
 */
export function parseKey(text: string, place: Place): AbcKey {
  const value = text.trim();
  if (value === '' || /^none\b/i.test(value)) return keyOf('C', 0, MODES.maj);
  if (/^H[Pp]\b/.test(value)) return { ...keyOf('A', 0, MODES.mix), alterations: { F: 1, C: 1 } };
  const match = /^([A-G])([#b]?)\s*([A-Za-z]*)/.exec(value);
  if (match === null) {
    if (/^(clef=|treble|bass|alto|tenor|perc)/i.test(value)) return keyOf('C', 0, MODES.maj);
    throw fault(place, `unknown key '${value}'; expected one such as G, Em, Bb or Ador`);
  }
  const word = match[3].toLowerCase();
  const mode = word === '' || isProperty(word) ? MODES.maj : (MODES[word] ?? MODES[word.slice(0, 3)]);
  if (mode === undefined) throw fault(place, `unknown mode '${match[3]}' in key '${value}'`);
  const key = keyOf(match[1], match[2] === '#' ? 1 : match[2] === 'b' ? -1 : 0, mode);
  const alterations: Record<string, number> = /\bexp\b/.test(value) ? {} : { ...key.alterations };
  for (const [, sign, letter] of value
    .slice(match[0].length)
    .matchAll(/(?:^|\s)(\^\^|\^|__|_|=)([A-Ga-g])(?=\s|$)/g)) {
    alterations[letter.toUpperCase()] = SIGNS[sign];
  }
  return { ...key, alterations };
}

/** Semitones of an accidental. */
export const SIGNS: Readonly<Record<string, number>> = { '^': 1, '^^': 2, _: -1, __: -2, '=': 0 };

/** Semitones that the properties of a K: or V: field (`transpose=`, `octave=`, a clef with ±8) add to every note. */
export function parseShift(text: string): number | undefined {
  const transpose = /\btranspose=(-?\d{1,2})\b/.exec(text);
  const octave = /\boctave=(-?\d)\b/.exec(text);
  const clef = /(?:^|[\s=])(?:treble|alto|tenor|bass|[GCF])\d?([+-])8\b/.exec(text);
  if (transpose === null && octave === null && clef === null) return undefined;
  return (
    Number(transpose?.[1] ?? 0) + 12 * Number(octave?.[1] ?? 0) + (clef === null ? 0 : Number(`${clef[1]}12`))
  );
}

/**
 * Reads the value of an M: field; undefined for `none`.
 * @throws DataError for anything that is no metre
 */
export function parseMeter(text: string, place: Place): AbcMeter | undefined {
  const value = text.trim();
  if (value === '' || value.toLowerCase() === 'none') return undefined;
  if (value === 'C') return meter(4, 4);
  if (value === 'C|') return meter(2, 2);
  const match = /^\(?(\d{1,2}(?:\+\d{1,2})*)\)?\/(1|2|4|8|16|32|64)$/.exec(value.replaceAll(' ', ''));
  const numerator = match === null ? 0 : match[1].split('+').reduce((sum, part) => sum + Number(part), 0);
  if (match === null || numerator === 0) {
    throw fault(place, `unknown metre '${value}'; expected one such as 4/4, 6/8, C or none`);
  }
  return meter(numerator, Number(match[2]));
}

/**
 * Ticks of the unit note length that an L: field sets.
 * @throws DataError for anything that is no note length
 */
export function parseUnitLength(text: string, place: Place): number {
  const match = /^1(?:\/(1|2|4|8|16|32|64|128))?$/.exec(text.trim());
  if (match === null) throw fault(place, `unknown note length '${text.trim()}'; expected one such as 1/8`);
  return TICKS_PER_WHOLE / Number(match[1] ?? 1);
}

/** The unit length where no L: stands: a sixteenth in metres below 3/4, else an eighth. */
export function defaultUnitLength(current: AbcMeter | undefined): number {
  return current !== undefined && current.ticks < 3 * TICKS_PER_QUARTER
    ? TICKS_PER_WHOLE / 16
    : TICKS_PER_WHOLE / 8;
}

/** Quarter notes in a minute that a Q: field such as `1/4=120`, `"Lively" 3/8=80` or `120` sets; undefined for mere words. */
export function parseTempo(text: string, unit: number): number | undefined {
  const bare = text.replace(/"[^"]*"/g, '').trim();
  const match = /^(?:((?:\d+\/\d+\s*)+)=\s*)?(\d+(?:\.\d+)?)$/.exec(bare.replace(/^C(\d*)=/, ''));
  if (match === null) return undefined;
  let beat = unit / TICKS_PER_QUARTER;
  if (match[1] !== undefined) {
    beat = 0;
    for (const [, a, b] of match[1].matchAll(/(\d+)\/(\d+)/g)) beat += (4 * Number(a)) / Number(b);
  }
  const tempo = beat * Number(match[2]);
  return Number.isFinite(tempo) && tempo > 0 ? tempo : undefined;
}

// --- internal ---

const isProperty = (word: string) =>
  /^(exp|clef|treble|bass|alto|tenor|perc|octave|transpose|middle|staff)/.test(word);

function meter(numerator: number, denominator: number): AbcMeter {
  const compound = denominator >= 8 && numerator > 3 && numerator % 3 === 0;
  return { numerator, denominator, ticks: (numerator * TICKS_PER_WHOLE) / denominator, compound };
}

function keyOf(letter: string, sharp: number, mode: (typeof MODES)[string]): AbcKey {
  const fifths = FIFTHS[letter] + 7 * sharp + mode.fifths;
  const alterations: Record<string, number> = {};
  for (let n = 0; n < Math.abs(fifths); n++) {
    const altered = fifths > 0 ? ORDER_OF_SHARPS[n % 7] : ORDER_OF_SHARPS[6 - (n % 7)];
    alterations[altered] = (alterations[altered] ?? 0) + Math.sign(fifths);
  }
  return { tonic: (LETTERS[letter] + sharp + 12) % 12, third: mode.third, mode: mode.name, alterations };
}
