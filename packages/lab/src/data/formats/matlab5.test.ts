import fc from 'fast-check';
import { DataError } from 'lethe';
import { describe, expect, it } from 'vitest';
import { type MatlabArray, readMatlab5 } from './matlab5.ts';
import { array, element, matlabFile, tinyMusicFile } from './matlab5-writer.suite.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const doubles = (...values: number[]): Buffer => Buffer.from(Float64Array.from(values).buffer);
const plain = (found: MatlabArray | undefined): unknown =>
  found?.kind === 'cells'
    ? { dimensions: found.dimensions, cells: found.cells.map(plain) }
    : found && { dimensions: found.dimensions, values: Array.from(found.values) };

/** What reading throws, as text; the test fails if it throws anything but a DataError. */
function failure(file: Uint8Array): string {
  try {
    readMatlab5(file, 'x.mat');
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

describe('readMatlab5', () => {
  it('reads doubles, bytes, shorts and words, compressed or not, in column-major order', () => {
    const variables = [
      array(6, [2, 2], 'doubles', element(9, doubles(1, 2.5, -3, 4e300))),
      array(6, [2, 2], 'narrow', element(2, bytes(1, 2, 3, 255))),
      array(10, [1, 2], 'shorts', element(3, Buffer.from(Int16Array.of(-2, 300).buffer), true)),
      array(13, [1, 2, 1], 'w', element(6, Buffer.from(Uint32Array.of(7, 4294967295).buffer))),
      array(7, [1, 1], 'single', element(7, Buffer.from(Float32Array.of(0.5).buffer), true)),
      array(8, [1, 1], 'byte', element(1, bytes(0x80), true)),
    ];
    for (const compressed of [true, false]) {
      const read = readMatlab5(matlabFile(variables, compressed), 'x.mat');
      expect([...read].map(([name, found]) => [name, plain(found)])).toEqual([
        ['doubles', { dimensions: [2, 2], values: [1, 2.5, -3, 4e300] }],
        ['narrow', { dimensions: [2, 2], values: [1, 2, 3, 255] }],
        ['shorts', { dimensions: [1, 2], values: [-2, 300] }],
        ['w', { dimensions: [1, 2, 1], values: [7, 4294967295] }],
        ['single', { dimensions: [1, 1], values: [0.5] }],
        ['byte', { dimensions: [1, 1], values: [-128] }],
      ]);
    }
  });

  it('reads whole numbers of 64 bits, as scipy.io.savemat writes those of NumPy', () => {
    const file = matlabFile([
      array(14, [1, 2], 'signed', element(12, Buffer.from(BigInt64Array.of(-2n, 60n).buffer))),
      array(15, [1, 1], 'unsigned', element(13, Buffer.from(BigUint64Array.of(2n ** 40n).buffer))),
    ]);
    const read = readMatlab5(file, 'x.mat');
    expect(plain(read.get('signed'))).toEqual({ dimensions: [1, 2], values: [-2, 60] });
    expect(plain(read.get('unsigned'))).toEqual({ dimensions: [1, 1], values: [2 ** 40] });
  });

  it('leaves out variables of other kinds where somebody is told, and damage nowhere', () => {
    const numbers = element(2, bytes(1));
    const file = matlabFile([array(4, [1, 1], 'text', numbers), array(6, [1, 1], 'x', numbers)]);
    const faults: string[] = [];
    const read = readMatlab5(file, 'x.mat', { leftOut: (fault) => faults.push(fault.message) });
    expect([...read.keys()]).toEqual(['x']);
    expect(faults).toEqual([expect.stringMatching(/found a character array \(class 4\)/)]);
    expect(() => readMatlab5(file.subarray(0, -9), 'x.mat', { leftOut: () => {} })).toThrow(DataError);
    expect(failure(Buffer.from('MATLAB 7.3 MAT-file, Platform: GLNXA64'))).toMatch(
      /7\.3 \(HDF5\); save it with -v7/,
    );
  });

  it('reads cells in cells, empty matrices and cells without content', () => {
    const inner = array(
      1,
      [1, 2],
      '',
      Buffer.concat([array(6, [0, 88], '', element(9, bytes())), element(14, bytes())]),
    );
    const read = readMatlab5(matlabFile([array(1, [1, 1], 'outer', inner)]), 'x.mat');
    expect(plain(read.get('outer'))).toEqual({
      dimensions: [1, 1],
      cells: [
        {
          dimensions: [1, 2],
          cells: [
            { dimensions: [0, 88], values: [] },
            { dimensions: [0, 0], values: [] },
          ],
        },
      ],
    });
  });

  it('names what is not a MATLAB 5 file of the kinds it reads', () => {
    const numbers = element(2, bytes(1));
    expect(failure(Buffer.from('nothing of the kind'))).toMatch(/x\.mat: expected a MATLAB 5\.0 file/);
    expect(failure(matlabFile([]).subarray(0, 100))).toMatch(/header of 128 bytes, found 100; .* cut short/);
    const big = matlabFile([]);
    big.write('MI', 126);
    expect(failure(big)).toMatch(/expected little-endian data .* big-endian/);
    expect(failure(matlabFile([array(2, [1, 1], 's', numbers)]))).toMatch(/found a structure \(class 2\)/);
    expect(failure(matlabFile([array(4, [1, 1], 's', numbers)]))).toMatch(
      /found a character array \(class 4\)/,
    );
    expect(failure(matlabFile([array(77, [1, 1], 's', numbers)]))).toMatch(/unknown class \(class 77\)/);
    expect(failure(matlabFile([array(6, [1, 1], 's', numbers, 0x08)]))).toMatch(/complex/);
    expect(failure(matlabFile([array(5, [1, 1], 's', numbers)]))).toMatch(/sparse array/);
    expect(failure(matlabFile([element(9, doubles(1))], false))).toMatch(/found data type 9 at byte 136/);
    expect(failure(matlabFile([array(6, [1, 1], '', numbers)]))).toMatch(/a variable without a name/);
  });

  it('refuses sizes that the file does not have before it allocates anything', () => {
    const huge = 0x7fffffff;
    expect(failure(matlabFile([array(1, [huge, huge], 'c', bytes())]))).toMatch(/cells, found room for 0/);
    expect(failure(matlabFile([array(6, [huge, huge], 'm', element(2, bytes(1)))]))).toMatch(/found 1 bytes/);
    expect(failure(matlabFile([array(6, [-1, 1], 'm', element(2, bytes(1)))]))).toMatch(
      /negative dimension -1/,
    );
    const lying = element(14, bytes());
    lying.writeUInt32LE(0xffffffff, 4);
    expect(failure(matlabFile([lying], false))).toMatch(
      /expected 4294967295 bytes of data, found 0; .* cut short/,
    );
    let nested = array(6, [1, 1], '', element(2, bytes(1)));
    for (let i = 0; i < 20; i++) nested = array(1, [1, 1], i === 19 ? 'deep' : '', nested);
    expect(failure(matlabFile([nested]))).toMatch(/nested more than 8 deep/);
  });

  it('refuses a compressed element that grows beyond the limit', () => {
    // 65 MiB of zeros are 66 kB compressed.
    const bomb = matlabFile([Buffer.alloc(65 * 2 ** 20)]);
    expect(failure(bomb)).toMatch(/grows beyond 67108864 bytes/);
  });

  it('names the place of any cut, and never throws anything but a DataError for damage', () => {
    const file = tinyMusicFile();
    for (let length = 0; length < file.length; length++) {
      const elementEnds = length >= 128 && !isCut(file, length);
      if (!elementEnds) expect(failure(file.subarray(0, length))).toMatch(/x\.mat/);
    }
    const uncompressed = matlabFile(
      [array(1, [1, 1], 'c', array(6, [2, 1], '', element(9, doubles(1, 2))))],
      false,
    );
    fc.assert(
      fc.property(fc.nat(uncompressed.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = Buffer.from(uncompressed);
        damaged[at] = value;
        try {
          readMatlab5(damaged, 'x.mat');
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Whether `length` lies inside an element; between two elements a shorter file is a whole one. */
function isCut(file: Buffer, length: number): boolean {
  let at = 128;
  while (at < length) at += 8 + file.readUInt32LE(at + 4);
  return at !== length;
}
