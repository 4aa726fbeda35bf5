/** Frames from the matrices and lists of piano-roll files. */
import { DataError } from 'lethe';
import { NdArray } from '../../../data/formats/ndarray.ts';
import { described, type PickleValue } from '../../../data/formats/pickle.ts';
import { highestNote, keys, lowestNote } from './piano-roll.ts';

/** Keys of a roll of all MIDI notes. */
const allKeys = 128;
/** A matrix of at most so many columns holds MIDI numbers, one voice a column. */
const maxVoices = 16;

/** Frames, and what was done to get them. */
export interface RollFrames {
  frames: number[][];
  /** notes, by time step, that no piano has, left out */
  outside: number;
  transposed: boolean;
  /** keys held velocities, not 0 and 1 */
  velocities: boolean;
}

/** A list of time steps as a matrix, where all have the length of a roll; else as it is. */
export function asMatrix(content: NdArray | PickleValue[]): NdArray | PickleValue[] {
  if (content instanceof NdArray || content.length === 0) return content;
  const lists = content.map((step) => (step instanceof NdArray ? step.values : (step as (number | null)[])));
  const width = lists[0].length;
  const isMatrix =
    (width > maxVoices || content.length === keys || content.length === allKeys) &&
    lists.every((list) => list.length === width);
  if (!isMatrix || (width <= maxVoices && !isBinary(lists))) return content;
  const values = new Float64Array(content.length * width);
  for (const [t, list] of lists.entries()) {
    for (let k = 0; k < width; k++) values[t * width + k] = list[k] ?? Number.NaN;
  }
  return new NdArray([content.length, width], values);
}

/** Whether a matrix can be read as [steps, keys], or as [keys, steps]. */
export function orientations(matrix: NdArray): { straight: boolean; across: boolean } {
  const [rows, columns] = matrix.shape;
  const isRoll = (size: number): boolean => size === keys || size === allKeys;
  // Numbers of voices, over 88 or 128 steps, are no keys.
  const isVoices = columns <= maxVoices && !isBinary([matrix.values]);
  return { straight: isRoll(columns), across: isRoll(rows) && !isVoices };
}

/**
 * The frames of a piece: of a matrix [steps, 88 or 128] of 0 and other whole numbers, or the same across, of a matrix of
 * MIDI numbers, a column a voice, or of a list of time steps of MIDI numbers.
 * @param across whether a matrix that can be is read as [keys, steps]
 * @throws DataError naming `where` for other shapes and numbers
 */
export function framesOf(content: NdArray | PickleValue[], across: boolean, where: string): RollFrames {
  if (!(content instanceof NdArray)) return framesOfNumbers(content.map(numbersOf), where);
  const { straight, across: possible } = orientations(content);
  if (across && possible) return framesOfRoll(content, true, where);
  if (straight) return framesOfRoll(content, false, where);
  const [steps, width] = content.shape;
  if (width > maxVoices || isBinary([content.values])) {
    const wanted = `time steps x ${keys} or ${allKeys} keys, or at most ${maxVoices} voices of MIDI numbers`;
    throw new DataError(`${where}: expected ${wanted}, found ${steps} x ${width}`);
  }
  return framesOfNumbers(
    Array.from({ length: steps }, (_, t) =>
      Array.prototype.slice.call(content.values, t * width, (t + 1) * width),
    ),
    where,
  );
}

// --- internal ---

function isBinary(lists: readonly ArrayLike<number | null>[]): boolean {
  let ones = 0;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      if (list[i] === 1) ones++;
      else if (list[i] !== 0) return false;
    }
  }
  return ones > 0;
}

const numbersOf = (step: PickleValue): ArrayLike<number | null> =>
  step instanceof NdArray ? step.values : (step as (number | null)[]);

function framesOfRoll({ shape, values }: NdArray, transposed: boolean, where: string): RollFrames {
  const [rows, columns] = shape;
  const [steps, width] = transposed ? [columns, rows] : [rows, columns];
  const lowest = width === keys ? lowestNote : 0;
  const frames: number[][] = [];
  let outside = 0;
  let velocities = false;
  for (let t = 0; t < steps; t++) {
    const frame: number[] = [];
    for (let key = 0; key < width; key++) {
      const value = values[transposed ? key * steps + t : t * width + key];
      if (value === 0) continue;
      if (!(value >= 1 && value <= 127 && Number.isInteger(value))) {
        const place = `at step ${t + 1}, key ${key + 1}`;
        throw new DataError(`${where}: expected 0 or 1, or a velocity up to 127, found ${value} ${place}`);
      }
      velocities ||= value > 1;
      const note = lowest + key;
      if (note >= lowestNote && note <= highestNote) frame.push(note);
      else outside++;
    }
    frames.push(frame);
  }
  return { frames, outside, transposed, velocities };
}

function framesOfNumbers(steps: readonly ArrayLike<number | null>[], where: string): RollFrames {
  let outside = 0;
  const frames = steps.map((step, t) => {
    const notes = new Set<number>();
    for (let i = 0; i < step.length; i++) {
      const note = step[i];
      // What stands for a rest, in use: None, NaN, -1 and 0.
      if (note === null || Number.isNaN(note) || note === -1 || note === 0) continue;
      if (!(Number.isInteger(note) && note >= 1 && note <= 127)) {
        throw new DataError(
          `${where}: expected MIDI notes up to 127, found ${described(note)} at step ${t + 1}`,
        );
      }
      if (note >= lowestNote && note <= highestNote) notes.add(note);
      else outside++;
    }
    return [...notes].sort((a, b) => a - b);
  });
  return { frames, outside, transposed: false, velocities: false };
}
