/** A data set from a folder of the user's own MIDI files. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import { readMidi } from '../formats/midi.ts';
import { quantise } from './quantise.ts';
import type { MusicData, Piece } from './types.ts';

/** How a folder of MIDI files is read. */
export interface MidiFolderOptions {
  /** time steps in a quarter note; default 2, eighth notes */
  stepsPerQuarter?: number;
  /** gets a line about what was left out */
  log?: (line: string) => void;
}

const maxBytes = 16 * 2 ** 20;

/**
 * All *.mid and *.midi files below a directory as a data set. A tenth of them is for validation and a tenth for the
 * test, one each at least; which ones hangs on their names alone, so the same files give the same split in any
 * order and on any machine, and a new file moves few others.
 * @throws DataError for a file that cannot be read or is damaged, which it names, or fewer than three with notes
 */
export function loadMidiFolder(directory: string, options: MidiFolderOptions = {}): MusicData {
  const { stepsPerQuarter = 2, log = () => {} } = options;
  const files = midiFiles(directory);
  const pieces: Piece[] = [];
  let outside = 0;
  for (const name of files) {
    const file = path.join(directory, name);
    const quantised = quantise(readMidi(readFile(file), file), stepsPerQuarter, file);
    outside += quantised.outside;
    if (quantised.frames.length > 0) pieces.push({ name, frames: quantised.frames });
    else log(`${file}: no notes of a piano; left out`);
  }
  if (pieces.length < 3) {
    const empty = files.length > pieces.length ? ` (${files.length - pieces.length} more without notes)` : '';
    const wanted = 'expected at least 3 MIDI files (*.mid, *.midi), one each to train, validate and test';
    throw new DataError(`${directory}: ${wanted}, found ${pieces.length}${empty}`);
  }
  if (outside > 0) log(`${directory}: ${outside} notes outside the 88 keys of a piano left out`);
  return {
    name: directory,
    source: `${pieces.length} MIDI files of ${path.resolve(directory)}, ${stepsPerQuarter} steps in a quarter note`,
    stepsPerQuarter,
    splits: split(pieces),
  };
}

// --- internal ---

/** Names below `directory`, with forward slashes, sorted by code units so that no locale matters. */
function midiFiles(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.midi?$/i.test(entry.name) && !entry.name.startsWith('._'))
      .map((entry) =>
        path.relative(directory, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
      )
      .sort();
  } catch (error) {
    throw new DataError(`${directory}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function readFile(file: string): Uint8Array {
  try {
    const { size } = statSync(file);
    if (size > maxBytes)
      throw new DataError(`${file}: expected a MIDI file of at most ${maxBytes} bytes, found ${size}`);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${file}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Pieces in the order of a hash of their names, cut in three; each part is in the order of the names again. */
function split(pieces: readonly Piece[]): MusicData['splits'] {
  const hash = ({ name }: Piece): string =>
    createHash('sha256')
      .update(name as string)
      .digest('hex');
  const order = pieces
    .map((piece, index) => ({ piece, index, hash: hash(piece) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const tenth = Math.max(1, Math.round(pieces.length / 10));
  const part = (from: number, to?: number): Piece[] =>
    order
      .slice(from, to)
      .sort((a, b) => a.index - b.index)
      .map(({ piece }) => piece);
  return { train: part(2 * tenth), valid: part(tenth, 2 * tenth), test: part(0, tenth) };
}
