/**
 * The safetensors format: 8 bytes of header length (little endian), a JSON header, the arrays one after the
 * other. Equal contents give equal bytes. Reading trusts nothing: whatever does not fit is a DataError, and
 * no array is given out before the whole header has been checked.
 */
import { ConfigError, DataError } from '../errors.ts';
import { type Entry, readHeader } from './safetensors-header.ts';

/** An array as it is stored. float32 and float64 keep their type. */
export interface StoredTensor {
  shape: readonly number[];
  data: Float32Array | Float64Array;
}

/** What a file holds. */
export interface SafetensorsFile {
  tensors: Record<string, StoredTensor>;
  metadata: Record<string, string>;
}

/**
 * Writes arrays as one safetensors file; the arrays start at a multiple of 8 bytes, float64 first.
 * @param metadata texts for the header's `__metadata__`
 * @throws ConfigError when a shape does not fit its data or a name is `__metadata__`
 */
export function encodeSafetensors(
  tensors: Record<string, StoredTensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const entries = Object.entries(tensors);
  for (const [name, { shape, data }] of entries) {
    const size = shape.reduce((product, length) => product * length, 1);
    if (name === '__metadata__' || size !== data.length) {
      throw new ConfigError(
        `safetensors: expected '${name}' of shape [${shape.join(', ')}] to be the name of an array of ${size} elements, got ${data.length}`,
      );
    }
  }
  // Wide numbers first, so that each array lies at a multiple of its element size.
  entries.sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const fields: [string, unknown][] = Object.keys(metadata).length > 0 ? [['__metadata__', metadata]] : [];
  let end = 0;
  for (const [name, { shape, data }] of entries) {
    const begin = end;
    end += data.byteLength;
    const type = data instanceof Float64Array ? 'F64' : 'F32';
    fields.push([name, { dtype: type, shape, data_offsets: [begin, end] }]);
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(fields)));
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(start + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.fill(0x20, 8, start);
  bytes.set(text, 8);
  let at = start;
  for (const [, { data }] of entries) {
    const copy = new Uint8Array(data.byteLength);
    copy.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    bytes.set(littleEndian(copy, data.BYTES_PER_ELEMENT), at);
    at += copy.length;
  }
  return bytes;
}

/**
 * Reads a safetensors file. F64 becomes float64, F32, F16 and BF16 become float32, whole numbers
 * float64.
 * @throws DataError when the file is cut short, its header is not what the format says, or a type is unknown
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { entries, metadata, start } = readHeader(bytes);
  const tensors = entries.map((entry): [string, StoredTensor] => {
    // a copy by the constructor: the slice of a Node Buffer would be a view of the whole file
    const stored = new Uint8Array(bytes.subarray(start + entry.begin, start + entry.end));
    return [entry.name, { shape: entry.shape, data: numbers(entry, stored) }];
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

// --- internal ---

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Turns elements between the host's byte order and little endian, in place; its own inverse. */
function littleEndian(bytes: Uint8Array, width: number): Uint8Array {
  if (!hostIsLittleEndian) {
    for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  }
  return bytes;
}

/** The numbers in `stored`, which is a copy that may be kept. */
function numbers({ name, dtype }: Entry, stored: Uint8Array): Float32Array | Float64Array {
  if (dtype === 'F64') return new Float64Array(littleEndian(stored, 8).slice().buffer);
  if (dtype === 'F32') return new Float32Array(littleEndian(stored, 4).slice().buffer);
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  if (dtype === 'BF16') {
    return Float32Array.from({ length: stored.length / 2 }, (_, i) =>
      fromBfloat16(view.getUint16(2 * i, true)),
    );
  }
  if (dtype === 'F16') {
    return Float32Array.from({ length: stored.length / 2 }, (_, i) =>
      fromFloat16(view.getUint16(2 * i, true)),
    );
  }
  if (dtype === 'I32') {
    return Float64Array.from({ length: stored.length / 4 }, (_, i) => view.getInt32(4 * i, true));
  }
  return Float64Array.from({ length: stored.length / 8 }, (_, i) => {
    const value = view.getBigInt64(8 * i, true);
    if (BigInt.asIntN(54, value) === value) return Number(value);
    throw new DataError(
      `safetensors: expected the whole numbers of '${name}' to be below 2^53, got ${value} at element ${i}`,
    );
  });
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(bits: number): number {
  word.setUint32(0, bits * 0x10000);
  return word.getFloat32(0);
}

/** 1 sign bit, 5 bits of exponent (bias 15), 10 of fraction. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
