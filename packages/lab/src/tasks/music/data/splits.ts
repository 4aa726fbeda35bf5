/** The splits of pieces: those that the names of folders and files make, and for the rest a hash of names. */
import { createHash } from 'node:crypto';
import { DataError } from 'lethe';
import { type SplitName, type SplitsByName, splitNames, splitsByName } from '../../../data/split-names.ts';
import type { PlacedPiece } from './piece-file.ts';
import type { MusicData, Piece } from './types.ts';

/** Whether names of folders and files make the splits, or nothing but a hash of names. */
export type SplitRule = 'names' | 'hash';

/** Splits, and in words how they came about. */
export interface PieceSplits {
  splits: MusicData['splits'];
  /** for the source of a data set, short */
  how: string;
  /** what was left out or assumed, for a log */
  notes: string[];
}

/**
 * The splits of at least three pieces. Where names make no splits, a tenth of the pieces is for validation and a tenth
 * for the test, one each at least; which ones hangs on their names alone, so the same files give the same split in any
 * order and on any machine, and a new file moves few others. A split that the names leave out is cut out of the
 * training set in the same way.
 * @throws DataError where too few pieces are left for a split
 */
export function splitPieces(pieces: readonly PlacedPiece[], rule: SplitRule, where: string): PieceSplits {
  const places = [...new Set(pieces.map(({ place }) => place))];
  const named: SplitsByName = rule === 'names' ? splitsByName(places) : { leftOut: [], notes: [] };
  const { notes, splits: byName } = named;
  if (!byName) {
    const splits = cut(pieces, ['test', 'valid'], where);
    return { splits, how: 'split by a hash of their names', notes };
  }
  const splitOf = new Map(splitNames.flatMap((split) => byName[split].map((place) => [place, split])));
  const of = (split: SplitName): PlacedPiece[] => pieces.filter(({ place }) => splitOf.get(place) === split);
  const lacking = (['test', 'valid'] as const).filter((split) => of(split).length === 0);
  const rest = cut(of('train'), lacking, where);
  const splits = { ...rest, ...Object.fromEntries(held(lacking).map((split) => [split, of(split)])) };
  const how = `split by the names of folders and files${lacking.length > 0 ? `, ${cutOut(lacking)}` : ''}`;
  return { splits: bare(splits), how, notes };
}

// --- internal ---

const verbs: Record<SplitName, string> = { train: 'train', valid: 'validate', test: 'test' };

const held = (lacking: readonly SplitName[]): SplitName[] =>
  (['valid', 'test'] as const).filter((split) => !lacking.includes(split));

const cutOut = (lacking: readonly SplitName[]): string =>
  `${lacking.join(' and ')} cut out of train by a hash of their names`;

/** Training pieces, and a tenth of them for each of `others`, in the order of a hash; each part in the order of the names. */
function cut(
  pieces: readonly PlacedPiece[],
  others: readonly SplitName[],
  where: string,
): MusicData['splits'] {
  if (pieces.length <= others.length) {
    const wanted = ['train', ...others].map((split) => verbs[split as SplitName]).join(' and ');
    throw new DataError(
      `${where}: expected at least ${others.length + 1} pieces to ${wanted}, found ${pieces.length}`,
    );
  }
  const order = pieces
    .map((piece, index) => ({ piece, index, hash: createHash('sha256').update(piece.name).digest('hex') }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const tenth = Math.max(1, Math.round(pieces.length / 10));
  const part = (from: number, to?: number): PlacedPiece[] =>
    order
      .slice(from, to)
      .sort((a, b) => a.index - b.index)
      .map(({ piece }) => piece);
  const splits = {
    train: part(others.length * tenth),
    valid: [] as PlacedPiece[],
    test: [] as PlacedPiece[],
  };
  for (const [i, split] of others.entries()) splits[split] = part(i * tenth, (i + 1) * tenth);
  return bare(splits);
}

const bare = (splits: Record<SplitName, readonly Piece[]>): MusicData['splits'] => {
  const pieces = (split: SplitName): Piece[] => splits[split].map(({ name, frames }) => ({ name, frames }));
  return { train: pieces('train'), valid: pieces('valid'), test: pieces('test') };
};
