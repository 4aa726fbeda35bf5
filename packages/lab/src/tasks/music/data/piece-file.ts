/** What a reader makes of one file of music, and the registry of readers by the ends of file names. */
import type { Piece } from './types.ts';

/** A piece with its place for the splits: the path of its file, with a split inside the file as a last folder. */
export interface PlacedPiece extends Piece {
  name: string;
  place: string;
}

/** The pieces of one file. */
export interface PiecesOfFile {
  pieces: PlacedPiece[];
  /** what could be damaged: tunes of a tune book, else the file */
  items: number;
  /** why items were left out, the item named */
  faults: string[];
  /** what was read in spite of a fault, or left out or assumed inside: clauses with the number of cases */
  remarks: Map<string, number>;
  /** notes read, and how many of them begin beside the grid; none where the file has a grid of its own */
  grid?: { notes: number; beside: number };
}

/** Reads the bytes of a file. */
export interface PieceFormat {
  name: string;
  /** of names, a dot in front */
  endings: readonly string[];
  /** larger files are not read */
  maxBytes: number;
  /**
   * @param name of the file below its folder
   * @throws DataError for a file of which nothing can be read
   */
  read(bytes: Uint8Array, name: string, stepsPerQuarter: number): PiecesOfFile;
}

/** Adds `cases` of a remark. */
export function remark(remarks: Map<string, number>, what: string, cases = 1): void {
  if (cases > 0) remarks.set(what, (remarks.get(what) ?? 0) + cases);
}
