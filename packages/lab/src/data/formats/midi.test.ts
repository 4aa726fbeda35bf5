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
      remarks: [],
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
    expect(failure(file(header(3, 1, quarter96), track(...endOfTrack)))).toMatch(
      /header, byte 8: .* found 3/,
    );
    expect(failure(file(header(2, 2, quarter96), track(...endOfTrack), track(...endOfTrack)))).toMatch(
      /header, byte 8: .* found 2 with 2 separate tracks/,
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
    expect(broken(0, 0xf5, 1)).toMatch(/status byte 245 has no place/);
    const lying = file(
      header(1, 2, quarter96),
      track(...endOfTrack),
      [0x4d, 0x54, 0x72, 0x6b, 0, 1, 0, 0, 0],
    );
    expect(failure(lying)).toMatch(/track 2 of 2, byte 35: an event is cut short/);
    const open = file(header(0, 1, quarter96), [0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, 9, 0, 0xc0, 1]);
    expect(failure(open)).toMatch(/byte 14: expected a track of 9 bytes that ends, found 3; .* cut short/);
    expect(failure(file(header(1, 2, quarter96)))).toMatch(
      /track 1 of 2, byte 14: expected a chunk, found 0/,
    );
  });

  // What mido, by its source (with clip=True) reads of the same bytes, unless said otherwise.
  describe('reads what players read, with a remark', () => {
    const note = (delta: number, key: number): number[] => [0, 0x90, key, 64, delta, key, 0];
    const heard = (bytes: Uint8Array): unknown => {
      const { notes, remarks } = readMidi(bytes, 'x.mid');
      return { notes: notes.map(({ start, end, key }) => [start, end, key]), remarks };
    };

    it('tempos of other lengths', () => {
      const long = [0, 0xff, 0x51, 4, 0x07, 0xa1, 0x20, 9, ...note(10, 60)];
      const { tempos } = readMidi(file(header(0, 1, quarter96), track(...long, ...endOfTrack)), 'x.mid');
      expect(tempos).toEqual([{ tick: 0, microsecondsPerQuarter: 500_000 }]);
      // Too short for a number, where mido fails; players keep their tempo.
      const short = [0, 0xff, 0x51, 2, 1, 1, 0, 0xff, 0x51, 0, ...note(10, 60)];
      expect(heard(file(header(0, 1, quarter96), track(...short, ...endOfTrack)))).toEqual({
        notes: [[0, 10, 60]],
        remarks: ['a tempo of 2 bytes', 'a tempo of 0 bytes'],
      });
    });

    it('a RIFF file, with other chunks in front of its data', () => {
      const smf = [...header(0, 1, quarter96), ...track(...note(10, 60), ...endOfTrack)];
      const riff = (...parts: number[][]): Uint8Array =>
        Uint8Array.from([...Buffer.from('RIFF'), 0, 0, 0, 0, ...Buffer.from('RMID'), ...parts.flat()]);
      const data = [...Buffer.from('data'), smf.length, 0, 0, 0, ...smf];
      const expected = { notes: [[0, 10, 60]], remarks: ['a RIFF file'] };
      expect(heard(riff(data))).toEqual(expected);
      // Chunks are padded to even lengths.
      expect(heard(riff([...Buffer.from('DISP'), 3, 0, 0, 0, 1, 2, 3, 0], data))).toEqual(expected);
      expect(failure(riff())).toMatch(/begins with MThd/);
      expect(failure(riff([...Buffer.from('LIST'), 255, 255, 255, 255]))).toMatch(/begins with MThd/);
    });

    it('wrong lengths of tracks', () => {
      for (const wrong of [3, 13, 30, 0xffffffff]) {
        const first = track(...note(10, 60), ...endOfTrack);
        first.splice(4, 4, wrong >>> 24, (wrong >> 16) & 255, (wrong >> 8) & 255, wrong & 255);
        const second = track(...note(20, 62), ...endOfTrack);
        expect(heard(file(header(1, 2, quarter96), first, second))).toEqual({
          notes: [
            [0, 10, 60],
            [0, 20, 62],
          ],
          remarks: ['a wrong length of a track'],
        });
      }
    });

    it('tracks that say nothing of their end, and bytes behind the last', () => {
      const open = track(...note(10, 60));
      expect(heard(file(header(1, 2, quarter96), open, open))).toMatchObject({ remarks: [] });
      const junk = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
      const closed = track(...note(10, 60), ...endOfTrack);
      expect(heard(file(header(0, 1, quarter96), closed, junk))).toEqual({
        notes: [[0, 10, 60]],
        remarks: [],
      });
    });

    it('wrong numbers of tracks', () => {
      const one = track(...note(10, 60), ...endOfTrack);
      // Here mido stops with an error at the end of the file, and players play.
      expect(heard(file(header(1, 5, quarter96), one))).toEqual({
        notes: [[0, 10, 60]],
        remarks: ['5 tracks announced, 1 there'],
      });
      expect(heard(file(header(0, 2, quarter96), one, track(...note(5, 72), ...endOfTrack)))).toEqual({
        notes: [
          [0, 10, 60],
          [0, 5, 72],
        ]
          .sort((a, b) => a[1] - b[1] || a[2] - b[2])
          .reverse(),
        remarks: ['2 tracks in format 0'],
      });
    });

    it('format 2 of one track', () => {
      expect(heard(file(header(2, 1, quarter96), track(...note(10, 60), ...endOfTrack)))).toEqual({
        notes: [[0, 10, 60]],
        remarks: [],
      });
    });

    it('velocities above 127, as 127', () => {
      const events = [0, 0x90, 60, 200, 10, 60, 0];
      const { notes, remarks } = readMidi(
        file(header(0, 1, quarter96), track(...events, ...endOfTrack)),
        'x.mid',
      );
      expect(notes).toEqual([{ start: 0, end: 10, key: 60, velocity: 127, channel: 0 }]);
      expect(remarks).toEqual(['a velocity above 127']);
    });

    it('messages of a cable, which take their time and leave the running status', () => {
      // Clock, start and active sensing without data; quarter frame, position and song with theirs.
      const cable = [5, 0xf8, 0, 0xfa, 0, 0xfe, 0, 0xf1, 3, 0, 0xf2, 0, 0, 0, 0xf3, 1, 0, 0xf6];
      const events = [0, 0x90, 60, 64, ...cable, 5, 60, 0];
      expect(heard(file(header(0, 1, quarter96), track(...events, ...endOfTrack)))).toEqual({
        notes: [[0, 10, 60]],
        remarks: ['system messages inside a track'],
      });
    });
  });

  it('reads a file of 200,000 presses that overlap in linear time', () => {
    // All presses of one key, then all releases: a queue that moves its rest at every release takes 30 s.
    const count = 200_000;
    const bytes = new Uint8Array(14 + 8 + 6 * count + 8);
    bytes.set(header(0, 1, quarter96));
    bytes.set([0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, 0], 14);
    new DataView(bytes.buffer).setUint32(18, 6 * count + 6);
    let at = 22;
    bytes[at++] = 0;
    bytes[at++] = 0x90;
    bytes.set([60, 64], at);
    at += 2;
    for (let i = 1; i < 2 * count; i++, at += 3) bytes.set([1, 60, i < count ? 64 : 0], at);
    bytes.set(endOfTrack, at);
    const begin = performance.now();
    const { notes } = readMidi(bytes.subarray(0, at + 4), 'x.mid');
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(notes).toHaveLength(count);
    // Press i at tick i, release i at tick count + i.
    expect(notes.every(({ start, end }, i) => start === i && end === count + i)).toBe(true);
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
