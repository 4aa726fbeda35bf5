/**
 * Writer of NumPy's .npy files and .npz archives.
 *
 * Format: NumPy reference, "numpy.lib.format", version 1.0.
 */
import type { StoredTensor } from 'lethe';
import { writeZip } from './zip-writer.ts';

/** A .npy file, float32 or float64 as the array is. */
export function writeNpy({ shape, data }: StoredTensor): Uint8Array {
  const type = data instanceof Float64Array ? '<f8' : '<f4';
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': (${axes}), }`;
  // The numbers begin at a multiple of 64 bytes, behind a line break.
  const length = Math.ceil((begin + dictionary.length + 1) / 64) * 64 - begin;
  const file = Buffer.alloc(begin + length + data.byteLength);
  file.write('\x93NUMPY\x01\x00', 'latin1');
  file.writeUInt16LE(length, 8);
  file.write(`${dictionary.padEnd(length - 1)}\n`, begin, 'latin1');
  let at = begin + length;
  const size = data.BYTES_PER_ELEMENT;
  for (const value of data) {
    if (size === 8) file.writeDoubleLE(value, at);
    else file.writeFloatLE(value, at);
    at += size;
  }
  return file;
}

/** An .npz archive of arrays by name, as `numpy.savez` writes it. */
export function writeNpz(arrays: Readonly<Record<string, StoredTensor>>): Uint8Array {
  return writeZip(
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)])),
  );
}

// --- internal ---

/** Of the dictionary. */
const begin = 10;
