/** Pieces cut into chunks for training by truncated backpropagation (Bayer et al. 2013, section 3.1). */
import { ConfigError } from 'lethe';
import type { Piece } from './types.ts';

/** A stretch of a piece. */
export interface Chunk {
  /** index of the piece it was cut from */
  piece: number;
  /** its first frame in that piece */
  start: number;
  frames: readonly (readonly number[])[];
}

/**
 * Chunks of at most `length` frames. A chunk begins with the last frame of the one before, so that every frame
 * from the second of its piece on is the successor of another frame in exactly one chunk: predicted, and scored,
 * once. Pieces of fewer than two frames have nothing to predict and give no chunk.
 * @throws ConfigError for a length below 2
 */
export function chunks(pieces: readonly Piece[], length = 100): Chunk[] {
  if (!Number.isInteger(length) || length < 2) {
    throw new ConfigError(`chunks: expected a length of at least 2 frames, got ${length}`);
  }
  const cut: Chunk[] = [];
  pieces.forEach(({ frames }, piece) => {
    for (let start = 0; start + 1 < frames.length; start += length - 1) {
      cut.push({ piece, start, frames: frames.slice(start, start + length) });
    }
  });
  return cut;
}
