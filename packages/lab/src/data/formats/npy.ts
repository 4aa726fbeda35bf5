/**
 * Reader of NumPy's .npy files and .npz archives: arrays of numbers, and arrays of objects as far as readPickle goes.
 *
 * Format: NumPy reference, "numpy.lib.format", versions 1.0 to 3.0.
 */
import { DataError } from 'lethe';
import { decodeArray, isElementType, type NdArray } from './ndarray.ts';
import { NumpyArray, nested, type PickleValue, readPickle } from './pickle.ts';
import { readZip } from './zip.ts';

/**
 * What a .npy file holds: an array of numbers, or the lists and values of one of objects.
 * @param name the file as errors name it
 * @throws DataError where the file is cut short, damaged, or of a type that cannot be read
 */
export function readNpy(bytes: Uint8Array, name: string): NdArray | PickleValue {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 10 || file.toString('latin1', 0, 6) !== '\x93NUMPY') {
    throw new DataError(`${name}: expected a file of NumPy that begins with \\x93NUMPY`);
  }
  const isShort = file[6] === 1;
  const begin = isShort ? 10 : 12;
  const length = file.length >= 12 ? (isShort ? file.readUInt16LE(8) : file.readUInt32LE(8)) : file.length;
  if (begin + length > file.length) throw new DataError(`${name}: the header is cut short`);
  const header = file.toString('latin1', begin, begin + Math.min(length, 10_000));
  const type = /'descr':\s*'([<>|=]?)([A-Za-z]\d*)'/.exec(header);
  const order = /'fortran_order':\s*(True|False)/.exec(header);
  const sizes = /'shape':\s*\(([\d,\sL]*)\)/.exec(header);
  if (!type || !order || !sizes) {
    throw new DataError(
      `${name}: expected type, order and shape of an array, found ${header.trim().slice(0, 80)}`,
    );
  }
  const shape = sizes[1].split(',').flatMap((n) => (n.trim() === '' ? [] : [Number.parseInt(n, 10)]));
  const content = file.subarray(begin + length);
  const columnMajor = order[1] === 'True';
  if (type[2].startsWith('O')) {
    const value = readPickle(content, name);
    return value instanceof NumpyArray ? (value.content ?? null) : (nested(value, shape) ?? value);
  }
  if (!isElementType(type[2])) {
    throw new DataError(
      `${name}: expected whole or floating-point numbers, found the type ${type[2].slice(0, 20)}`,
    );
  }
  const array = decodeArray(content, type[2], shape, { littleEndian: type[1] !== '>', columnMajor });
  if (array) return array;
  const wanted = `an array of ${shape.join(' x ')} numbers of the type ${type[2]}`;
  throw new DataError(
    `${name}: expected ${wanted}, found ${content.length} bytes; the file is cut short or damaged`,
  );
}

/**
 * The arrays of an .npz archive by name.
 * @param limit of bytes, inflated
 * @throws DataError as readNpy and readZip do
 */
export function readNpz(bytes: Uint8Array, name: string, limit: number): Map<string, PickleValue> {
  const arrays = new Map<string, PickleValue>();
  for (const [file, content] of readZip(bytes, name, limit)) {
    if (file.endsWith('/')) continue;
    const array = file.replace(/\.npy$/, '');
    if (arrays.has(array)) {
      throw new DataError(
        `${name}: expected every array once, found ${JSON.stringify(array.slice(0, 60))} twice`,
      );
    }
    arrays.set(array, readNpy(content, `${name}, ${file.slice(0, 60)}`));
  }
  return arrays;
}
