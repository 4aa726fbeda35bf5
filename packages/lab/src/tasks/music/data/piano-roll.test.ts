import fc from 'fast-check';
import { DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { floatPianoRoll, framesOfRoll, pianoRoll } from './piano-roll.ts';

const pieces = fc
  .array(fc.uniqueArray(fc.integer({ min: 21, max: 108 }), { maxLength: 8 }), { maxLength: 30 })
  .map((frames) => ({ frames: frames.map((frame) => frame.sort((a, b) => a - b)) }));

describe('pianoRoll', () => {
  it('puts the MIDI note 21 + j of step t at 88 t + j', () => {
    const roll = pianoRoll({ frames: [[21, 108], [], [60]] });
    expect([...roll.entries()].filter(([, value]) => value === 1).map(([at]) => at)).toEqual([
      0,
      87,
      2 * 88 + 39,
    ]);
    expect(roll).toHaveLength(3 * 88);
  });

  it('comes back as the same frames from either number type, for any piece', () => {
    fc.assert(
      fc.property(pieces, (piece) => {
        expect(framesOfRoll(pianoRoll(piece))).toEqual(piece.frames);
        expect(framesOfRoll(floatPianoRoll(piece))).toEqual(piece.frames);
      }),
    );
  });

  it('names the piece and the step of a note that a piano does not have', () => {
    for (const note of [20, 109, 60.5, Number.NaN]) {
      const piece = { name: 'tune.mid', frames: [[60], [note]] };
      expect(() => pianoRoll(piece)).toThrow(DataError);
      expect(() => pianoRoll(piece)).toThrow(
        `tune.mid: expected notes from 21 to 108, found ${note} at step 2`,
      );
    }
  });

  it('refuses a roll that is no whole number of steps', () => {
    expect(() => framesOfRoll(new Uint8Array(89))).toThrow(/multiple of 88, got 89/);
  });
});
