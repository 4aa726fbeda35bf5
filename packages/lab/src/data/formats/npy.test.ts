import fc from 'fast-check';
import { DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { NdArray } from './ndarray.ts';
import { readNpy, readNpz } from './npy.ts';
import { numpyFile } from './numpy-files.suite.ts';
import { NumpyArray, type PickleValue, readPickle } from './pickle.ts';

const array = (value: unknown): unknown =>
  value instanceof NdArray ? { shape: value.shape, values: Array.from(value.values) } : value;
const content = (value: unknown): unknown => array(value instanceof NumpyArray ? value.content : value);

const objects = (value: PickleValue): unknown[] => (value as PickleValue[]).map(content);
/** What the two objects are. */
const two = [[[60], [62, 64]], { shape: [1, 2], values: [60, -1] }];

describe('readNpy', () => {
  it('reads numbers of either order of bytes and of axes', () => {
    const wanted = { shape: [2, 3], values: [0, 1, 2, 3, 4, 5] };
    expect(array(readNpy(numpyFile('straight'), 'x.npy'))).toEqual(wanted);
    expect(array(readNpy(numpyFile('fortran'), 'x.npy'))).toEqual(wanted);
    expect(array(readNpy(numpyFile('bool'), 'x.npy'))).toEqual({ shape: [1, 2], values: [1, 0] });
  });

  it('reads arrays of objects', () => {
    expect(objects(readNpy(numpyFile('object'), 'x.npy') as PickleValue)).toEqual(two);
  });

  it('names what is cut short, claims too much, or is of another type', () => {
    const bytes = numpyFile('straight');
    const changed = (from: string, to: string): Uint8Array =>
      Buffer.from(Buffer.from(bytes).toString('latin1').replace(from, to), 'latin1');
    expect(() => readNpy(bytes.subarray(0, -1), 'x')).toThrow(/array of 2 x 3 numbers .*, found 11 bytes/);
    expect(() => readNpy(changed('(2, 3)', '(999999999, 999999999)'), 'x')).toThrow(DataError);
    expect(() => readNpy(changed('>i2', '<U7'), 'x')).toThrow(/the type U7/);
    expect(() => readNpy(bytes.subarray(0, 20), 'x')).toThrow(/cut short/);
    expect(() => readNpy(Buffer.from('PK'), 'x')).toThrow(/begins with/);
  });
});

describe('readNpz', () => {
  it('reads the arrays of archives, stored and deflated', () => {
    const stored = readNpz(numpyFile('stored'), 'x.npz', 1e6);
    expect(array(stored.get('a'))).toEqual({ shape: [2, 3], values: [0, 1, 2, 3, 4, 5] });
    expect(array(stored.get('b'))).toEqual({ shape: [], values: [3] });
    const packed = readNpz(numpyFile('npz'), 'x.npz', 1e6);
    expect([...packed.keys()]).toEqual(['train', 'valid', 'test']);
    for (const value of packed.values()) expect(objects(value)).toEqual(two);
  });

  it('stops at the limit, whatever the archive says of its size', () => {
    expect(() => readNpz(numpyFile('npz'), 'x.npz', 500)).toThrow(/larger than can be read/);
  });

  it('throws a DataError for any cut, and nothing else for any damage', () => {
    const whole = numpyFile('npz');
    for (let length = 0; length < whole.length; length += 7)
      expect(() => readNpz(whole.subarray(0, length), 'x', 1e6)).toThrow(DataError);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = Uint8Array.from(whole);
        damaged[at] = value;
        try {
          readNpz(damaged, 'x', 1e6);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
          expect((error as Error).message.length).toBeLessThan(500);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('readPickle', () => {
  it('reads the containers, scalars and arrays of every protocol', () => {
    for (const name of ['pk0', 'pk2', 'pk5'] as const) {
      const value = readPickle(numpyFile(name), 'x') as Map<string, PickleValue>;
      expect(content(value.get('a'))).toEqual({ shape: [3], values: [0, 1, 2] });
      expect(value.get('s')).toBe(0.5);
      expect(value.get('t')).toEqual([true, null, 1.5, -3, 2 ** 40, 'é', '\xff']);
      expect(value.get('o')).toEqual(new Map([['a', [1]]]));
    }
  });
});
