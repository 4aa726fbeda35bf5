/** Pieces from piano-rolls in files of NumPy, MATLAB and pickle: one a file or many, with splits inside or without. */
import { DataError } from 'lethe';
import { type MatlabArray, readMatlab5 } from '../../../data/formats/matlab5.ts';
import { NdArray, rowMajor } from '../../../data/formats/ndarray.ts';
import { readNpy, readNpz } from '../../../data/formats/npy.ts';
import { type PickleValue, readPickle } from '../../../data/formats/pickle.ts';
import { type PieceFormat, type PiecesOfFile, remark } from './piece-file.ts';
import { collectPieces, type RawPiece } from './roll-collect.ts';
import { asMatrix, framesOf, orientations } from './roll-frames.ts';

const maxBytes = 512 * 2 ** 20;

const rolls = (
  name: string,
  endings: readonly string[],
  open: (bytes: Uint8Array, name: string, leftOut: () => void) => PickleValue,
): PieceFormat => ({
  name,
  endings,
  maxBytes,
  read(bytes, file) {
    let variables = 0;
    const value = open(bytes, file, () => variables++);
    const read = piecesOf(value, file, Math.max(maxValues, 4 * bytes.length));
    remark(read.remarks, 'variables that are no arrays of numbers left out', variables);
    return read;
  },
});

export const rollFormats: readonly PieceFormat[] = [
  rolls('NumPy', ['.npy'], readNpy),
  rolls('NumPy', ['.npz'], (bytes, name) => readNpz(bytes, name, maxBytes)),
  rolls('pickle', ['.pickle', '.pkl'], readPickle),
  rolls('MATLAB', ['.mat'], (bytes, name, leftOut) => {
    const variables = readMatlab5(bytes, name, { maxInflated: maxBytes, leftOut });
    return new Map([...variables].map(([key, array]) => [key, fromMatlab(array)]));
  }),
];

/** The pieces of the value of a file; at most `values` numbers of it are looked at. */
export function piecesOf(value: PickleValue, file: string, values: number): PiecesOfFile {
  const { pieces, faults, besides } = collectPieces(value, { values });
  const raw: RawPiece[] = pieces.map((piece) => ({ ...piece, content: asMatrix(piece.content) }));
  const read: PiecesOfFile = {
    pieces: [],
    items: raw.length + faults.length,
    faults: [],
    remarks: new Map(),
  };
  const where = (at: string): string => (at === '' ? file : `${file}, ${at.slice(0, 100)}`);
  for (const { at, found } of faults)
    read.faults.push(`${where(at)}: expected piano-rolls or lists of notes, found ${found}`);
  const across = isAcross(raw);
  for (const { at, split, content } of raw) {
    try {
      const { frames, outside, transposed, velocities } = framesOf(content, across, where(at));
      remark(read.remarks, 'notes outside the 88 keys of a piano left out', outside);
      remark(read.remarks, 'piano-rolls of keys x steps turned', transposed ? 1 : 0);
      remark(read.remarks, 'piano-rolls of velocities taken for 0 and 1', velocities ? 1 : 0);
      const name = at === '' ? file : `${file} ${at}`;
      read.pieces.push({ name, place: split ? `${file}/${split}/piece` : file, frames });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      read.faults.push(error.message);
    }
  }
  remark(read.remarks, 'parts of files that are named after no split left out', besides);
  if (read.items === 0) throw new DataError(`${file}: expected piano-rolls or lists of notes, found none`);
  return read;
}

// --- internal ---

/** Values looked at in a small file; more of them can only come from lists that hold each other. */
const maxValues = 2 ** 26;

/** Whether the matrices of a file are [keys, steps]: all can be, and not all can be the other way. */
function isAcross(pieces: readonly RawPiece[]): boolean {
  const fits = pieces.flatMap(({ content }) => (content instanceof NdArray ? [orientations(content)] : []));
  return fits.some(({ straight }) => !straight) && fits.every(({ across, straight }) => across || !straight);
}

/** Arrays of MATLAB lie in column-major order. */
function fromMatlab(array: MatlabArray): PickleValue {
  if (array.kind === 'cells') return array.cells.map(fromMatlab);
  return new NdArray(array.dimensions, rowMajor(array.values, array.dimensions));
}
