import { Midi } from '@tonejs/midi';
import fc from 'fast-check';
import { ConfigError, DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { readMidi } from './midi.ts';
import { writeMidi } from './midi-writer.ts';

/** A header chunk. */
const header = (format: number, tracks: number, division: readonly [number, number]): number[] => [
  0x4d,
  0x54,
  0x68,
  0x64,
  0,
  0,
  0,
  6,
  0,
  format,
  0,
  tracks,
  ...division,
];
/** A track chunk around events. */
const track = (...events: number[]): number[] => [
  0x4d,
  0x54,
  0x72,
  0x6b,
  0,
  0,
  events.length >> 8,
  events.length & 255,
  ...events,
];
const endOfTrack = [0, 0xff, 0x2f, 0];
const file = (...parts: number[][]): Uint8Array => Uint8Array.from(parts.flat());
const quarter96 = [0, 96] as const;

function failure(bytes: Uint8Array): string {
  try {
    readMidi(bytes, 'x.mid');
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

/** Frames of ascending notes with a sounding first and last step. */
const someFrames = fc.array(fc.uniqueArray(fc.integer({ min: 21, max: 108 }), { maxLength: 6 }), {
  maxLength: 40,
});

describe('readMidi', () => {
  it('reads running status, velocity 0 as release, tempo and long deltas', () => {
    const events = [
      0, 0xff, 0x51, 3, 0x07, 0xa1, 0x20, 0, 0x90, 60, 100, 0, 64, 90, 0x81, 0x40, 60, 0, 0, 64, 0,
    ];
    // The example of the MIDI file specification for quantities: 0x81 0x40 is 192.
    expect(readMidi(file(header(0, 1, quarter96), track(...events, ...endOfTrack)), 'x.mid')).toEqual({
      format: 0,
      ticksPerQuarter: 96,
      tempos: [{ tick: 0, microsecondsPerQuarter: 500_000 }],
      notes: [
        { start: 0, end: 192, key: 60, velocity: 100, channel: 0 },
        { start: 0, end: 192, key: 64, velocity: 90, channel: 0 },
      ],
    });
  });

  it('reads several tracks, skips unknown chunks and events, and keeps channels apart', () => {
    const unknown = [0x58, 0x46, 0x49, 0x48, 0, 0, 0, 3, 1, 2, 3];
    const first = [
      0, 0xc0, 5, 0, 0xb0, 7, 100, 0, 0xe0, 0, 64, 0, 0xf0, 2, 1, 0xf7, 0, 0x90, 60, 64, 10, 0x80, 60, 0,
    ];
    const second = [0, 0xff, 0x03, 1, 0x41, 5, 0x91, 60, 64, 20, 0x81, 60, 64];
    const { notes } = readMidi(
      file(header(1, 2, quarter96), unknown, track(...first, ...endOfTrack), track(...second, ...endOfTrack)),
      'x.mid',
    );
    expect(notes.map(({ start, end, channel }) => [start, end, channel])).toEqual([
      [0, 10, 0],
      [5, 25, 1],
    ]);
  });

  it('pairs repeated presses with releases in order and ends what was never released with its track', () => {
    const events = [
      0, 0x90, 60, 64, 10, 60, 64, 10, 60, 0, 10, 60, 0, 0, 0x80, 61, 0, 0, 0x90, 72, 64, 30, 0xff, 0x2f, 0,
    ];
    const { notes } = readMidi(file(header(0, 1, quarter96), track(...events)), 'x.mid');
    expect(notes.map(({ start, end, key }) => [start, end, key])).toEqual([
      [0, 20, 60],
      [10, 30, 60],
      [30, 60, 72],
    ]);
  });

  it('reads a time division in frames a second at 120 beats a minute', () => {
    // -25 frames a second of 40 ticks are 1000 ticks a second: a millisecond each, 500 to the quarter note.
    expect(readMidi(file(header(0, 1, [0xe7, 40]), track(...endOfTrack)), 'x.mid').ticksPerQuarter).toBe(500);
    expect(failure(file(header(0, 1, [0xe0, 40]), track(...endOfTrack)))).toMatch(
      /frames a second, found 32/,
    );
  });

  it('names the header when it is not one of a MIDI file of format 0 or 1', () => {
    expect(failure(Uint8Array.of(1, 2, 3))).toMatch(/^x\.mid: expected a MIDI file/);
    expect(failure(file(header(2, 1, quarter96), track(...endOfTrack)))).toMatch(
      /header, byte 8: .* found 2/,
    );
    expect(failure(file(header(0, 2, quarter96), track(...endOfTrack)))).toMatch(
      /expected one track in format 0/,
    );
    expect(failure(file(header(0, 1, [0, 0]), track(...endOfTrack)))).toMatch(/0 ticks/);
  });

  it('names the chunk and the byte where a track is broken', () => {
    const broken = (...events: number[]): string => failure(file(header(1, 1, quarter96), track(...events)));
    expect(broken(0, 0x90, 60)).toBe(
      'x.mid, track 1 of 1, byte 25: an event is cut short by the end of the chunk',
    );
    expect(broken(0, 60, 64)).toMatch(/track 1 of 1, byte 23: expected a status byte, found 60/);
    expect(broken(0, 0x90, 200, 64)).toMatch(/byte 24: expected a data byte below 128, found 200/);
    expect(broken(0xff, 0xff, 0xff, 0xff, 0)).toMatch(/byte 22: a number longer than four bytes/);
    expect(broken(0, 0xff, 1, 100, 65)).toMatch(/expected 100 bytes of an event, found 1/);
    expect(broken(0, 0xff, 0x51, 2, 1, 1)).toMatch(/expected a tempo of 3 bytes, found 2/);
    expect(broken(0, 0xf5, 1)).toMatch(/status byte 245 has no place/);
    const lying = file(
      header(1, 2, quarter96),
      track(...endOfTrack),
      [0x4d, 0x54, 0x72, 0x6b, 0, 1, 0, 0, 0],
    );
    expect(failure(lying)).toMatch(/track 2 of 2, byte 26: .*"MTrk" of 65536 bytes, found 1; .* cut short/);
    expect(failure(file(header(1, 2, quarter96), track(...endOfTrack)))).toMatch(
      /track 2 of 2, byte 26: expected a chunk, found 0/,
    );
  });

  it('throws a DataError for any cut and nothing else for any damage', () => {
    const whole = writeMidi([[60, 64], [64], [], [67]], { stepsPerQuarter: 2, title: 'cut' });
    for (let length = 0; length < whole.length; length++) failure(whole.subarray(0, length));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = Uint8Array.from(whole);
        damaged[at] = value;
        try {
          readMidi(damaged, 'x.mid');
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads the notes and the tempo that @tonejs/midi writes', () => {
    const oracle = new Midi();
    oracle.header.setTempo(90);
    const melody = oracle.addTrack();
    for (let i = 0; i < 20; i++)
      melody.addNote({ midi: 60 + (i % 7), ticks: 240 * i, durationTicks: 200 + i, velocity: 0.5 });
    const chords = oracle.addTrack();
    chords.channel = 1;
    for (const midi of [48, 52, 55]) chords.addNote({ midi, ticks: 480, durationTicks: 960 });
    const read = readMidi(oracle.toArray(), 'tone.mid');
    expect(read.ticksPerQuarter).toBe(oracle.header.ppq);
    // 60 s / 90 in microseconds; the writer rounds down.
    expect(read.tempos[0].microsecondsPerQuarter).toBeCloseTo(666_666, -1);
    const expected = oracle.tracks.flatMap(({ notes, channel }) =>
      notes.map(({ ticks, durationTicks, midi }) => [ticks, ticks + durationTicks, midi, channel]),
    );
    expected.sort((a, b) => a[0] - b[0] || a[2] - b[2]);
    expect(read.notes.map(({ start, end, key, channel }) => [start, end, key, channel])).toEqual(expected);
  });
});

describe('writeMidi', () => {
  it('writes a file that @tonejs/midi reads, held notes as long ones', () => {
    const bytes = writeMidi([[60, 64], [60], [], [60]], {
      stepsPerQuarter: 2,
      beatsPerMinute: 120,
      velocity: 127,
      title: 'A bit',
    });
    const oracle = new Midi(bytes);
    expect(oracle.header.tempos[0].bpm).toBeCloseTo(120, 6);
    expect(oracle.name).toBe('A bit');
    expect(oracle.tracks).toHaveLength(1);
    const notes = oracle.tracks[0].notes.map(({ midi, time, duration, velocity }) => [
      midi,
      time,
      duration,
      velocity,
    ]);
    // An eighth note at 120 beats a minute is a quarter of a second.
    expect(notes).toEqual([
      [60, 0, 0.5, 1],
      [64, 0, 0.25, 1],
      [60, 0.75, 0.25, 1],
    ]);
  });

  it('strikes repeated notes again when asked to', () => {
    const oracle = new Midi(
      writeMidi([[60], [60], [60]], { stepsPerQuarter: 1, beatsPerMinute: 60, repeated: 'strike' }),
    );
    expect(oracle.tracks[0].notes.map(({ time, duration }) => [time, duration])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  it('writes what readMidi reads as the same sound, for any piece and either way of repeating', () => {
    fc.assert(
      fc.property(
        someFrames,
        fc.constantFrom('hold', 'strike'),
        fc.constantFrom(1, 2, 4, 12),
        (frames, repeated, stepsPerQuarter) => {
          const { notes, ticksPerQuarter } = readMidi(
            writeMidi(frames, { stepsPerQuarter, repeated }),
            'x.mid',
          );
          const step = ticksPerQuarter / stepsPerQuarter;
          const heard = frames.map((_, t) => {
            const now = notes.filter(({ start, end }) => start <= t * step && end > t * step);
            return now.map(({ key }) => key).sort((a, b) => a - b);
          });
          expect(heard).toEqual(frames.map((frame) => [...frame].sort((a, b) => a - b)));
        },
      ),
    );
  });

  it('writes an empty piece and long silences', () => {
    expect(readMidi(writeMidi([], { stepsPerQuarter: 2 }), 'x.mid').notes).toEqual([]);
    const silence = Array.from({ length: 100_000 }, () => [] as number[]);
    const [note] = readMidi(writeMidi([...silence, [60]], { stepsPerQuarter: 2 }), 'x.mid').notes;
    expect([note.start, note.end]).toEqual([24_000_000, 24_000_240]);
  });

  it('refuses what a MIDI file cannot hold', () => {
    expect(() => writeMidi([[128]], { stepsPerQuarter: 2 })).toThrow(DataError);
    expect(() => writeMidi([[60.5]], { stepsPerQuarter: 2 })).toThrow(/found 60\.5 at step 0/);
    expect(() => writeMidi([], { stepsPerQuarter: 7 })).toThrow(ConfigError);
    expect(() => writeMidi([], { stepsPerQuarter: 2, beatsPerMinute: 0 })).toThrow(
      /beatsPerMinute between 4/,
    );
    expect(() => writeMidi([], { stepsPerQuarter: 2, velocity: 0 })).toThrow(/velocity from 1 to 127/);
  });
});
