/**
 * ABC notation (standard 2.1), read as music: header fields, keys and modes, notes with accidentals, lengths, broken
 * rhythm, rests, ties, tuplets, chords, chord symbols, repeats and endings, voices, inline fields, comments. The notes
 * come out as played, in integer ticks. Not read: overlaid voices (`&`), macros, orders of parts (P: in a header).
 */

import { DataError } from 'lethe';
import { readMusic } from './abc-body.ts';
import {
  defaultUnitLength,
  noKey,
  parseKey,
  parseMeter,
  parseShift,
  parseTempo,
  parseUnitLength,
  type Shift,
} from './abc-key.ts';
import { type AbcKey, type AbcMeter, type AbcTune, fault, type Place } from './abc-types.ts';
import { checkBars, perform, playOrder } from './abc-unfold.ts';
import { closeBar, newVoice, type Voice } from './abc-voice.ts';

export {
  type AbcChordSymbol,
  type AbcKey,
  type AbcMeter,
  type AbcNote,
  type AbcTune,
  type Chord,
  TICKS_PER_QUARTER,
} from './abc-types.ts';

export interface AbcOptions {
  /** The file's name, for the sentences of errors. */
  name: string;
  /** Refuse bars that do not add up to the metre. @defaultValue false */
  strict?: boolean;
  /** Gets the fault of a tune, which is then left out; without it the first fault is thrown. */
  leftOut?: (fault: DataError) => void;
}

/**
 * Reads all tunes of an ABC file.
 * @param text the file, decoded
 * @returns the tunes in order, repeats written out
 * @throws DataError `abc: NAME line L column C: …` for an unknown token, a header without key, a file without tune
 */
export function readAbc(text: string, { name, strict = false, leftOut }: AbcOptions): AbcTune[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const tunes: AbcTune[] = [];
  const fileHeader: AbcField[] = [];
  let found = 0;
  for (let i = 0; i < lines.length; ) {
    const field = fieldOf(lines[i], i + 1);
    if (field?.letter !== 'X') {
      // Free text between tunes is no music; fields before the first tune hold for all of them.
      if (field !== undefined && found === 0) fileHeader.push(field);
      i++;
      continue;
    }
    let end = i + 1;
    while (end < lines.length && lines[end].trim() !== '' && fieldOf(lines[end], 0)?.letter !== 'X') end++;
    found++;
    try {
      tunes.push(readTune(lines, i, end, fileHeader, name, strict));
    } catch (error) {
      if (!leftOut || !(error instanceof DataError)) throw error;
      leftOut(error);
    }
    i = end;
  }
  if (found === 0) throw fault({ name, line: 1 }, 'found no tune; a tune begins with a line X:1');
  return tunes;
}

// --- internal ---

interface AbcField {
  letter: string;
  value: string;
  line: number;
}

interface Header {
  titles: string[];
  composer?: string;
  origin?: string;
  remarks: string[];
  meter?: AbcMeter;
  unit?: number;
  tempo?: { text: string };
  key?: AbcKey;
  shift: Shift;
  /** V: lines, which give a voice its properties. */
  voices: AbcField[];
}

/** Fields allowed in a tune's body. Others are music there: `A:|` is a note and a repeat sign. */
const BODY_FIELDS = /^[IKLMmNPQRrsTUVWw+]$/;

const noShift: Shift = { transpose: 0, octave: 0, clef: 0 };

/** The name of a voice and what a V: field says of it. */
function voiceOf(value: string): { id: string; properties: string } {
  const [id] = value.trim().split(/\s+/, 1);
  return { id, properties: value.trim().slice(id.length) };
}

/** A line without its comment; `\%` is a written percent sign. */
const uncomment = (line: string) => line.replace(/(^|[^\\])%.*$/, '$1');

function fieldOf(line: string, number: number): AbcField | undefined {
  const match = /^([A-Za-z+]):(.*)$/.exec(uncomment(line));
  return match === null ? undefined : { letter: match[1], value: match[2].trim(), line: number };
}

function readTune(
  lines: readonly string[],
  begin: number,
  end: number,
  fileHeader: readonly AbcField[],
  name: string,
  strict: boolean,
): AbcTune {
  const number = Number.parseInt(fieldOf(lines[begin], 0)!.value, 10) || 0;
  const header: Header = { titles: [], remarks: [], shift: noShift, voices: [] };
  const decorations = new Set<string>();
  for (const field of fileHeader) readHeaderField(header, field, name, decorations);
  let i = begin + 1;
  for (; i < end && header.key === undefined; i++) {
    if (uncomment(lines[i]).trim() === '') continue;
    const field = fieldOf(lines[i], i + 1);
    if (field === undefined) {
      throw fault(
        { name, line: i + 1, column: 1 },
        `expected a field such as T: or K:, found '${lines[i].trim().slice(0, 20)}'`,
      );
    }
    readHeaderField(header, field, name, decorations);
  }
  const { key } = header;
  if (key === undefined)
    throw fault({ name, line: begin + 1 }, 'the tune has no key; end its header with a line K:');
  const unit = header.unit ?? defaultUnitLength(header.meter);
  const first = newVoice(key, header.meter, unit, header.shift);
  const voices = new Map([['', first]]);
  const shifts = new Map<string, Partial<Shift>>();
  for (const { value } of header.voices) {
    const { id, properties } = voiceOf(value);
    shifts.set(id, { ...shifts.get(id), ...parseShift(properties) });
  }
  // Fields between the header and the first music hold for every voice, so each begins with what the first has then.
  let common = { ...first };
  const open = (id: string): Voice => {
    const known = voices.get(id);
    if (known !== undefined) return known;
    const opened = newVoice(common.key, common.meter, common.unit, { ...common.shift, ...shifts.get(id) });
    voices.set(id, opened);
    return opened;
  };
  let voice = first;
  const takeField = (letter: string, value: string, place: Place) => {
    if (letter === 'V') {
      const { id, properties } = voiceOf(value);
      voice = open(id);
      voice.shift = { ...voice.shift, ...parseShift(properties) };
    }
    if (letter === 'K') {
      voice.key = parseKey(value, place) ?? voice.key;
      voice.shift = { ...voice.shift, ...parseShift(value) };
    }
    if (letter === 'M') voice.meter = parseMeter(value, place);
    if (letter === 'L') voice.unit = parseUnitLength(value, place);
    if (letter === 'U') addDecoration(decorations, value);
    if (!BODY_FIELDS.test(letter)) throw fault(place, `unknown token '${letter}:'`);
    if (voice === first && first.bars.length === 0 && first.bar.duration === 0) common = { ...first };
  };
  for (; i < end; i++) {
    const field = fieldOf(lines[i], i + 1);
    const place = { name, line: i + 1, column: 1 };
    if (field !== undefined && BODY_FIELDS.test(field.letter)) takeField(field.letter, field.value, place);
    else
      readMusic(uncomment(lines[i]), {
        name,
        line: i + 1,
        voice: () => voice,
        field: takeField,
        decorations,
      });
  }
  return assemble(number, header, key, unit, [...voices.values()], name, strict);
}

function readHeaderField(
  header: Header,
  { letter, value, line }: AbcField,
  name: string,
  decorations: Set<string>,
): void {
  const place = { name, line, column: 1 };
  if (letter === 'T') header.titles.push(value);
  else if (letter === 'C') header.composer = value;
  else if (letter === 'O') header.origin = value;
  else if (letter === 'N') header.remarks.push(value);
  else if (letter === 'M') header.meter = parseMeter(value, place);
  else if (letter === 'L') header.unit = parseUnitLength(value, place);
  else if (letter === 'Q') header.tempo = { text: value };
  else if (letter === 'U') addDecoration(decorations, value);
  else if (letter === 'V') header.voices.push({ letter, value, line });
  else if (letter === 'K') {
    header.key = parseKey(value, place) ?? noKey();
    header.shift = { ...noShift, ...parseShift(value) };
  }
}

/** `U: T = !trill!` makes T a decoration. */
function addDecoration(decorations: Set<string>, value: string): void {
  const letter = /^([H-Wh-w~])\s*=/.exec(value)?.[1];
  if (letter !== undefined) decorations.add(letter);
}

function assemble(
  number: number,
  header: Header,
  key: AbcKey,
  unit: number,
  voices: readonly Voice[],
  name: string,
  strict: boolean,
): AbcTune {
  const { titles, composer, origin, remarks, meter, tempo } = header;
  const tune: AbcTune = {
    number,
    titles,
    composer,
    origin,
    remarks,
    meter,
    key,
    notes: [],
    chords: [],
    duration: 0,
  };
  tune.tempo = tempo && parseTempo(tempo.text, unit);
  for (const voice of voices) {
    closeBar(voice, { repeatEnd: 0, sectionEnd: false, repeatStart: false });
    const order = playOrder(voice.bars, name);
    if (strict) checkBars(order, name);
    const part = perform(order);
    for (const note of part.notes) tune.notes.push(note);
    for (const chord of part.chords) tune.chords.push(chord);
    tune.duration = Math.max(tune.duration, part.duration);
  }
  tune.notes.sort((a, b) => a.start - b.start || a.pitch - b.pitch);
  tune.chords.sort((a, b) => a.start - b.start);
  return tune;
}
