import fc from 'fast-check';
import { ConfigError, DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { readMidi } from '../../../data/formats/midi.ts';
import type { MidiFile } from '../../../data/formats/midi-file.ts';
import { writeMidi } from '../../../data/formats/midi-writer.ts';
import { quantise } from './quantise.ts';

/** A file of 480 ticks a quarter note and notes [key, start, end, channel]. */
const midi = (...notes: [number, number, number, number?][]): MidiFile => ({
  format: 1,
  ticksPerQuarter: 480,
  tempos: [],
  remarks: [],
  notes: notes.map(([key, start, end, channel = 0]) => ({ key, start, end, channel, velocity: 64 })),
});

describe('quantise', () => {
  it('rounds beginnings and ends to the nearest step and keeps every note for one step at least', () => {
    const file = midi([60, 10, 470], [64, 230, 250], [67, 250, 700], [72, 955, 960]);
    expect(quantise(file, 2, 'x').frames).toEqual([[60], [60, 64, 67], [67], [], [72]]);
    // In quarter notes: 230 / 480 is nearer to 0, 250 / 480 nearer to 1, and 955 / 480 nearest to 2.
    expect(quantise(file, 1, 'x').frames).toEqual([[60, 64], [67], [72]]);
  });

  it('leaves out silence around the music, percussion, and notes that no piano has, and counts the last', () => {
    const file = midi([60, 960, 1200], [38, 0, 240, 9], [20, 0, 240], [109, 0, 240], [62, 1440, 1680]);
    expect(quantise(file, 2, 'x')).toEqual({
      frames: [[60], [], [62]],
      notes: 2,
      beside: 0,
      outside: 2,
      percussion: 1,
    });
    expect(quantise(midi([38, 0, 240, 9]), 2, 'x')).toMatchObject({
      frames: [],
      percussion: 1,
    });
  });

  it('counts the notes that begin beside the grid', () => {
    // Beginnings in eighths: 0, 1/2, 1, 4/3, and 2 less a 48th of a step, which is a player's and not a rhythm's.
    const file = midi([60, 0, 120], [62, 120, 240], [64, 240, 320], [65, 320, 480], [67, 475, 600]);
    expect(quantise(file, 2, 'x')).toMatchObject({ notes: 5, beside: 2 });
    expect(quantise(file, 4, 'x')).toMatchObject({ notes: 5, beside: 1 });
    expect(quantise(file, 12, 'x')).toMatchObject({ notes: 5, beside: 1 });
  });

  it('joins overlapping notes of one key, in ascending order', () => {
    const file = midi([64, 0, 480], [60, 0, 960], [60, 240, 480, 3], [60, 720, 1200]);
    expect(quantise(file, 2, 'x').frames).toEqual([[60, 64], [60, 64], [60], [60], [60]]);
  });

  it('gets back what writeMidi wrote, but for silence around it', () => {
    const frames = fc.array(fc.uniqueArray(fc.integer({ min: 21, max: 108 }), { maxLength: 5 }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        frames,
        fc.constantFrom('hold', 'strike'),
        fc.constantFrom(1, 2, 4),
        (drawn, repeated, steps) => {
          const sorted = drawn.map((frame) => frame.sort((a, b) => a - b));
          const written = [[60], ...sorted, [21, 108]];
          const file = readMidi(writeMidi(written, { stepsPerQuarter: steps, repeated }), 'x.mid');
          expect(quantise(file, steps, 'x').frames).toEqual(written);
        },
      ),
    );
  });

  it('refuses a step that is none and a file that goes on for ever', () => {
    expect(() => quantise(midi(), 0, 'x')).toThrow(ConfigError);
    expect(() => quantise(midi([60, 0, 1e9]), 2, 'long.mid')).toThrow(DataError);
    expect(() => quantise(midi([60, 0, 1e9]), 2, 'long.mid')).toThrow(
      /long\.mid: expected at most 1000000 time steps/,
    );
  });
});
