/** A piece as a picture in text: time to the right, pitch upwards, two semitones a line of half blocks. */
import { largest, least } from '../extremes.ts';

/**
 * Lines of the picture of `frames` (MIDI notes sounding at each step), cut into strips of `width`
 * characters. Every C is labelled; only the pitches in use are drawn.
 */
export function pianoRollText(frames: readonly (readonly number[])[], width = 80): string[] {
  const notes = frames.flat();
  if (notes.length === 0) return [`(${frames.length} steps of silence)`];
  const top = Math.floor(largest(notes) / 2);
  const bottom = Math.floor(least(notes) / 2);
  const room = Math.max(8, width - label(0).length);
  const lines: string[] = [];
  for (let from = 0; from < frames.length; from += room) {
    const strip = frames.slice(from, from + room).map((frame) => new Set(frame));
    if (from > 0) lines.push('');
    for (let row = top; row >= bottom; row--) {
      const picture = strip.map((frame) => block(frame.has(2 * row + 1), frame.has(2 * row))).join('');
      lines.push((label(2 * row) + picture).trimEnd());
    }
  }
  return lines;
}

// --- internal ---

function block(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀';
  return lower ? '▄' : ' ';
}

/** `C4 │` on the line that holds a C, blanks elsewhere. MIDI 60 is C4. */
function label(note: number): string {
  const name = note % 12 === 0 ? `C${note / 12 - 1}` : '';
  return `${name.padEnd(3)}│`;
}
