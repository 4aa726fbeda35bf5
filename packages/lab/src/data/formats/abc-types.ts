/** What the ABC reader hands out, and what its parts hand to each other. Times are integer ticks. */

import { DataError } from 'lethe';

/** Ticks of a quarter note: 2^6 · 3^2 · 5 · 7, so that tuplets and short notes come out as integers. */
export const TICKS_PER_QUARTER = 20160;
export const TICKS_PER_WHOLE = 4 * TICKS_PER_QUARTER;

/** A sounding note: repeats written out, ties joined, pitch as a MIDI number. */
export interface AbcNote {
  start: number;
  duration: number;
  pitch: number;
}

/** A chord read from its symbol: root as pitch class 0..11, intervals in semitones above it, another bass if written. */
export interface Chord {
  root: number;
  intervals: readonly number[];
  bass?: number;
}

/** A chord symbol above the tune; `chord` is absent where the text is no chord (a user's remark, say). */
export interface AbcChordSymbol {
  start: number;
  text: string;
  chord?: Chord;
}

/** A key: its tonic as pitch class, the third of its mode, and the alterations of the letters. */
export interface AbcKey {
  tonic: number;
  third: 'major' | 'minor';
  mode: string;
  alterations: Readonly<Record<string, number>>;
}

/** A metre; `compound` tells 6/8, 9/8 and 12/8 from the rest. */
export interface AbcMeter {
  numerator: number;
  denominator: number;
  ticks: number;
  compound: boolean;
}

/** One tune of an ABC file, repeats written out. */
export interface AbcTune {
  /** The reference number (X:). */
  number: number;
  titles: string[];
  composer?: string;
  origin?: string;
  /** The N: lines. */
  remarks: string[];
  /** The metre at the beginning; absent for M:none. */
  meter?: AbcMeter;
  /** Quarter notes in a minute, where Q: says it. */
  tempo?: number;
  key: AbcKey;
  notes: AbcNote[];
  chords: AbcChordSymbol[];
  /** Ticks from the beginning to the end of the last bar. */
  duration: number;
}

/** A note as written: its place in the bar, and whether a tie leaves it. */
export interface WrittenNote {
  offset: number;
  duration: number;
  pitch: number;
  tied: boolean;
}

/** A bar as written, with what its bar lines say about repeats. */
export interface WrittenBar {
  line: number;
  duration: number;
  /** What the metre asks of it; absent in free metre. */
  full?: number;
  notes: WrittenNote[];
  chords: { offset: number; text: string; chord?: Chord }[];
  repeatStart: boolean;
  /** Passes that play this bar and what follows, when an ending begins here. */
  endings?: number[];
  /** How often the music up to here is played again: 0 without a repeat sign. */
  repeatEnd: number;
  sectionEnd: boolean;
}

/** Where a fault stands. */
export interface Place {
  name: string;
  line: number;
  column?: number;
}

/** The reader's error: `abc: NAME line L column C: …`; of a long message the middle is left out. */
export function fault(place: Place, message: string): DataError {
  const column = place.column === undefined ? '' : ` column ${place.column}`;
  const short = message.length > 200 ? `${message.slice(0, 60)}…${message.slice(-130)}` : message;
  return new DataError(`abc: ${place.name} line ${place.line}${column}: ${short}`);
}

/** A length in ticks as a fraction of a whole note in lowest terms, such as `5/8`. */
export function asFraction(ticks: number): string {
  let [a, b] = [ticks, TICKS_PER_WHOLE];
  while (b !== 0) [a, b] = [b, a % b];
  return `${ticks / a}/${TICKS_PER_WHOLE / a}`;
}
