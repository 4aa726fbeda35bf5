import { DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { NdArray } from '../../../data/formats/ndarray.ts';
import { numpyFile } from '../../../data/formats/numpy-files.suite.ts';
import type { PickleValue } from '../../../data/formats/pickle.ts';
import type { PiecesOfFile } from './piece-file.ts';
import { formatOf } from './piece-formats.ts';
import { splitOfKey } from './roll-collect.ts';
import { piecesOf } from './roll-pieces.ts';

const read = (value: PickleValue): PiecesOfFile => piecesOf(value, 'x.npz', 1e6);
const frames = (value: PickleValue): number[][][] => read(value).pieces.map((piece) => piece.frames);

/** A roll [steps, width] with these keys down; its first key is `lowest`. */
function roll(width: number, lowest: number, steps: number[][], down = 1): NdArray {
  const values = new Float64Array(steps.length * width);
  for (const [t, notes] of steps.entries())
    for (const note of notes) values[t * width + note - lowest] = down;
  return new NdArray([steps.length, width], values);
}
/** The same, [width, steps]. */
function turned({ shape: [steps, width], values }: NdArray): NdArray {
  const out = new Float64Array(values.length);
  for (let t = 0; t < steps; t++) for (let k = 0; k < width; k++) out[k * steps + t] = values[t * width + k];
  return new NdArray([width, steps], out);
}
const rows = ({ shape: [steps, width], values }: NdArray): number[][] =>
  Array.from({ length: steps }, (_, t) => Array.from({ length: width }, (_, k) => values[t * width + k]));
const music = [[60], [60, 64], [], [21, 108]];

describe('piecesOf', () => {
  it('reads rolls of 88 and 128 keys, of bits and of velocities', () => {
    expect(frames(roll(88, 21, music))).toEqual([music]);
    expect(frames(roll(128, 0, music))).toEqual([music]);
    expect(read(roll(88, 21, music)).remarks).toEqual(new Map());
    expect(read(roll(128, 0, music, 90)).remarks).toEqual(
      new Map([['piano-rolls of velocities taken for 0 and 1', 1]]),
    );
    const wide = read(roll(128, 0, [[60, 5], [127]]));
    expect(wide.pieces[0].frames).toEqual([[60], []]);
    expect(wide.remarks).toEqual(new Map([['notes outside the 88 keys of a piano left out', 2]]));
  });

  it('turns rolls of keys x steps, and says so; a square one follows the others', () => {
    for (const matrix of [roll(88, 21, music), roll(128, 0, music)]) {
      const { pieces, remarks } = read(turned(matrix));
      expect(pieces[0].frames).toEqual(music);
      expect(remarks).toEqual(new Map([['piano-rolls of keys x steps turned', 1]]));
    }
    const square = roll(
      88,
      21,
      Array.from({ length: 88 }, (_, t) => [21 + ((7 * t) % 88)]),
    );
    expect(frames(square)).toEqual([Array.from({ length: 88 }, (_, t) => [21 + ((7 * t) % 88)])]);
    expect(frames([turned(square), turned(roll(88, 21, music))])).toEqual([...frames(square), music]);
  });

  it('reads matrices of MIDI numbers, a voice a column, and lists of notes', () => {
    const voices = new NdArray([3, 2], [64, 60, Number.NaN, 62, -1, 0]);
    expect(frames(voices)).toEqual([[[60, 64], [62], []]]);
    // 88 steps of four voices are no 88 keys.
    const long = new NdArray([88, 4], new Float64Array(352).fill(60));
    expect(frames(long)).toEqual([Array.from({ length: 88 }, () => [60])]);
    expect(
      frames([
        [[60, 64, 60], [], [21, 110]],
        [[62], [null, 63]],
      ]),
    ).toEqual([
      [[60, 64], [], [21]],
      [[62], [63]],
    ]);
    expect(frames([[new NdArray([2], [64, 60]), new NdArray([0], [])]])).toEqual([[[60, 64], []]]);
  });

  it('reads rolls written as lists, and many pieces in one array', () => {
    expect(frames([rows(roll(88, 21, music)), rows(roll(88, 21, [[30]]))])).toEqual([music, [[30]]]);
    const both = roll(88, 21, [...music, [30], [31], [32], [33]]);
    expect(frames(new NdArray([2, 4, 88], both.values))).toEqual([music, [[30], [31], [32], [33]]]);
  });

  it('takes the keys of a dictionary for splits, or for names of pieces', () => {
    const piece = roll(88, 21, music);
    const named = read(
      new Map<string, PickleValue>([
        ['train', [piece, piece]],
        ['X_valid', [piece]],
        ['testdata', [piece]],
        ['labels', [1, 2]],
      ]),
    );
    expect(named.pieces.map(({ name, place }) => [name, place])).toEqual([
      ['x.npz train/0', 'x.npz/train/piece'],
      ['x.npz train/1', 'x.npz/train/piece'],
      ['x.npz X_valid/0', 'x.npz/valid/piece'],
      ['x.npz testdata/0', 'x.npz/test/piece'],
    ]);
    expect(named.remarks).toEqual(new Map([['parts of files that are named after no split left out', 1]]));
    const others = read(
      new Map<string, PickleValue>([
        ['a', piece],
        ['the-train', piece],
      ]),
    );
    expect(others.pieces.map(({ place }) => place)).toEqual(['x.npz', 'x.npz']);
    for (const key of ['training', 'train_set', 'trainset', 'train_rolls'])
      expect(splitOfKey(key)).toBe('train');
    for (const key of ['strain', 'train_labels', 'traintest', 'y_train', ''])
      expect(splitOfKey(key)).toBeUndefined();
  });

  it('names what is no music, and reads the rest', () => {
    const faulty = (value: PickleValue): string => read(value).faults.join('\n');
    expect(faulty(new NdArray([3, 50], new Float64Array(150)))).toMatch(
      /expected time steps x 88 or 128 .*, found 3 x 50/,
    );
    expect(faulty(new NdArray([3, 12], [...new Float64Array(35), 1]))).toMatch(/found 3 x 12/);
    expect(faulty(new NdArray([1, 88], new Float64Array(88).fill(0.3)))).toMatch(
      /found 0\.3 at step 1, key 1/,
    );
    expect(faulty([60, 62])).toMatch(/expected piano-rolls or lists of notes, found a list of 2/);
    expect(faulty([[[200]]])).toMatch(/MIDI notes up to 127, found 200 at step 1/);
    expect(faulty('text')).toMatch(/found "text"/);
    expect(read([[[60]], [[61.5]]]).pieces).toHaveLength(1);
    expect(() => read([])).toThrow(DataError);
  });

  it('ends for lists that hold themselves or each other', () => {
    const itself: PickleValue[] = [];
    for (let i = 0; i < 50; i++) itself.push(itself);
    let bomb: PickleValue[] = [[[60]]];
    for (let i = 0; i < 5; i++) bomb = Array.from({ length: 1000 }, () => bomb);
    for (const value of [itself, bomb]) {
      const begin = process.cpuUsage();
      expect(read(value).faults.length).toBeLessThan(20_000);
      // Five seconds of the processor, whoever else wants it.
      expect(process.cpuUsage(begin).user).toBeLessThan(5e6);
    }
  });

  it('reads the files that NumPy writes', () => {
    const { pieces } = formatOf('A.NPZ')!.read(numpyFile('npz'), 'A.NPZ', 2);
    expect(pieces.map(({ place, frames }) => [place.split('/')[1], frames])).toEqual(
      ['train', 'valid', 'test'].flatMap((split) => [
        [split, [[60], [62, 64]]],
        [split, [[60]]],
      ]),
    );
  });
});
