/** Reads one file of the published sets, in any of its forms, and makes sure that it is the published one. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DataError } from 'lethe';
import { type MatlabArray, readMatlab5 } from '../../../data/formats/matlab5.ts';
import { described, type PickleValue, readPickle } from '../../../data/formats/pickle.ts';
import type { CatalogueEntry, CatalogueFile } from './catalogue.ts';

import type { FoundFile } from './find.ts';
import { highestNote, keys, lowestNote } from './piano-roll.ts';
import { type MusicData, type Piece, splitNames } from './types.ts';

type Splits = MusicData['splits'];

/**
 * The splits that a found file holds. Damage is named where it is, then the checksum is compared, so that
 * figures are only ever those of the published data.
 * @throws DataError when the file cannot be read, is damaged, or is not the published one
 */
export function readPublished(entry: CatalogueEntry, { path, file, compressed }: FoundFile): Splits {
  const bytes = readFile(path, file, compressed);
  const splits = file.form === 'mat' ? splitsOfMatlab(bytes, path) : splitsOfPickle(bytes, path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== file.sha256) {
    const found = `expected sha256 ${file.sha256}, found ${sha256}`;
    throw new DataError(
      `${path}: not the published file of ${entry.name}: ${found}; delete it and fetch it again`,
    );
  }
  return splits;
}

/** Pieces of the variables traindata, validdata and testdata: cells of matrices [steps, 88] of 0 and 1. */
export function splitsOfMatlab(bytes: Uint8Array, name: string): Splits {
  const variables = readMatlab5(bytes, name);
  return mapSplits((split) => {
    const array = variables.get(`${split}data`);
    if (array?.kind !== 'cells')
      throw new DataError(`${name}: expected a cell array ${split}data, found ${array ? 'numbers' : 'none'}`);
    return array.cells.map((cell, i) => ({
      frames: framesOfMatrix(cell, `${name}, ${split}data, cell ${i + 1}`),
    }));
  });
}

/** Pieces of a pickled dictionary of train, valid and test: lists of time steps of note numbers. */
export function splitsOfPickle(bytes: Uint8Array, name: string): Splits {
  const value = readPickle(bytes, name);
  if (!(value instanceof Map)) throw new DataError(`${name}: expected a dictionary of train, valid and test`);
  // A time step takes a byte of the pickle at least; more of them can only come from a list held many times.
  const budget = { steps: bytes.length };
  return mapSplits((split) => {
    const pieces = listOf(value.get(split), `${name}, ${split}`);
    return pieces.map((piece, i) => ({
      frames: framesOfList(piece, `${name}, ${split}, sequence ${i + 1}`, budget),
    }));
  });
}

// --- internal ---

const mapSplits = (read: (split: (typeof splitNames)[number]) => Piece[]): Splits =>
  Object.fromEntries(splitNames.map((split) => [split, read(split)])) as unknown as Splits;

/** The bytes of a file as published; refuses what is larger before reading it. */
function readFile(path: string, file: CatalogueFile, compressed: boolean): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > file.bytes)
      throw new DataError(
        `${path}: expected at most ${file.bytes} bytes, found ${size}; not the published file`,
      );
    const stored = readFileSync(path);
    return compressed ? gunzipSync(stored, { maxOutputLength: file.bytes }) : stored;
  } catch (error) {
    if (error instanceof DataError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ERR_BUFFER_TOO_LARGE' ? `it holds more than ${file.bytes} bytes` : message;
    throw new DataError(`${path}: cannot be read: ${reason}`, { cause: error });
  }
}

function framesOfMatrix(cell: MatlabArray, where: string): number[][] {
  const [steps, width, ...rest] = cell.dimensions;
  if (cell.kind !== 'numeric' || width !== keys || rest.length > 0) {
    throw new DataError(
      `${where}: expected a matrix of steps x ${keys}, found ${cell.kind} of ${cell.dimensions.join(' x ')}`,
    );
  }
  const frames: number[][] = Array.from({ length: steps }, () => []);
  const { values } = cell;
  for (let key = 0; key < keys; key++) {
    const column = key * steps;
    for (let t = 0; t < steps; t++) {
      const value = values[column + t];
      if (value === 0) continue;
      if (value !== 1)
        throw new DataError(`${where}: expected 0 or 1, found ${value} at step ${t + 1}, key ${key + 1}`);
      frames[t].push(lowestNote + key);
    }
  }
  return frames;
}

function listOf(value: PickleValue | undefined, where: string): PickleValue[] {
  if (Array.isArray(value)) return value;
  throw new DataError(`${where}: expected a list, found ${described(value)}`);
}

function framesOfList(piece: PickleValue, where: string, budget: { steps: number }): number[][] {
  const steps = listOf(piece, where);
  budget.steps -= steps.length;
  if (budget.steps < 0) throw new DataError(`${where}: more time steps than a file of this size can hold`);
  for (let t = 0; t < steps.length; t++) checkStep(steps[t], where, t);
  return steps as number[][];
}

function checkStep(step: PickleValue, where: string, t: number): void {
  if (!Array.isArray(step)) throw new DataError(`${where}: expected a list of notes at step ${t + 1}`);
  let before = lowestNote - 1;
  for (const note of step) {
    if (typeof note !== 'number' || note <= before || note > highestNote) {
      const wanted = `ascending notes from ${lowestNote} to ${highestNote}`;
      throw new DataError(`${where}: expected ${wanted} at step ${t + 1}, found ${described(note)}`);
    }
    before = note;
  }
}
