/** A piece as a picture: time in bars to the right, pitch upwards with the names of notes, black keys shaded. */

import { largest, least } from '../../common/extremes.ts';
import type { Picture } from '../../pictures/picture.ts';
import { muted, seriesColour, shade } from '../../pictures/svg/colour.ts';
import { figure } from '../../pictures/svg/figure.ts';
import type { Mark } from '../../pictures/svg/mark.ts';
import { panel } from '../../pictures/svg/panel.ts';
import type { Tick } from '../../pictures/svg/scale.ts';
import { isBlackKey, noteName, stepsPerBar } from './data/note-name.ts';

/** Time steps in a row of the picture, and rows of a picture. */
const rowLength = 192;
const mostRows = 6;
const pixelsOfANote = 6.5;

export interface PianoRollOptions {
  /** where it is known the axis counts bars of four quarter notes, else steps */
  stepsPerQuarter?: number;
  /** steps at the beginning that were given to the model, shown in another colour. @defaultValue 0 */
  given?: number;
}

/**
 * The piano roll of a piece as SVG, in rows of the same pitches, of a long piece the beginning; undefined for a
 * piece without a note.
 * @param all MIDI notes sounding at each step
 */
export function pianoRollPicture(
  title: string,
  all: readonly (readonly number[])[],
  { stepsPerQuarter, given = 0 }: PianoRollOptions = {},
): Picture | undefined {
  const frames = all.slice(0, mostRows * rowLength);
  const notes = [...new Set(frames.flat())];
  if (notes.length === 0) return undefined;
  const low = least(notes) - 1;
  const high = largest(notes) + 2;
  const heading =
    frames.length < all.length
      ? `${title}: the first ${frames.length} of ${all.length} time steps`
      : `${title}: ${frames.length} time steps`;
  const rows = Array.from({ length: Math.ceil(frames.length / rowLength) }, (_, r) => r);
  const panels = rows.map((r) => {
    const from = r * rowLength;
    const x = [from, from + Math.min(rowLength, frames.length)] as const;
    return panel({
      width: 1010,
      height: 90 + pixelsOfANote * (high - low),
      title: r === 0 ? heading : undefined,
      x: { ...timeAxis(x, stepsPerQuarter), domain: x },
      y: { domain: [low, high], ticks: pitchTicks(low, high) },
      marks: [
        keyboard(low, high, x),
        part(frames.slice(from, from + rowLength), low, high, x, given),
        ...(given > 0 ? borderOf(given, r === rows.length - 1) : []),
      ],
    });
  });
  const svg = figure(panels, { label: heading, columns: 1 });
  return { title, svg, wide: true, data: notesOf(all, given) };
}

// --- internal ---

const colourOf = (isGiven: boolean): string => seriesColour(isGiven ? 1 : 0);

/** Bars where the length of a quarter note is known: numbers from 1, as many as have room. */
function timeAxis(
  [from, to]: readonly [number, number],
  stepsPerQuarter: number | undefined,
): { label: string; ticks?: Tick[]; whole?: boolean } {
  if (stepsPerQuarter === undefined) return { label: 'time steps', whole: true };
  const bar = stepsPerBar(stepsPerQuarter);
  const every = [1, 2, 4, 8, 16, 32, 64].find((every) => (to - from) / (bar * every) <= 24) ?? 128;
  const ticks: Tick[] = [];
  for (let k = every * Math.ceil(from / bar / every); k * bar < to; k += every) {
    ticks.push({ value: k * bar, label: String(k + 1) });
  }
  return {
    label: `bars of four quarter notes, ${bar} ${bar === 1 ? 'time step' : 'time steps'} each`,
    ticks,
  };
}

/** C, E and G of every octave, in the middle of their rows. */
function pitchTicks(low: number, high: number): Tick[] {
  const all = Array.from({ length: high - low }, (_, i) => low + i);
  const named = all.filter((note) => [0, 4, 7].includes(note % 12));
  return named.map((note) => ({ value: note + 0.5, label: noteName(note) }));
}

function keyboard(low: number, high: number, x: readonly [number, number]): Mark {
  return {
    ...{ kind: 'cells', x, y: [low, high], columns: 1, rows: high - low },
    colourOf: (_, row) => (isBlackKey(low + row) ? shade : undefined),
  };
}

function part(
  frames: readonly (readonly number[])[],
  low: number,
  high: number,
  x: readonly [number, number],
  given: number,
): Mark {
  const sets = frames.map((frame) => new Set(frame));
  return {
    ...{ kind: 'cells', x, y: [low, high], columns: x[1] - x[0], rows: high - low },
    colourOf: (column, row) => (sets[column]?.has(low + row) ? colourOf(x[0] + column < given) : undefined),
  };
}

function borderOf(given: number, isLast: boolean): Mark[] {
  const names: Mark[] = [
    { kind: 'swatch', name: `given to the model: ${given} time steps`, colour: colourOf(true) },
    { kind: 'swatch', name: 'sampled', colour: colourOf(false) },
  ];
  return [{ kind: 'rule', x: given, colour: muted }, ...(isLast ? names : [])];
}

/** A row a note of a step. */
function notesOf(frames: readonly (readonly number[])[], given: number): Picture['data'] {
  const rows = frames.flatMap((frame, step) =>
    frame.map((note) => [step, note, noteName(note), step < given ? 'given' : 'sampled']),
  );
  return { header: ['step', 'midi_note', 'name', 'part'], rows };
}
