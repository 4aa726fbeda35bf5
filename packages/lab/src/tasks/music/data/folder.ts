/** A data set from files of the user's own: a folder of them, or one file with many pieces. */
import path from 'node:path';
import { ConfigError, DataError } from 'lethe';
import { isDirectory } from '../../../data/directories.ts';
import { fileBytes, musicFiles } from './music-files.ts';
import { type PiecesOfFile, remark } from './piece-file.ts';
import { formatOf, musicEndings } from './piece-formats.ts';
import { type SplitRule, splitPieces } from './splits.ts';
import type { MusicData } from './types.ts';

/** How files of music are read. */
export interface MusicFolderOptions {
  /** time steps in a quarter note; default 2, eighth notes */
  stepsPerQuarter?: number | null;
  /** share of files and tunes that may be damaged, and are then left out, one at least unless it is 0; default 0.1 */
  damaged?: number;
  /** default `names` */
  splits?: SplitRule;
  /** gets a line each about what was left out or assumed */
  log?: (line: string) => void;
}

/**
 * The music below a directory, or of one file, as a data set: pieces of MIDI files, tunes of ABC tune books, piano-rolls of NumPy, MATLAB
 * and pickle files. Folders, files and parts of files that are named after splits are the splits; else a hash of names
 * makes them.
 * @throws DataError when more files are damaged than may be, naming them, or too few pieces are left; ConfigError for a
 * share that is none
 */
export function loadMusicFolder(where: string, options: MusicFolderOptions = {}): MusicData {
  const { damaged = 0.1, splits: rule = 'names', log = () => {} } = options;
  const stepsPerQuarter = options.stepsPerQuarter ?? 2;
  if (!(damaged >= 0 && damaged <= 1)) {
    throw new ConfigError(`damaged: expected a share from 0 to 1, found ${damaged}`);
  }
  const read = readAll(where, stepsPerQuarter);
  checkDamage(where, read, damaged, log);
  const pieces = read.pieces.filter(({ frames }) => frames.length > 0);
  const empty = read.pieces.filter(({ frames }) => frames.length === 0).map(({ name }) => name);
  if (empty.length > 0) log(`${where}: ${listed('piece', empty)} without notes of a piano left out`);
  if (pieces.length < 3) {
    const more = empty.length > 0 ? ` (${empty.length} more without notes)` : '';
    const wanted = `at least 3 pieces (*${musicEndings.join(', *')}), one each to train, validate and test`;
    throw new DataError(`${where}: expected ${wanted}, found ${pieces.length}${more}`);
  }
  for (const [what, cases] of read.remarks) log(`${where}: ${cases} × ${what}`);
  const { splits, how, notes } = splitPieces(pieces, rule, where);
  for (const note of notes) log(`${where}: ${note}`);
  const { grid } = read;
  return {
    name: where,
    source: `${kinds(read)} of ${path.resolve(where)}, ${gridText(stepsPerQuarter, grid)}, ${how}`,
    stepsPerQuarter,
    ...(grid && { grid }),
    splits,
  };
}

// --- internal ---

/** Everything that was read, and how many files of each kind. */
interface ReadFiles extends PiecesOfFile {
  files: Map<string, number>;
}

function readAll(where: string, stepsPerQuarter: number): ReadFiles {
  const single = formatOf(where) !== undefined && !isDirectory(where);
  const names = single ? [path.basename(where)] : musicFiles(where, musicEndings);
  const directory = single ? path.dirname(where) : where;
  const all: ReadFiles = { pieces: [], items: 0, faults: [], remarks: new Map(), files: new Map() };
  for (const name of names) {
    const format = formatOf(name)!;
    let one: PiecesOfFile;
    try {
      one = format.read(fileBytes(path.join(directory, name), name, format.maxBytes), name, stepsPerQuarter);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      all.items++;
      all.faults.push(error.message);
      continue;
    }
    all.items += one.items;
    for (const piece of one.pieces) all.pieces.push(piece);
    for (const fault of one.faults) all.faults.push(fault);
    for (const [what, cases] of one.remarks) remark(all.remarks, what, cases);
    remark(all.files, format.name);
    if (one.grid) {
      all.grid ??= { notes: 0, beside: 0 };
      all.grid.notes += one.grid.notes;
      all.grid.beside += one.grid.beside;
    }
  }
  return all;
}

/** Says what is damaged and left out. Throws DataError when it is more than may be. */
function checkDamage(
  where: string,
  { faults, items }: ReadFiles,
  share: number,
  log: (line: string) => void,
): void {
  if (faults.length === 0) return;
  const most = share === 0 ? 0 : Math.max(1, Math.floor(share * items));
  if (faults.length <= most && faults.length < items) {
    for (const fault of faults.slice(0, 10)) log(`${where}: left out: ${short(fault)}`);
    if (faults.length > 10) log(`${where}: left out: ${faults.length - 10} more that are damaged`);
    return;
  }
  const limit = `${most} may be (music.damaged: a share of ${share})`;
  const found =
    faults.length === items
      ? 'no file or tune can be read'
      : `${faults.length} of ${items} files or tunes are damaged, and ${limit}`;
  const some = faults.slice(0, 3).map(short).join('; ');
  const more = faults.length > 3 ? `; and ${faults.length - 3} more` : '';
  throw new DataError(`${where}: ${found}; mend them, take them out, or allow more: ${some}${more}`);
}

function gridText(stepsPerQuarter: number, grid: MusicData['grid']): string {
  const steps =
    stepsPerQuarter === 1 ? 'a step is a quarter note' : `${stepsPerQuarter} steps in a quarter note`;
  if (!grid || grid.notes === 0) return steps;
  const share = ((100 * grid.beside) / grid.notes).toFixed(1);
  return `${steps} (${grid.beside} of ${grid.notes} notes begin beside the grid: ${share} %)`;
}

function kinds({ files, pieces }: ReadFiles): string {
  const named = [...files].map(([kind, count]) => `${count} ${kind} file${count > 1 ? 's' : ''}`);
  const count = [...files.values()].reduce((sum, one) => sum + one, 0);
  return named.join(' and ') + (pieces.length > count ? ` with ${pieces.length} pieces` : '');
}

/** `3 pieces (a, b, c)`, of more than three the first alone. */
function listed(what: string, names: readonly string[]): string {
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${names.length} ${what}${names.length > 1 ? 's' : ''} (${names.slice(0, 3).map(short).join(', ')}${more})`;
}

const short = (text: string): string =>
  text.length > 300 ? `${text.slice(0, 150)}…${text.slice(-150)}` : text;
