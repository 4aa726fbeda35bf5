/** Pieces as piano rolls, [steps, 88] of 0 and 1, and back; column j is the MIDI note 21 + j. */
import { DataError } from 'lethe';
import type { Piece } from './types.ts';

/** Keys of a piano. */
export const keys = 88;
/** The MIDI note of the lowest key. */
export const lowestNote = 21;
/** The MIDI note of the highest key. */
export const highestNote = 108;

/**
 * The piano roll of a piece, [steps * 88].
 * @throws DataError for a note that a piano does not have
 */
export function pianoRoll(piece: Piece): Uint8Array {
  return fillRoll(piece, new Uint8Array(piece.frames.length * keys));
}

/**
 * The piano roll of a piece in float32, [steps * 88].
 * @throws DataError for a note that a piano does not have
 */
export function floatPianoRoll(piece: Piece): Float32Array {
  return fillRoll(piece, new Float32Array(piece.frames.length * keys));
}

/**
 * The time steps of a piano roll: the notes that are not 0.
 * @param roll [steps * 88]
 * @throws DataError when the length is no multiple of 88
 */
export function framesOfRoll(roll: ArrayLike<number>): number[][] {
  if (roll.length % keys !== 0) {
    throw new DataError(`framesOfRoll: expected a length that is a multiple of ${keys}, got ${roll.length}`);
  }
  const frames: number[][] = [];
  for (let at = 0; at < roll.length; at += keys) {
    const frame: number[] = [];
    for (let key = 0; key < keys; key++) if (roll[at + key] !== 0) frame.push(lowestNote + key);
    frames.push(frame);
  }
  return frames;
}

// --- internal ---

function fillRoll<Roll extends Uint8Array | Float32Array>({ name, frames }: Piece, roll: Roll): Roll {
  frames.forEach((frame, t) => {
    for (const note of frame) {
      if (!(note >= lowestNote && note <= highestNote && Number.isInteger(note))) {
        const wanted = `notes from ${lowestNote} to ${highestNote}`;
        throw new DataError(`${name ?? 'piece'}: expected ${wanted}, found ${note} at step ${t + 1}`);
      }
      roll[t * keys + note - lowestNote] = 1;
    }
  });
  return roll;
}
