/**
 * Reader of Standard MIDI Files of format 0 and 1: notes and tempo changes. Chunks of unknown kind are skipped as
 * the standard demands; controllers, names and other events are read over.
 *
 * Standard: MIDI Manufacturers Association, "Standard MIDI Files 1.0" (RP-001).
 */
import { DataError } from 'lethe';
import { MidiBytes } from './midi-bytes.ts';

/** A note from key press to release, in ticks from the beginning. */
export interface MidiNote {
  start: number;
  end: number;
  /** 0 to 127; 60 is the middle C */
  key: number;
  /** 1 to 127 */
  velocity: number;
  /** 0 to 15; 9 is percussion */
  channel: number;
}

/** A change of tempo. */
export interface MidiTempo {
  tick: number;
  microsecondsPerQuarter: number;
}

/** What a MIDI file sounds like. */
export interface MidiFile {
  format: 0 | 1;
  /**
   * Where the file counts time in frames of film instead of beats, the ticks in a quarter note at the standard's
   * default tempo of 120 beats a minute.
   */
  ticksPerQuarter: number;
  tempos: MidiTempo[];
  /** ordered by start, then key */
  notes: MidiNote[];
}

/**
 * Reads a MIDI file. A key pressed again before its release is a second note; the first release ends the
 * first. A key never released ends with its track.
 * @param name the file as errors name it
 * @throws DataError naming the chunk and the byte where the file is cut short or damaged
 */
export function readMidi(bytes: Uint8Array, name: string): MidiFile {
  const header = new MidiBytes(bytes, 0, bytes.length, `${name}, header`);
  if (bytes.length < 14 || header.tag() !== 'MThd') {
    throw new DataError(`${name}: expected a MIDI file of at least 14 bytes that begins with MThd`);
  }
  const length = header.number(4);
  if (length < 6 || length > bytes.length - 8)
    header.fail(`expected a header of 6 bytes, found ${length}`, 4);
  const format = header.number(2);
  if (format !== 0 && format !== 1) header.fail(`expected format 0 or 1, found ${format}`, 8);
  const tracks = header.number(2);
  if (format === 0 && tracks !== 1) header.fail(`expected one track in format 0, found ${tracks}`, 10);
  const ticksPerQuarter = readDivision(header);
  const file: MidiFile = { format: format as 0 | 1, ticksPerQuarter, tempos: [], notes: [] };
  let at = 8 + length;
  for (let track = 1; track <= tracks; ) {
    const where = `${name}, track ${track} of ${tracks}`;
    const chunk = new MidiBytes(bytes, at, bytes.length, where);
    if (chunk.left < 8) chunk.fail(`expected a chunk, found ${chunk.left} bytes; the file is cut short`);
    const tag = chunk.tag();
    const size = chunk.number(4);
    if (size > chunk.left)
      chunk.fail(
        `expected a chunk ${printable(tag)} of ${size} bytes, found ${chunk.left}; the file is cut short`,
        at,
      );
    const end = chunk.at + size;
    if (tag === 'MTrk') {
      readTrack(new MidiBytes(bytes, chunk.at, end, where), file);
      track++;
    }
    at = end;
  }
  file.notes.sort((a, b) => a.start - b.start || a.key - b.key || a.end - b.end);
  file.tempos.sort((a, b) => a.tick - b.tick);
  return file;
}

// --- internal ---

const printable = (tag: string): string => JSON.stringify(tag);

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

/** Data bytes of channel messages by the upper half of the status byte, 0x8 to 0xe. */
const dataBytes = [2, 2, 2, 2, 1, 1, 2];

function readTrack(chunk: MidiBytes, file: MidiFile): void {
  // Notes that sound, by channel and key, in the order of their beginning.
  const sounding = new Map<number, MidiNote[]>();
  let tick = 0;
  let status = 0;
  while (chunk.left > 0) {
    tick += chunk.quantity();
    const start = chunk.at;
    const first = chunk.byte();
    if (first === 0xff) {
      const type = chunk.byte();
      const size = chunk.quantity();
      if (type === 0x51) {
        if (size !== 3) chunk.fail(`expected a tempo of 3 bytes, found ${size}`, start);
        file.tempos.push({ tick, microsecondsPerQuarter: chunk.number(3) });
      } else {
        chunk.skip(size);
      }
      if (type === 0x2f) break;
      continue;
    }
    if (first === 0xf0 || first === 0xf7) {
      chunk.skip(chunk.quantity());
      continue;
    }
    if (first > 0xf0) chunk.fail(`status byte ${first} has no place in a file`, start);
    // Running status: a data byte here belongs to another message of the last kind.
    if (first >= 0x80) status = first;
    else if (status === 0) chunk.fail(`expected a status byte, found ${first}`, start);
    else chunk.at = start;
    readMessage(chunk, status, tick, sounding, file.notes);
  }
  for (const notes of sounding.values()) {
    for (const note of notes) note.end = tick;
  }
}

function readMessage(
  chunk: MidiBytes,
  status: number,
  tick: number,
  sounding: Map<number, MidiNote[]>,
  notes: MidiNote[],
): void {
  const kind = status >> 4;
  const channel = status & 15;
  const key = chunk.data();
  const value = dataBytes[kind - 8] === 2 ? chunk.data() : 0;
  if (kind !== 8 && kind !== 9) return;
  const place = channel * 128 + key;
  const open = sounding.get(place);
  if (kind === 9 && value > 0) {
    const note = { start: tick, end: tick, key, velocity: value, channel };
    notes.push(note);
    if (open) open.push(note);
    else sounding.set(place, [note]);
  } else {
    // A release without a press is harmless and common.
    const note = open?.shift();
    if (note) note.end = tick;
  }
}
