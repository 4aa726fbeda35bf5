/** A piece as a picture: time in quarter notes to the right, pitch upwards. */

import { largest, least } from '../extremes.ts';
import { seriesColour } from './svg/colour.ts';
import { figure } from './svg/figure.ts';
import { panel } from './svg/panel.ts';

/** Time steps in a row of the picture, and rows of a picture. */
const rowLength = 192;
const mostRows = 6;

/**
 * The piano roll of a piece as SVG, in rows of the same pitches, of a long piece the beginning; undefined for a
 * piece without a note.
 * @param all MIDI notes sounding at each step
 */
export function pianoRollPicture(
  title: string,
  all: readonly (readonly number[])[],
  stepsPerQuarter: number,
): string | undefined {
  const frames = all.slice(0, mostRows * rowLength);
  const notes = [...new Set(frames.flat())];
  if (notes.length === 0) return undefined;
  const low = least(notes) - 1;
  const high = largest(notes) + 2;
  const heading =
    frames.length < all.length ? `${title}, the first ${frames.length} of ${all.length} steps` : title;
  const columns = Math.min(rowLength, frames.length);
  // Every C: MIDI 60 is C4.
  const octaves = Array.from({ length: 11 }, (_, i) => 12 * i).filter((note) => note >= low && note < high);
  const ticks = octaves.map((note) => ({ value: note + 0.5, label: `C${note / 12 - 1}` }));
  const rows = Array.from({ length: Math.ceil(frames.length / rowLength) }, (_, r) => {
    const from = r * rowLength;
    const part = frames.slice(from, from + rowLength).map((frame) => new Set(frame));
    const x = [from / stepsPerQuarter, (from + columns) / stepsPerQuarter] as const;
    return panel({
      width: 1010,
      height: 70 + 5 * (high - low),
      title: r === 0 ? heading : undefined,
      x: { label: 'quarter notes', domain: x },
      y: { domain: [low, high], ticks },
      marks: [
        {
          kind: 'cells',
          x,
          y: [low, high],
          columns,
          rows: high - low,
          colourOf: (c, row) => (part[c]?.has(low + row) ? seriesColour(0) : undefined),
        },
      ],
    });
  });
  return figure(rows, { label: `${heading}: ${frames.length} time steps`, columns: 1 });
}
