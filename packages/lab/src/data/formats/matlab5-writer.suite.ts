/** MATLAB 5 files for tests, written from the format's description and not with the reader in mind. */
import { deflateSync } from 'node:zlib';

/** An element with padding to 8 bytes; `small` packs up to four bytes into the tag. */
export function element(type: number, data: Uint8Array, small = false): Buffer {
  if (small) {
    const tag = Buffer.alloc(8);
    tag.writeUInt16LE(type, 0);
    tag.writeUInt16LE(data.length, 2);
    tag.set(data, 4);
    return tag;
  }
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(type, 0);
  tag.writeUInt32LE(data.length, 4);
  return Buffer.concat([tag, data, Buffer.alloc(type === 15 ? 0 : -data.length & 7)]);
}

const int32 = (values: readonly number[]): Buffer => Buffer.from(Int32Array.from(values).buffer);

/** An array: class 1 is a cell array, 6 double, 9 uint8; `data` are the elements behind the name. */
export function array(
  arrayClass: number,
  dimensions: readonly number[],
  name: string,
  data: Uint8Array,
  flags = 0,
): Buffer {
  const word = Buffer.alloc(8);
  word.writeUInt32LE(arrayClass | (flags << 8), 0);
  const title = Buffer.from(name);
  const parts = [
    element(6, word),
    element(5, int32(dimensions)),
    element(1, title, title.length > 0 && title.length <= 4),
    data,
  ];
  return element(14, Buffer.concat(parts));
}

/** A matrix [steps, 88] as the sets store it: class double in bytes, column by column. */
export function rollMatrix(frames: readonly (readonly number[])[]): Buffer {
  const data = Buffer.alloc(frames.length * 88);
  frames.forEach((frame, t) => {
    for (const note of frame) data[(note - 21) * frames.length + t] = 1;
  });
  return array(6, [frames.length, 88], '', element(2, data));
}

/** The variable of one split. */
export function rollCells(name: string, pieces: readonly (readonly (readonly number[])[])[]): Buffer {
  return array(1, [1, pieces.length], name, Buffer.concat(pieces.map(rollMatrix)));
}

/** A file of the given elements, each compressed unless told otherwise. */
export function matlabFile(variables: readonly Buffer[], compressed = true): Buffer {
  const header = Buffer.alloc(128, ' ');
  header.write('MATLAB 5.0 MAT-file, written by a test');
  header.fill(0, 116, 124);
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126);
  const elements = variables.map((variable) => (compressed ? element(15, deflateSync(variable)) : variable));
  return Buffer.concat([header, ...elements]);
}

/** A whole music set of one to three tiny pieces a split. */
export function tinyMusicFile(): Buffer {
  return matlabFile([
    rollCells('traindata', [[[60, 64, 67], [], [21]], [[108]]]),
    rollCells('validdata', [[[60], [62]]]),
    rollCells('testdata', [[[60], [60], [62, 65]]]),
  ]);
}
