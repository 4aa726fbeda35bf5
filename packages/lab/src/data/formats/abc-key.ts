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

/** The key without signature of `K:none`, and of a tune that names none. */
export const noKey = (): AbcKey => keyOf('C', 0, MODES.maj);

/**
 * Reads the value of a K: field, such as `G`, `Em`, `Ador`, `D mix`, `Bb`, `none`, `HP`, `D =c ^g` or `D exp _b`;
 * undefined where it says nothing of a key, but of a clef or other properties of the staff (`bass`, `clef=alto`,
 * `octave=-1`): these leave the key as it is (ABC 2.1, sections 3.1.14 and 4.6).
 * @throws DataError for a key that does not exist
 */
export function parseKey(text: string, place: Place): AbcKey | undefined {
  const value = withoutProperties(text);
  if (value === '' && text.trim() !== '') return undefined;
  if (value === '' || /^none\b/i.test(value)) return noKey();
  if (/^H[Pp]\b/.test(value)) return { ...keyOf('A', 0, MODES.mix), alterations: { F: 1, C: 1 } };
  const match = /^([A-G])([#b♯♭]?)\s*([A-Za-z]*)/.exec(value);
  if (match === null) {
    if (/^(exp\b|[_^=])/.test(value)) return { ...noKey(), alterations: written(value) };
    throw fault(place, `unknown key '${value}'; expected one such as G, Em, Bb or Ador`);
  }
  const word = match[3].toLowerCase();
  const name = [word, word.slice(0, 3)].find((one) => Object.hasOwn(MODES, one));
  const mode = word === '' || word.startsWith('exp') ? MODES.maj : MODES[name ?? ''];
  if (mode === undefined) throw fault(place, `unknown mode '${match[3]}' in key '${value}'`);
  const key = keyOf(match[1], { '': 0, '#': 1, '♯': 1, b: -1, '♭': -1 }[match[2]]!, mode);
  const explicit = /\bexp\b/.test(value) || word.startsWith('exp');
  const alterations = { ...(explicit ? {} : key.alterations), ...written(value.slice(match[0].length)) };
  return { ...key, alterations };
}

/** Semitones of an accidental. */
export const SIGNS: Readonly<Record<string, number>> = { '^': 1, '^^': 2, _: -1, __: -2, '=': 0 };

/** Semitones that are added to every note, by the property that adds them. */
export interface Shift {
  transpose: number;
  octave: number;
  clef: number;
}

/** What the properties of a K: or V: field (`transpose=`, `octave=`, a clef with or without ±8) say of the shift. */
export function parseShift(text: string): Partial<Shift> {
  const transpose = /(?:^|\s)(?:transpose|t)=(-?\d{1,2})(?!\S)/.exec(text);
  const octave = /(?:^|\s)octave=(-?\d)(?!\S)/.exec(text);
  const clef =
    /(?:^|\s)clef="?[A-Za-z]+\d?(?:([+-])(8|15))?/.exec(text) ?? new RegExp(CLEF_WORD, 'i').exec(text);
  const shift: Partial<Shift> = {};
  if (transpose) shift.transpose = Number(transpose[1]);
  if (octave) shift.octave = 12 * Number(octave[1]);
  if (clef) shift.clef = clef[1] === undefined ? 0 : Number(`${clef[1]}${clef[2] === '8' ? 12 : 24}`);
  return shift;
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

/** A clef by its bare name, with its line and the octave that it is sung in. */
const CLEF_WORD =
  '(?:^|\\s)(?:treble|alto|tenor|bass|soprano|mezzosoprano|mezzo|baritone|perc|percussion|drums?)\\d?(?:([+-])(8|15))?(?!\\S)';

/** Properties of the staff and the voice; `m` and `t` are the older names of `middle` and `transpose`. */
const PROPERTY =
  /(?:^|\s)(?:clef|middle|m|octave|transpose|t|staff\w+|style|cue|shift|score|sound|instrument|stems?|up|down|dyn|lyrics|gchords?|gstem|merge|space|brace|bracket|name|nm|subname|sname|snm|program|voice)=(?:"[^"]*"|\S*)/gi;

/** A K: field without what does not belong to the key. */
function withoutProperties(text: string): string {
  return text.replace(PROPERTY, ' ').replace(new RegExp(CLEF_WORD, 'gi'), ' ').trim();
}

/** Accidentals written behind a key, such as `^g` or `_b`. */
function written(text: string): Record<string, number> {
  const alterations: Record<string, number> = {};
  for (const [, sign, letter] of text.matchAll(/(\^\^|\^|__|_|=)([A-Ga-g])(?![A-Za-z])/g)) {
    alterations[letter.toUpperCase()] = SIGNS[sign];
  }
  return alterations;
}

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
