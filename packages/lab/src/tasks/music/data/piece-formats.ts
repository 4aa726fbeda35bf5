/** The kinds of files that a folder of music may hold; a new one is a file and a line here. */
import { abcPieces } from './abc-pieces.ts';
import { midiPieces } from './midi-pieces.ts';
import { hasEnding } from './music-files.ts';
import type { PieceFormat } from './piece-file.ts';
import { rollFormats } from './roll-pieces.ts';

export const pieceFormats: readonly PieceFormat[] = [midiPieces, abcPieces, ...rollFormats];

/** Endings of all of them. */
export const musicEndings: readonly string[] = pieceFormats.flatMap(({ endings }) => endings);

/** The format of a file by its name. */
export function formatOf(name: string): PieceFormat | undefined {
  return pieceFormats.find(({ endings }) => hasEnding(name, endings));
}
