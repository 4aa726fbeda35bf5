/**
 * Reader of Standard MIDI Files: notes and tempo changes. Chunks of unknown kind are skipped as the standard demands;
 * controllers, names and other events are read over. Files with the usual faults (wrong lengths of chunks, numbers of
 * tracks, tempos, velocities; messages of a cable) are read as mido and players read them, and say so in `remarks`.
 *
 * Standard: MIDI Manufacturers Association, "Standard MIDI Files 1.0" (RP-001); in a RIFF file "RMID" (RP-029).
 */
import { DataError } from 'lethe';
import { MidiBytes } from './midi-bytes.ts';
import type { MidiFile } from './midi-file.ts';
import { readTrack } from './midi-track.ts';

/**
 * Reads a MIDI file of format 0 or 1, or of format 2 with a single track. A key pressed again before its release is a
 * second note; the first release ends the first. A key never released ends with its track.
 * @param name the file as errors name it
 * @throws DataError naming the chunk and the byte where the file is cut short or damaged
 */
export function readMidi(bytes: Uint8Array, name: string): MidiFile {
  const begin = beginOf(bytes);
  const header = new MidiBytes(bytes, begin, bytes.length, `${name}, header`);
  if (header.left < 14 || header.tag() !== 'MThd') {
    throw new DataError(`${name}: expected a MIDI file of at least 14 bytes that begins with MThd`);
  }
  const length = header.number(4);
  if (length < 6 || length > bytes.length - begin - 8)
    header.fail(`expected a header of 6 bytes, found ${length}`, begin + 4);
  const format = header.number(2);
  if (format > 2) header.fail(`expected format 0 or 1, found ${format}`, begin + 8);
  const tracks = header.number(2);
  if (format === 2 && tracks !== 1) {
    header.fail(`expected format 0 or 1, found ${format} with ${tracks} separate tracks`, begin + 8);
  }
  const ticksPerQuarter = readDivision(header);
  const remarks = new Set<string>();
  const file: MidiFile = { format: format as 0 | 1 | 2, ticksPerQuarter, tempos: [], notes: [], remarks: [] };
  if (begin > 0) remarks.add('a RIFF file');
  if (format === 0 && tracks !== 1) remarks.add(`${tracks} tracks in format 0`);
  const read = readTracks(bytes, begin + 8 + length, tracks, file, name, remarks);
  if (read < tracks) remarks.add(`${tracks} tracks announced, ${read} there`);
  file.notes.sort((a, b) => a.start - b.start || a.key - b.key || a.end - b.end);
  file.tempos.sort((a, b) => a.tick - b.tick);
  file.remarks = [...remarks];
  return file;
}

// --- internal ---

const printable = (tag: string): string => JSON.stringify(tag);

/** Where the MIDI file begins: at 0, or in the chunk `data` of a RIFF file. */
function beginOf(bytes: Uint8Array): number {
  const riff = new MidiBytes(bytes, 0, bytes.length, 'RIFF');
  if (riff.left < 12 || riff.tag() !== 'RIFF') return 0;
  riff.skip(4);
  if (riff.tag() !== 'RMID') return 0;
  while (riff.left >= 8) {
    const tag = riff.tag();
    if (tag === 'data') return riff.at + 4;
    const [a, b, c, d] = [riff.byte(), riff.byte(), riff.byte(), riff.byte()];
    const size = a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
    riff.at += Math.min(riff.left, size + (size % 2));
  }
  return 0;
}

/** Reads the tracks from byte `at` on, at most `tracks`; returns how many are there. */
function readTracks(
  bytes: Uint8Array,
  at: number,
  tracks: number,
  file: MidiFile,
  name: string,
  remarks: Set<string>,
): number {
  for (let track = 1; track <= tracks; ) {
    const where = `${name}, track ${track} of ${tracks}`;
    const chunk = new MidiBytes(bytes, at, bytes.length, where);
    if (chunk.left < 8 && track > 1) return track - 1;
    if (chunk.left < 8) chunk.fail(`expected a chunk, found ${chunk.left} bytes; the file is cut short`);
    const isTrack = startsTrack(bytes, at);
    const tag = printable(chunk.tag());
    const size = chunk.number(4);
    const end = chunk.at + size;
    if (isTrack) {
      at = readTrackChunk(chunk, end, file, remarks);
      track++;
    } else if (end <= bytes.length) {
      at = end;
    } else {
      if (track > 1) return track - 1;
      chunk.fail(`expected a chunk ${tag} of ${size} bytes, found ${chunk.left}; the file is cut short`, at);
    }
  }
  return tracks;
}

/** Reads a track that should end at byte `end`; returns where the next chunk begins. */
function readTrackChunk(chunk: MidiBytes, end: number, file: MidiFile, remarks: Set<string>): number {
  const { bytes, where, at } = chunk;
  const fits = isBoundary(bytes, end);
  const events = new MidiBytes(bytes, at, fits ? end : bytes.length, where);
  const ended = readTrack(events, file, (what) => remarks.add(what));
  // A track that ends neither where it should nor where it says so itself: nobody knows what is missing.
  if (!fits && !ended) {
    const found = bytes.length - at;
    chunk.fail(
      `expected a track of ${end - at} bytes that ends, found ${found}; the file is cut short`,
      at - 8,
    );
  }
  // Its last event knows better than a length that fits nowhere, or jumps over the next track.
  if (!ended || events.at === end || (fits && !startsTrack(bytes, events.at))) return end;
  remarks.add('a wrong length of a track');
  const next = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('MTrk', events.at);
  return next < 0 ? bytes.length : next;
}

function startsTrack(bytes: Uint8Array, at: number): boolean {
  return String.fromCharCode(...bytes.subarray(at, at + 4)) === 'MTrk';
}

/** Whether a chunk may end here: the file does, but for a few bytes, or another one begins. */
function isBoundary(bytes: Uint8Array, at: number): boolean {
  if (at > bytes.length) return false;
  if (bytes.length - at < 8) return true;
  const next = new MidiBytes(bytes, at, bytes.length, 'chunk');
  const tag = next.tag();
  return tag === 'MTrk' || (/^[\w ]{4}$/.test(tag) && next.number(4) <= next.left);
}

function readDivision(header: MidiBytes): number {
  const division = header.number(2);
  if (division === 0) header.fail('expected a time division, found 0 ticks in a quarter note', 12);
  if (division < 0x8000) return division;
  const framesPerSecond = 256 - (division >> 8);
  const ticksPerFrame = division & 255;
  if (![24, 25, 29, 30].includes(framesPerSecond) || ticksPerFrame === 0) {
    header.fail(
      `expected 24, 25, 29 or 30 frames a second, found ${framesPerSecond} of ${ticksPerFrame} ticks`,
      12,
    );
  }
  // 29 stands for the 30000/1001 frames a second of colour television; half a second is a quarter note.
  return ((framesPerSecond === 29 ? 30000 / 1001 : framesPerSecond) * ticksPerFrame) / 2;
}
