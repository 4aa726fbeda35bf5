/** How a report shows pieces: as piano rolls, with the MIDI file. */
import fs from 'node:fs';
import { readMidi } from '../../data/formats/midi.ts';
import type { SampleForm, ShownRun } from '../kind.ts';
import type { Piece } from './data/dataset.ts';
import { quantise } from './data/quantise.ts';
import { pianoRollPicture } from './piano-roll-picture.ts';

export const musicSamples: SampleForm = {
  names: /\.midi?$/i,
  show(name, file, run) {
    const { frames } = readSample(file, run, name);
    const picture = pianoRollPicture(name, frames, { stepsPerQuarter: stepsOf(run) });
    if (!picture) return { kind: 'note', note: `${name}: silence` };
    return {
      kind: 'picture',
      picture,
      file: { type: 'audio/midi', ending: '.mid', content: fs.readFileSync(file) },
    };
  },
};

/**
 * A piece that a run made, on the grid of its data.
 * @param name the file as errors name it
 * @throws DataError for a file that is broken
 */
export function readSample(file: string, run: ShownRun, name = file): Piece {
  return quantise(readMidi(fs.readFileSync(file), name), stepsOf(run), name);
}

// --- internal ---

const stepsOf = ({ environment }: ShownRun): number =>
  (environment?.data?.stepsPerQuarter as number | undefined) ?? 4;
