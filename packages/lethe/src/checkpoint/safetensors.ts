/**
 * The safetensors format: 8 bytes of header length (little endian), a JSON header, the arrays one after the
 * other. Equal contents give equal bytes. Reading trusts nothing: whatever does not fit is a DataError, and
 * no array is given out before the whole header has been checked.
 */

import { isObject } from '../checks.ts';
import { ConfigError } from '../errors.ts';
import { found, shown } from '../found.ts';
import { readHeader } from './safetensors-header.ts';
import { convert, littleEndian } from './safetensors-numbers.ts';
import { checkStoredTensors, type StoredTensor } from './stored.ts';

/** An array of a file that has no numbers here: complex, packed, or beyond what a float64 counts. */
export interface UnreadTensor {
  /** as the file writes it: 'C64', 'F4', 'I64', … */
  dtype: string;
  shape: readonly number[];
  /** why it was not read */
  reason: string;
}

/** What a file holds. */
export interface SafetensorsFile {
  tensors: Record<string, StoredTensor>;
  metadata: Record<string, string>;
  /** by name, what stands beside and could not be read exactly */
  unread: Record<string, UnreadTensor>;
}

/**
 * Writes arrays as one safetensors file; the arrays start at a multiple of 8 bytes, float64 first.
 * @param tensors by name, such as the parameters of a layer; what is undefined is left out
 * @param metadata texts for the header's `__metadata__`
 * @throws ConfigError when a shape does not fit its data or a name is `__metadata__`
 */
export function encodeSafetensors<P extends { readonly [K in keyof P]: StoredTensor | undefined }>(
  tensors: P,
  metadata: Record<string, string> = {},
): Uint8Array {
  checkStoredTensors('safetensors', 'tensors', tensors, [], undefined);
  checkMetadata(metadata);
  const entries = Object.entries(tensors as Record<string, StoredTensor | undefined>).filter(
    (entry): entry is [string, StoredTensor] => entry[1] !== undefined,
  );
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
 * Reads a safetensors file, every value exactly. F64 becomes float64; F32, F16, BF16 and the 8-bit floats become float32; whole
 * numbers, and booleans as 1 and 0, float64. An array without such numbers (complex, 4 and 6 bits, a type that is not known, I64
 * and U64 beyond 2^53) is left to `unread` with the reason, and the others are read.
 * @throws DataError when the file is cut short or its header is not what the format says
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  if (!(bytes instanceof Uint8Array)) {
    throw new ConfigError(
      `safetensors: expected the bytes of a file, a Uint8Array or Buffer, got ${found(bytes)}; read it with readFileSync(path)`,
    );
  }
  const { entries, metadata, start } = readHeader(bytes);
  const tensors: [string, StoredTensor][] = [];
  const unread: [string, UnreadTensor][] = [];
  for (const { name, dtype, shape, begin, end } of entries) {
    // a copy by the constructor: the slice of a Node Buffer would be a view of the whole file
    const converted = convert(dtype, new Uint8Array(bytes.subarray(start + begin, start + end)));
    if ('data' in converted) tensors.push([name, { shape, data: converted.data }]);
    else unread.push([name, { dtype, shape, reason: converted.obstacle }]);
  }
  return { tensors: Object.fromEntries(tensors), metadata, unread: Object.fromEntries(unread) };
}

// --- internal ---

function checkMetadata(metadata: unknown): void {
  if (!isObject(metadata)) {
    throw new ConfigError(`safetensors: expected metadata to be texts by name, got ${found(metadata)}`);
  }
  for (const [name, text] of Object.entries(metadata)) {
    if (typeof text === 'string') continue;
    throw new ConfigError(
      `safetensors: expected metadata to be texts by name, got ${found(text)} for ${shown(name)}`,
    );
  }
}
