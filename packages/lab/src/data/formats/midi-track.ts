/** The events of one track of a MIDI file: notes and tempo changes; everything else is read over. */

import type { MidiBytes } from './midi-bytes.ts';
import type { MidiFile, MidiNote } from './midi-file.ts';

/**
 * Reads events on to `file` until the end of the track or of `chunk`, whose cursor is left behind the last one.
 * What players read in spite of a fault gives a remark: `(what) => …`.
 * @returns whether the track said where it ends
 * @throws DataError naming the byte of an event that is cut short or none
 */
export function readTrack(chunk: MidiBytes, file: MidiFile, remark: (what: string) => void): boolean {
  const sounding: Sounding = new Map();
  let tick = 0;
  let status = 0;
  let ended = false;
  while (chunk.left > 0 && !ended) {
    tick += chunk.quantity();
    const start = chunk.at;
    const first = chunk.byte();
    if (first === 0xff) {
      const type = chunk.byte();
      const size = chunk.quantity();
      if (type === 0x51) readTempo(chunk, size, tick, file, remark);
      else chunk.skip(size);
      ended = type === 0x2f;
    } else if (first === 0xf0 || first === 0xf7) {
      chunk.skip(chunk.quantity());
    } else if (first > 0xf0) {
      // Messages of a cable, not of a file; they have a length all the same, and leave the running status alone.
      const size = systemBytes[first & 15];
      if (size === undefined) chunk.fail(`status byte ${first} has no place in a file`, start);
      chunk.skip(size);
      remark('system messages inside a track');
    } else {
      // Running status: a data byte here belongs to another message of the last kind.
      if (first >= 0x80) status = first;
      else if (status === 0) chunk.fail(`expected a status byte, found ${first}`, start);
      else chunk.at = start;
      readMessage(chunk, status, tick, sounding, file.notes, remark);
    }
  }
  for (const { notes, released } of sounding.values()) {
    for (let i = released; i < notes.length; i++) notes[i].end = tick;
  }
  return ended;
}

// --- internal ---

/** Notes of a channel and key in the order of their beginning; the first `released` of them have ended. */
type Sounding = Map<number, { notes: MidiNote[]; released: number }>;

/** Data bytes of channel messages by the upper half of the status byte, 0x8 to 0xe. */
const dataBytes = [2, 2, 2, 2, 1, 1, 2];
/** Data bytes of system messages by the lower half, 0xf1 to 0xfe; 0xf4 and 0xf5 are undefined. */
const systemBytes = [undefined, 1, 2, 1, undefined, undefined, 0, undefined, 0, 0, 0, 0, 0, 0, 0];

/** A tempo of more than three bytes is its first three, as mido reads it; one of fewer is none. */
function readTempo(
  chunk: MidiBytes,
  size: number,
  tick: number,
  file: MidiFile,
  remark: (what: string) => void,
): void {
  if (size !== 3) remark(`a tempo of ${size} bytes`);
  if (size >= 3) file.tempos.push({ tick, microsecondsPerQuarter: chunk.number(3) });
  chunk.skip(size >= 3 ? size - 3 : size);
}

function readMessage(
  chunk: MidiBytes,
  status: number,
  tick: number,
  sounding: Sounding,
  notes: MidiNote[],
  remark: (what: string) => void,
): void {
  const kind = status >> 4;
  const channel = status & 15;
  const isNote = kind === 8 || kind === 9;
  const key = isNote ? chunk.data() : chunk.byte();
  let value = dataBytes[kind - 8] === 2 ? chunk.byte() : 0;
  if (!isNote) return;
  if (value > 127) {
    remark('a velocity above 127');
    value = 127;
  }
  const place = channel * 128 + key;
  const open = sounding.get(place);
  if (kind === 9 && value > 0) {
    const note = { start: tick, end: tick, key, velocity: value, channel };
    notes.push(note);
    if (open) open.notes.push(note);
    else sounding.set(place, { notes: [note], released: 0 });
  } else if (open && open.released < open.notes.length) {
    // A release without a press is harmless and common.
    open.notes[open.released++].end = tick;
  }
}
