/** MIDI notes on a grid of time steps: a piece from a MIDI file. */
import { ConfigError, DataError } from 'lethe';
import type { MidiFile, MidiNote } from '../../../data/formats/midi-file.ts';
import { highestNote, keys, lowestNote } from './piano-roll.ts';

/** Time steps of a MIDI file, and counts of its notes. */
export interface Quantised {
  frames: number[][];
  /** notes that sound in the frames */
  notes: number;
  /** of these, how many begin beside the grid: a tenth of a step and more from the nearest one */
  beside: number;
  /** notes that no piano has, left out */
  outside: number;
  /** notes of the percussion channel, left out */
  percussion: number;
}

/** Beyond this a file is broken, or no music: a week of eighth notes at a common tempo. */
const maxSteps = 1_000_000;
const percussion = 9;

/**
 * The time steps of a MIDI file. A note sounds from the step nearest to its beginning to the step nearest to its
 * end, one step at least; silence before the first and after the last note is left out, and so are the
 * percussion channel and notes outside 21 to 108, which are counted.
 * @param name the file as errors name it
 * @throws ConfigError for a step that is no positive number, DataError for a file of more than a million steps
 */
export function quantise(
  file: Pick<MidiFile, 'ticksPerQuarter'> & {
    notes: readonly Pick<MidiNote, 'key' | 'start' | 'end' | 'channel'>[];
  },
  stepsPerQuarter: number,
  name: string,
): Quantised {
  if (!(stepsPerQuarter > 0) || !Number.isFinite(stepsPerQuarter)) {
    throw new ConfigError(
      `quantise: expected stepsPerQuarter to be a positive number, got ${stepsPerQuarter}`,
    );
  }
  const step = file.ticksPerQuarter / stepsPerQuarter;
  const pitched = file.notes.filter((note) => note.channel !== percussion);
  const inside = pitched.filter((note) => note.key >= lowestNote && note.key <= highestNote);
  const spans = inside.map(({ key, start, end }) => {
    const from = Math.round(start / step);
    return { key: key - lowestNote, from, to: Math.max(from + 1, Math.round(end / step)) };
  });
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const { from, to } of spans) {
    first = Math.min(first, from);
    last = Math.max(last, to);
  }
  const steps = Math.max(0, last - first);
  if (steps > maxSteps)
    throw new DataError(`${name}: expected at most ${maxSteps} time steps, found ${steps}`);
  const frames: number[][] = Array.from({ length: steps }, () => []);
  // How many notes of a key begin less how many end at a step: linear in notes plus steps, however they overlap.
  const changes = new Int32Array(steps + 1);
  for (let key = 0; key < keys; key++) {
    const ofKey = spans.filter((span) => span.key === key);
    if (ofKey.length === 0) continue;
    changes.fill(0);
    for (const { from, to } of ofKey) {
      changes[from - first]++;
      changes[to - first]--;
    }
    let sounding = 0;
    for (let t = 0; t < steps; t++) {
      sounding += changes[t];
      if (sounding > 0) frames[t].push(lowestNote + key);
    }
  }
  return {
    frames,
    notes: inside.length,
    beside: inside.filter(({ start }) => Math.abs(start / step - Math.round(start / step)) >= 0.1).length,
    outside: pitched.length - inside.length,
    percussion: file.notes.length - pitched.length,
  };
}
