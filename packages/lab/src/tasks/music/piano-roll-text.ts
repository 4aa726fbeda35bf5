/** A piece as a picture in text: time to the right, pitch upwards, two semitones a line of half blocks. */

import { counted } from '../../common/counted.ts';
import { largest, least } from '../../common/extremes.ts';
import { noteName, stepsPerBar } from './data/note-name.ts';

export interface PianoRollTextOptions {
  /** characters of a line. @defaultValue 80 */
  width?: number;
  /** where it is known the axis counts bars of four quarter notes, else steps */
  stepsPerQuarter?: number;
  /** steps at the beginning that were given to the model: their part of the axis is a double line. @defaultValue 0 */
  given?: number;
}

/**
 * Lines of the picture of `frames` (MIDI notes sounding at each step), cut into strips. Every line names its two notes, the lower
 * half first; only the pitches in use are drawn. Below each strip is an axis of bars, and the last line says what it counts.
 */
export function pianoRollText(
  frames: readonly (readonly number[])[],
  { width = 80, stepsPerQuarter, given = 0 }: PianoRollTextOptions = {},
): string[] {
  const notes = [...new Set(frames.flat())];
  if (notes.length === 0) return [`(${counted(frames.length, 'step')} of silence)`];
  const top = Math.floor(largest(notes) / 2);
  const bottom = Math.floor(least(notes) / 2);
  const labels = Array.from({ length: top - bottom + 1 }, (_, i) => pairName(2 * (top - i)));
  const margin = Math.max(...labels.map((label) => label.length)) + 1;
  const room = Math.max(8, width - margin - 1);
  const lines: string[] = [];
  for (let from = 0; from < frames.length; from += room) {
    const strip = frames.slice(from, from + room).map((frame) => new Set(frame));
    if (from > 0) lines.push('');
    for (const [i, label] of labels.entries()) {
      const low = 2 * (top - i);
      const picture = strip.map((frame) => block(frame.has(low + 1), frame.has(low))).join('');
      const edge = low % 12 === 0 ? '├' : '│';
      lines.push((label.padEnd(margin) + edge + picture).trimEnd());
    }
    lines.push(...axis(from, strip.length, margin, { stepsPerQuarter, given }));
  }
  return [...lines, explanation(stepsPerQuarter, given)];
}

// --- internal ---

function block(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀';
  return lower ? '▄' : ' ';
}

/** `C4/C♯4`, `E4/F4`: an even note and the one above it. */
const pairName = (low: number): string => `${noteName(low)}/${noteName(low + 1)}`;

/** The unit of the axis in steps, and whether it is a bar. */
function unitOf(stepsPerQuarter: number | undefined): { unit: number; isBar: boolean } {
  const bar = stepsPerQuarter === undefined ? 0 : stepsPerBar(stepsPerQuarter);
  return Number.isInteger(bar) && bar > 0 ? { unit: bar, isBar: true } : { unit: 10, isBar: false };
}

/** A line with a mark at the beginning of every bar, and the numbers of those that have room. */
function axis(
  from: number,
  length: number,
  margin: number,
  { stepsPerQuarter, given = 0 }: PianoRollTextOptions,
): string[] {
  const { unit, isBar } = unitOf(stepsPerQuarter);
  let line = '';
  let numbers = '';
  for (let i = 0; i < length; i++) {
    const step = from + i;
    const isMark = step % unit === 0;
    line += step < given ? (isMark ? '╧' : '═') : isMark ? '┴' : '─';
    const number = String(isBar ? step / unit + 1 : step);
    // A blank at least between two numbers.
    if (isMark && numbers.length <= i - (numbers === '' ? 0 : 1)) numbers = numbers.padEnd(i) + number;
  }
  return [`${' '.repeat(margin)}└${line}`, `${' '.repeat(margin + 1)}${numbers}`];
}

function explanation(stepsPerQuarter: number | undefined, given: number): string {
  const { unit, isBar } = unitOf(stepsPerQuarter);
  const counts = isBar
    ? `numbers are bars of four quarter notes, ${counted(unit, 'step')} each`
    : 'numbers are time steps';
  const parts = given > 0 ? `; ═ given to the model, ─ sampled` : '';
  return `(${counts}${parts})`;
}
