/** Name, counts and checksum of a music data set. */
import { createHash } from 'node:crypto';
import type { DataIdentity } from '../../data/identity.ts';
import type { MusicData, Piece } from './data/dataset.ts';

export function identifyMusic(data: MusicData): DataIdentity {
  const hash = createHash('sha256');
  const splits = {} as DataIdentity['splits'];
  for (const split of ['train', 'valid', 'test'] as const) {
    const pieces = data.splits[split];
    hash.update(`${split} ${pieces.length}\n`);
    for (const piece of pieces) hash.update(`${JSON.stringify(piece.frames)}\n`);
    splits[split] = { pieces: pieces.length, frames: countFrames(pieces) };
  }
  const { name, source, stepsPerQuarter } = data;
  return { name, source, stepsPerQuarter, splits, sha256: hash.digest('hex') };
}

// --- internal ---

function countFrames(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.frames.length, 0);
}
