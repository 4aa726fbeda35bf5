/** Writer of Standard MIDI Files of format 0 from notes per time step. */
import { ConfigError, DataError } from 'lethe';

/** How steps become sound. */
export interface MidiWriteOptions {
  /** time steps in a quarter note */
  stepsPerQuarter: number;
  /** quarter notes a minute; default 100 */
  beatsPerMinute?: number;
  /** what a note of two consecutive steps is: `hold` one long note (default), `strike` struck at each step */
  repeated?: 'hold' | 'strike';
  /** of every note, 1 to 127; default 80 */
  velocity?: number;
  /** the title that players show */
  title?: string;
}

/**
 * A format-0 MIDI file of `frames`, the MIDI notes of each time step.
 * @throws ConfigError for a tempo, step or velocity that a MIDI file cannot hold, DataError for such a note
 */
export function writeMidi(
  frames: readonly (readonly number[])[],
  options: MidiWriteOptions,
): Uint8Array<ArrayBuffer> {
  const { stepsPerQuarter, beatsPerMinute = 100, repeated = 'hold', velocity = 80, title } = options;
  const microseconds = Math.round(60e6 / beatsPerMinute);
  if (!(microseconds >= 1 && microseconds < 2 ** 24)) {
    throw new ConfigError(
      `writeMidi: expected beatsPerMinute between 4 and 60,000,000, got ${beatsPerMinute}`,
    );
  }
  if (!Number.isInteger(velocity) || velocity < 1 || velocity > 127) {
    throw new ConfigError(`writeMidi: expected a velocity from 1 to 127, got ${velocity}`);
  }
  const ticksPerStep = ticksPerQuarter / stepsPerQuarter;
  if (!Number.isInteger(ticksPerStep) || ticksPerStep < 1) {
    throw new ConfigError(
      `writeMidi: expected stepsPerQuarter to divide ${ticksPerQuarter}, got ${stepsPerQuarter}`,
    );
  }
  const track: number[] = [];
  if (title !== undefined) pushMeta(track, 0x03, [...Buffer.from(title)]);
  pushMeta(track, 0x51, [microseconds >> 16, (microseconds >> 8) & 255, microseconds & 255]);
  let written = 0;
  const event = (step: number, status: number, note: number, value: number): void => {
    pushQuantity(track, (step - written) * ticksPerStep);
    track.push(status, note, value);
    written = step;
  };
  let before: readonly number[] = [];
  for (let step = 0; step <= frames.length; step++) {
    const now = step < frames.length ? frames[step] : [];
    for (const note of now) checkNote(note, step);
    const held =
      repeated === 'hold' ? new Set(now.filter((note) => before.includes(note))) : new Set<number>();
    // Releases first, so that a struck note is not ended by the release of the one before.
    for (const note of before) if (!held.has(note)) event(step, 0x80, note, 0);
    for (const note of now) if (!held.has(note)) event(step, 0x90, note, velocity);
    before = now;
  }
  pushQuantity(track, (frames.length - written) * ticksPerStep);
  track.push(0xff, 0x2f, 0);
  const header = [...ascii('MThd'), 0, 0, 0, 6, 0, 0, 0, 1, ticksPerQuarter >> 8, ticksPerQuarter & 255];
  const size = track.length;
  const chunk = [...ascii('MTrk'), size >>> 24, (size >> 16) & 255, (size >> 8) & 255, size & 255];
  const bytes = new Uint8Array(header.length + chunk.length + size);
  bytes.set(header);
  bytes.set(chunk, header.length);
  bytes.set(track, header.length + chunk.length);
  return bytes;
}

// --- internal ---

/** Divisible by 1, 2, 3, 4, 5, 6, 8, 10, 12, 16: all usual steps. */
const ticksPerQuarter = 480;

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

function checkNote(note: number, step: number): void {
  if (Number.isInteger(note) && note >= 0 && note <= 127) return;
  throw new DataError(`writeMidi: expected MIDI notes from 0 to 127, found ${note} at step ${step}`);
}

/** A meta event at the same time as the event before it. */
function pushMeta(track: number[], type: number, data: readonly number[]): void {
  track.push(0, 0xff, type);
  pushQuantity(track, data.length);
  for (const byte of data) track.push(byte);
}

/** Seven bits a byte, highest first, the upper bit set on all but the last. */
function pushQuantity(track: number[], value: number): void {
  if (value >= 2 ** 28)
    throw new DataError(`writeMidi: a pause of ${value} ticks is longer than a MIDI file can hold`);
  for (let shift = 21; shift > 0; shift -= 7) {
    if (value >= 2 ** shift) track.push(((value >> shift) & 127) | 128);
  }
  track.push(value & 127);
}
