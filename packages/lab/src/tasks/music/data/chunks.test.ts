import fc from 'fast-check';
import { ConfigError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { chunks } from './chunks.ts';
import type { Piece } from './types.ts';

/** A piece whose frame t is the note t, so that frames can be told apart. */
const pieceOf = (length: number): Piece => ({ frames: Array.from({ length }, (_, t) => [t]) });

describe('chunks', () => {
  it('overlaps consecutive chunks by one frame', () => {
    const cut = chunks([pieceOf(1), pieceOf(7), pieceOf(2)], 4);
    expect(cut.map(({ piece, start, frames }) => [piece, start, frames.flat()])).toEqual([
      [1, 0, [0, 1, 2, 3]],
      [1, 3, [3, 4, 5, 6]],
      [2, 0, [0, 1]],
    ]);
  });

  it('scores every frame from the second of its piece on exactly once, in chunks of 2 to `length` frames', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(350), { maxLength: 8 }),
        fc.integer({ min: 2, max: 120 }),
        (lengths, length) => {
          const scored = lengths.map((n) => new Array<number>(n).fill(0));
          for (const { piece, start, frames } of chunks(lengths.map(pieceOf), length)) {
            expect(frames.length >= 2 && frames.length <= length).toBe(true);
            expect(frames.every(([frame], t) => frame === start + t)).toBe(true);
            for (let t = 1; t < frames.length; t++) scored[piece][start + t]++;
          }
          expect(scored).toEqual(lengths.map((n) => Array.from({ length: n }, (_, t) => (t > 0 ? 1 : 0))));
        },
      ),
    );
  });

  it('refuses a length that predicts nothing', () => {
    for (const length of [1, 0, 2.5, Number.NaN]) expect(() => chunks([], length)).toThrow(ConfigError);
  });
});
