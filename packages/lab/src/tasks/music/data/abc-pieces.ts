/**
 * Pieces from a tune book in ABC, a tune each: the notes as played, in their key, and below them the chord symbols as
 * sustained chords, as in the embedded corpus.
 */
import { type DataError, DataError as Failure } from 'lethe';
import { type AbcTune, readAbc, TICKS_PER_QUARTER } from '../../../data/formats/abc.ts';
import { voicing } from './folk.ts';
import { type PieceFormat, type PiecesOfFile, remark } from './piece-file.ts';
import { quantise } from './quantise.ts';

export const abcPieces: PieceFormat = {
  name: 'ABC',
  endings: ['.abc'],
  maxBytes: 64 * 2 ** 20,
  read(bytes, name, stepsPerQuarter) {
    const faults: string[] = [];
    const leftOut = (fault: DataError): number => faults.push(fault.message);
    const tunes = readAbc(decoded(bytes), { name, leftOut });
    const read: PiecesOfFile = {
      pieces: [],
      items: tunes.length + faults.length,
      faults,
      remarks: new Map(),
      grid: { notes: 0, beside: 0 },
    };
    const seen = new Map<number, number>();
    for (const tune of tunes) {
      // Numbers need not be unique; the second of two gets a name of its own, which its split hangs on.
      const times = (seen.get(tune.number) ?? 0) + 1;
      seen.set(tune.number, times);
      const own = `${name} X:${tune.number}${times > 1 ? ` (${times})` : ''}`;
      try {
        addTune(read, tune, own, name, stepsPerQuarter);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        faults.push(error.message);
      }
    }
    return read;
  },
};

// --- internal ---

/** Text in UTF-8, or where it is none in Latin-1, as older tune books are. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

function addTune(
  read: PiecesOfFile,
  tune: AbcTune,
  own: string,
  file: string,
  stepsPerQuarter: number,
): void {
  const notes = tune.notes.map(({ pitch, start, duration }) => sounding(pitch, start, start + duration));
  const melody = quantise({ ticksPerQuarter: TICKS_PER_QUARTER, notes }, stepsPerQuarter, own);
  for (const [i, { start, chord }] of tune.chords.entries()) {
    if (chord === undefined) continue;
    const end = tune.chords[i + 1]?.start ?? tune.duration;
    if (end > start) for (const pitch of voicing(chord, 0)) notes.push(sounding(pitch, start, end));
  }
  const { frames } = quantise({ ticksPerQuarter: TICKS_PER_QUARTER, notes }, stepsPerQuarter, own);
  read.grid!.notes += melody.notes;
  read.grid!.beside += melody.beside;
  remark(read.remarks, 'notes outside the 88 keys of a piano left out', melody.outside);
  const words = tune.chords.filter(({ chord }) => chord === undefined).length;
  remark(read.remarks, 'chord symbols that are no chords passed over', words);
  remark(read.remarks, 'chord symbols sound as held chords below the tune', tune.chords.length - words);
  read.pieces.push({ name: own, place: file, frames });
}

const sounding = (key: number, start: number, end: number) => ({ key, start, end, channel: 0 });
