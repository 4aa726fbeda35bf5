/** How a report shows pieces: as piano rolls. */
import fs from 'node:fs';
import { readMidi } from '../../data/formats/midi.ts';
import type { SampleForm } from '../kind.ts';
import { quantise } from './data/quantise.ts';
import { pianoRollPicture } from './piano-roll-picture.ts';

export const musicSamples: SampleForm = {
  names: /\.midi?$/i,
  show(name, file, { environment }) {
    const stepsPerQuarter = (environment?.data?.stepsPerQuarter as number | undefined) ?? 4;
    const { frames } = quantise(readMidi(fs.readFileSync(file), name), stepsPerQuarter, name);
    const picture = pianoRollPicture(name, frames, { stepsPerQuarter });
    return picture ? { kind: 'picture', picture } : { kind: 'note', note: `${name}: silence` };
  },
};
