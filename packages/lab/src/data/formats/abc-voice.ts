/**
 * One voice of an ABC tune while it is read: the bar being filled, accidentals that last to its end, unit length,
 * broken rhythm and tuplets. It knows music, not text; the text is read in abc-body.ts.
 */

import { LETTERS, type Shift } from './abc-key.ts';
import {
  type AbcKey,
  type AbcMeter,
  type Chord,
  fault,
  type Place,
  type WrittenBar,
  type WrittenNote,
} from './abc-types.ts';

/** A note as spelled: letter A..G, octave 5 for the octave that begins on middle C, accidental in semitones if written. */
export interface Spelled {
  letter: string;
  octave: number;
  accidental?: number;
  tied: boolean;
}

export interface Voice {
  key: AbcKey;
  meter?: AbcMeter;
  unit: number;
  /** Semitones added to every note by the properties of K: or V:. */
  shift: Shift;
  bars: WrittenBar[];
  bar: WrittenBar;
  accidentals: Map<string, number>;
  /** Pitches that a tie carries into the next bar, by letter and octave. */
  carried: Map<string, number>;
  last?: { notes: WrittenNote[]; spelled: Spelled[]; duration: number; offset: number };
  /** Factor of the next note, set by broken rhythm. */
  broken: number;
  tuplet: { notes: number; inTimeOf: number; left: number };
}

/** A voice at its beginning. */
export function newVoice(key: AbcKey, meter: AbcMeter | undefined, unit: number, shift: Shift): Voice {
  return {
    key,
    meter,
    unit,
    shift,
    bars: [],
    bar: emptyBar(1),
    accidentals: new Map(),
    carried: new Map(),
    broken: 1,
    tuplet: { notes: 1, inTimeOf: 1, left: 0 },
  };
}

/**
 * Adds notes that sound together, or a rest when there are none, of `factor` unit lengths.
 * @throws DataError where the length is no whole number of ticks, or a pitch lies outside MIDI
 */
export function addEvent(voice: Voice, spelled: Spelled[], factor: [number, number], place: Place): void {
  const { tuplet } = voice;
  let duration = ((voice.unit * factor[0]) / factor[1]) * voice.broken;
  if (tuplet.left > 0) {
    duration = (duration * tuplet.inTimeOf) / tuplet.notes;
    tuplet.left--;
  }
  voice.broken = 1;
  checkLength(duration, place);
  const { bar } = voice;
  if (bar.duration === 0) bar.line = place.line;
  const notes = spelled.map((note) => ({
    offset: bar.duration,
    duration,
    pitch: pitchOf(voice, note, place),
    tied: note.tied,
  }));
  voice.carried.clear();
  for (const note of notes) bar.notes.push(note);
  voice.last = { notes, spelled, duration, offset: bar.duration };
  bar.duration += duration;
  for (const [i, note] of spelled.entries()) if (note.tied) carry(voice, note, notes[i].pitch);
}

/** Rests for whole bars. */
export function addBarRests(voice: Voice, count: number, place: Place): void {
  if (voice.meter === undefined) throw fault(place, 'a rest of whole bars needs a metre; write M: first');
  if (voice.bars.length > maxBars) throw fault(place, `the tune has more than ${maxBars} bars`);
  for (let i = 0; i < count; i++) {
    if (i > 0) closeBar(voice, { repeatEnd: 0, sectionEnd: false, repeatStart: false });
    if (voice.bar.duration === 0) voice.bar.line = place.line;
    voice.bar.duration += voice.meter.ticks;
  }
  voice.last = undefined;
}

/** Ties the last notes to the next ones of the same pitch; false if there is no last note. */
export function tieLast(voice: Voice): boolean {
  if (voice.last === undefined || voice.last.notes.length === 0) return false;
  for (const [i, note] of voice.last.notes.entries()) {
    note.tied = true;
    carry(voice, voice.last.spelled[i], note.pitch);
  }
  return true;
}

/** Broken rhythm: `>` (signs > 0) lengthens the last event and shortens the next, `<` the other way; false without a last event. */
export function breakRhythm(voice: Voice, signs: number, place: Place): boolean {
  const { last, bar } = voice;
  if (last === undefined) return false;
  const short = 2 ** -Math.abs(signs);
  const duration = last.duration * (signs > 0 ? 2 - short : short);
  checkLength(duration, place);
  for (const note of last.notes) note.duration = duration;
  bar.duration = last.offset + duration;
  for (const symbol of bar.chords) symbol.offset = Math.min(symbol.offset, bar.duration);
  voice.broken = signs > 0 ? short : 2 - short;
  voice.last = undefined;
  return true;
}

/** Notes a chord symbol at the present place. */
export function addSymbol(voice: Voice, text: string, chord: Chord | undefined): void {
  voice.bar.chords.push({ offset: voice.bar.duration, text, ...(chord && { chord }) });
}

/** Begins an ending at the present place; one in the middle of a bar cuts the bar there. */
export function beginEnding(voice: Voice, endings: number[]): void {
  if (voice.bar.duration > 0) closeBar(voice, { repeatEnd: 0, sectionEnd: false, repeatStart: false });
  voice.bar.endings = endings;
}

/** Ends the bar at a bar line; a bar line behind a bar line adds its signs to the first. */
export function closeBar(
  voice: Voice,
  sign: { repeatEnd: number; sectionEnd: boolean; repeatStart: boolean },
): void {
  const { bar } = voice;
  let next = emptyBar(bar.line);
  if (bar.duration > 0) {
    bar.full = voice.meter?.ticks;
    voice.bars.push(bar);
  } else {
    next = bar;
  }
  const closed = voice.bars.at(-1);
  if (closed !== undefined) {
    closed.repeatEnd = Math.max(closed.repeatEnd, sign.repeatEnd);
    closed.sectionEnd ||= sign.sectionEnd;
  }
  next.repeatStart ||= sign.repeatStart;
  voice.bar = next;
  voice.accidentals.clear();
  voice.last = undefined;
}

// --- internal ---

/** Far beyond any tune; a few letters make a thousand bars of rest. */
const maxBars = 100_000;

function emptyBar(line: number): WrittenBar {
  return { line, duration: 0, notes: [], chords: [], repeatStart: false, repeatEnd: 0, sectionEnd: false };
}

function checkLength(duration: number, place: Place): void {
  if (Number.isInteger(duration) && duration > 0) return;
  throw fault(
    place,
    'a note of this length cannot be counted; expected halves, thirds, fifths or sevenths of notes',
  );
}

function carry(voice: Voice, note: Spelled, pitch: number): void {
  voice.carried.set(`${note.letter}${note.octave}`, pitch);
}

/** MIDI number of a spelled note: written accidental, else the one a tie carries, else the bar's, else the key's. */
function pitchOf(voice: Voice, note: Spelled, place: Place): number {
  const carried = voice.carried.get(`${note.letter}${note.octave}`);
  if (note.accidental === undefined && carried !== undefined) return carried;
  if (note.accidental !== undefined) voice.accidentals.set(note.letter, note.accidental);
  const alteration = voice.accidentals.get(note.letter) ?? voice.key.alterations[note.letter] ?? 0;
  const { transpose, octave, clef } = voice.shift;
  const pitch = 12 * note.octave + LETTERS[note.letter] + alteration + transpose + octave + clef;
  if (pitch < 0 || pitch > 127) throw fault(place, `note ${pitch} lies outside the MIDI range 0..127`);
  return pitch;
}
