/** A piece from a MIDI file. */
import { readMidi } from '../../../data/formats/midi.ts';
import { type PieceFormat, remark } from './piece-file.ts';
import { quantise } from './quantise.ts';

export const midiPieces: PieceFormat = {
  name: 'MIDI',
  endings: ['.mid', '.midi', '.kar', '.rmi', '.smf'],
  maxBytes: 16 * 2 ** 20,
  read(bytes, name, stepsPerQuarter) {
    const file = readMidi(bytes, name);
    const { frames, notes, beside, outside, percussion } = quantise(file, stepsPerQuarter, name);
    const remarks = new Map<string, number>();
    for (const what of file.remarks) remark(remarks, `${what} (read all the same)`);
    remark(remarks, 'notes outside the 88 keys of a piano left out', outside);
    remark(remarks, 'notes of percussion left out', percussion);
    return {
      pieces: [{ name, place: name, frames }],
      items: 1,
      faults: [],
      remarks,
      grid: { notes, beside },
    };
  },
};
