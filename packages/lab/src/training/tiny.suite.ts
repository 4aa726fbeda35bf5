/** A synthetic data set and a small configuration on which training takes a second. */

import type { MusicConfig } from '../tasks/music/config.ts';
import type { MusicData, Piece } from '../tasks/music/data/dataset.ts';
import { resolveConfig } from './resolve.ts';

/** Pieces that walk up and down a broken chord, of different lengths and starts: easy to learn, not to guess. */
export function tinyData(): MusicData {
  const piece = (start: number, length: number): Piece => ({
    frames: Array.from({ length }, (_, t) => {
      const note = 60 + 4 * ((start + t) % 4);
      return (start + t) % 3 === 0 ? [note - 24, note] : [note];
    }),
  });
  const pieces = (count: number, from: number): Piece[] =>
    Array.from({ length: count }, (_, i) => piece(from + i, 7 + ((from + 5 * i) % 19)));
  return {
    name: 'tiny',
    source: 'made for tests',
    stepsPerQuarter: 4,
    splits: { train: pieces(14, 0), valid: pieces(5, 3), test: pieces(4, 8) },
  };
}

/** 12 hidden units, 4 epochs, a checkpoint after every step, unless `set` says otherwise. */
export function tinyConfig(...set: string[]): MusicConfig {
  const config = resolveConfig('music/tiny', {
    settings: {
      'model.hidden': 12,
      'model.maxIncoming': 5,
      'model.dropout': 'fast:input=.1,recurrent=.2,output=.3',
      'optimizer.stepRate': 0.005,
      'optimizer.momentum': 0.9,
      'training.epochs': 4,
      'training.batch': 6,
      'training.chunk': 10,
      'training.checkpointEvery': 0,
      'training.patience': null,
    },
    set,
  });
  return config as MusicConfig;
}
