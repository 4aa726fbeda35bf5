/** Music as data: what every loader of pieces hands out. */

/** A piece: for each time step the MIDI notes that sound, ascending, from 21 to 108; none is silence. */
export interface Piece {
  /** a title or a file, where there is one */
  name?: string;
  frames: number[][];
}

/** A data set of pieces, split for training, validation and test. */
export interface MusicData {
  name: string;
  /** where it came from, in words */
  source: string;
  /** time steps in a quarter note */
  stepsPerQuarter: number;
  /** of notes that were put on this grid: how many, and how many begin beside it */
  grid?: { notes: number; beside: number };
  splits: { train: Piece[]; valid: Piece[]; test: Piece[] };
}

export { type SplitName, splitNames } from '../../../data/split-names.ts';
