/**
 * Reads the music lines of an ABC tune, token by token, into a voice. Grace notes, decorations, slurs and annotations
 * are passed over; overlaid voices (`&`) are not read.
 */

import { parseChord } from './abc-chord.ts';
import { SIGNS } from './abc-key.ts';
import { fault, type Place } from './abc-types.ts';
import {
  addBarRests,
  addEvent,
  addSymbol,
  beginEnding,
  breakRhythm,
  closeBar,
  type Spelled,
  tieLast,
  type Voice,
} from './abc-voice.ts';

/** What a music line needs besides its text. */
export interface BodyContext {
  name: string;
  line: number;
  /** The voice in use; an inline field may change it. */
  voice: () => Voice;
  /** Takes an inline field such as `[K:Em]`. */
  field: (letter: string, value: string, place: Place) => void;
  /** Letters that U: fields made decorations. */
  decorations: ReadonlySet<string>;
}

type Reader = (match: RegExpExecArray, context: BodyContext, place: Place) => boolean;

/** Tokens in the order in which they are tried; a reader that returns false leaves the token unknown. */
const TOKENS: readonly [RegExp, Reader][] = [
  [/[\s`$]+|\\$/y, () => true],
  [/"([^"]*)"/y, readQuoted],
  [/\[([A-Za-z+]):([^\]]*)\]/y, readInlineField],
  [/\[(\d[\d,-]*)/y, (match, context, place) => readEnding(match[1], context, place)],
  [/(?=[|:]|\.\||\[\|)\.?((?:[|:\]]|\[(?=[|\]]))+)(\d[\d,-]*)?/y, readBarLine],
  [/\(([2-9])(?::(\d*))?(?::(\d*))?/y, readTuplet],
  [/[()]|\.\(/y, () => true],
  [/\{[^}]*\}/y, () => true],
  [/![A-Za-z0-9.,'^<>()+\-/]+!|\+[A-Za-z0-9.,'^<>()\-/]+\+|[.~HLMOPSTuv]/y, () => true],
  [/(\^\^|\^|__|_|=)?([A-Ga-g])([,']*)(\d*\/*\d*)/y, readNote],
  [/\[([^\]|"]*)\](\d*\/*\d*)(-?)/y, readChord],
  [/[ZX](\d*)/y, readBarRests],
  [/[zx](\d*\/*\d*)/y, readRest],
  [/y\d*/y, () => true],
  [/-/y, (_, context) => tieLast(context.voice())],
  [/>{1,4}|<{1,4}/y, readBroken],
];

/**
 * Reads one line of music, comments already cut off.
 * @throws DataError naming line and column of a token it does not know
 */
export function readMusic(text: string, context: BodyContext): void {
  let at = 0;
  while (at < text.length) {
    const place = { name: context.name, line: context.line, column: at + 1 };
    const end = readToken(text, at, context, place);
    if (end === undefined) {
      const isDecoration = context.decorations.has(text[at]);
      if (!isDecoration) throw fault(place, `unknown token '${tokenAt(text, at)}'`);
      at++;
    } else {
      at = end;
    }
  }
}

// --- internal ---

function readToken(text: string, at: number, context: BodyContext, place: Place): number | undefined {
  for (const [pattern, read] of TOKENS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return read(match, context, place) ? at + match[0].length : undefined;
  }
  return undefined;
}

/** The text shown for an unknown token: one character, or the whole bracket, quotation or run of bar-line characters. */
function tokenAt(text: string, at: number): string {
  const rest = text.slice(at);
  return (/^(\[[^\]\s]*\]?|"[^"]{0,20}"?|![^!\s]{0,20}!?|[|:]+|\S)/u.exec(rest) ?? [rest[0]])[0];
}

function readQuoted(match: RegExpExecArray, context: BodyContext): boolean {
  // An annotation, not a chord symbol, begins with the sign of its place.
  if (!/^[\^_<>@]/.test(match[1])) addSymbol(context.voice(), match[1], parseChord(match[1]));
  return true;
}

function readInlineField(match: RegExpExecArray, context: BodyContext, place: Place): boolean {
  context.field(match[1], match[2], place);
  return true;
}

function readEnding(text: string, context: BodyContext, place: Place): boolean {
  const endings = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^([1-9]\d?)(?:-([1-9]\d?))?$/.exec(part);
    if (match === null)
      throw fault(place, `unknown token '[${text}'; an ending names passes such as 1, 2 or 1,3`);
    for (let pass = Number(match[1]); pass <= Number(match[2] ?? match[1]); pass++) endings.add(pass);
  }
  beginEnding(context.voice(), [...endings]);
  return true;
}

function readBarLine(match: RegExpExecArray, context: BodyContext, place: Place): boolean {
  const sign = match[1];
  const colonsOnly = /^:+$/.test(sign);
  if (sign === ':') return false;
  const before = colonsOnly ? sign.length >> 1 : /^:*/.exec(sign)![0].length;
  const after = colonsOnly ? 1 : /:*$/.exec(sign)![0].length;
  if (before > 8 || sign.slice(before, sign.length - after).includes(':')) return false;
  closeBar(context.voice(), {
    repeatEnd: before,
    sectionEnd: /\|\||\|\]|\[\|/.test(sign),
    repeatStart: after > 0,
  });
  return match[2] === undefined || readEnding(match[2], context, place);
}

function readTuplet(match: RegExpExecArray, context: BodyContext): boolean {
  const voice = context.voice();
  const notes = Number(match[1]);
  const usual: Record<number, number> = { 2: 3, 3: 2, 4: 3, 6: 2, 8: 3 };
  const inTimeOf = Number(match[2] || (usual[notes] ?? (voice.meter?.compound ? 3 : 2)));
  const left = Number(match[3] || notes);
  if (inTimeOf === 0 || left === 0) return false;
  voice.tuplet = { notes, inTimeOf, left };
  return true;
}

function readNote(match: RegExpExecArray, context: BodyContext, place: Place): boolean {
  addEvent(context.voice(), [spell(match)], readLength(match[4], place), place);
  return true;
}

function readChord(match: RegExpExecArray, context: BodyContext, place: Place): boolean {
  const pattern = /(?:![^!]*!|[.~HLMOPSTuv\s()])*(\^\^|\^|__|_|=)?([A-Ga-g])([,']*)(\d*\/*\d*)(-?)[\s()]*/y;
  const inside = match[1];
  const notes: Spelled[] = [];
  let length: [number, number] | undefined;
  while (pattern.lastIndex < inside.length) {
    const column = place.column! + 1 + pattern.lastIndex;
    const note = pattern.exec(inside);
    if (note === null) {
      const at = column - place.column! - 1;
      throw fault({ ...place, column }, `unknown token '${tokenAt(inside, at)}'`);
    }
    notes.push({ ...spell(note), tied: note[5] === '-' || match[3] === '-' });
    length ??= readLength(note[4], place);
  }
  if (length === undefined) return false;
  const outer = readLength(match[2], place);
  addEvent(context.voice(), notes, [length[0] * outer[0], length[1] * outer[1]], place);
  return true;
}

function readRest(match: RegExpExecArray, context: BodyContext, place: Place): boolean {
  addEvent(context.voice(), [], readLength(match[1], place), place);
  return true;
}

function readBarRests(match: RegExpExecArray, context: BodyContext, place: Place): boolean {
  const count = Number(match[1] || 1);
  if (count === 0 || count > 999) return false;
  addBarRests(context.voice(), count, place);
  return true;
}

function readBroken(match: RegExpExecArray, context: BodyContext, place: Place): boolean {
  return breakRhythm(context.voice(), match[0][0] === '>' ? match[0].length : -match[0].length, place);
}

/** Letter, octave and accidental of a note: `C` is middle C, `c` the octave above, commas lower and apostrophes raise. */
function spell(match: RegExpExecArray): Spelled {
  const letter = match[2].toUpperCase();
  let octave = match[2] === letter ? 5 : 6;
  for (const mark of match[3]) octave += mark === ',' ? -1 : 1;
  const accidental = match[1] === undefined ? undefined : SIGNS[match[1]];
  return { letter, octave, accidental, tied: false };
}

/** A length such as `2`, `3/2`, `/`, `//` or `/4` as numerator and denominator. */
function readLength(text: string, place: Place): [number, number] {
  const [, numerator, slashes, denominator] = /^(\d*)(\/*)(\d*)$/.exec(text)!;
  const over = denominator === '' ? 2 ** slashes.length : Number(denominator);
  const length: [number, number] = [Number(numerator || 1), over];
  const known = slashes.length < 2 || denominator === '';
  if (!known || length[0] === 0 || length[0] > 1024 || over === 0 || over > 1024) {
    throw fault(place, `unknown token '${text}'; expected a note length such as 2, 3/2 or /`);
  }
  return length;
}
