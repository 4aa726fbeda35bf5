/**
 * Reads and checks the header of a safetensors file. After it an entry's bytes are known to exist, to have
 * the length that type and shape ask for, and to overlap no other entry's.
 */
import { isObject } from '../checks.ts';
import { DataError } from '../errors.ts';
import { sizeOf } from '../tensor/tensor.ts';
import { duplicateKey } from './json-keys.ts';
import { elementBits } from './safetensors-numbers.ts';

/** One array of the file; offsets count from the end of the header. */
export interface Entry {
  name: string;
  /** one of the format's, or one that is newer than this reader */
  dtype: string;
  shape: readonly number[];
  begin: number;
  end: number;
}

/** The format's own limit on a header. */
const longestHeader = 100_000_000;

/**
 * @returns the arrays in the order of their bytes, the texts, and where the arrays start in the file
 * @throws DataError naming what does not fit
 */
export function readHeader(bytes: Uint8Array): {
  entries: Entry[];
  metadata: Record<string, string>;
  start: number;
} {
  if (bytes.length < 8) {
    throw broken(`expected at least 8 bytes, got ${bytes.length}; the file is cut short`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(bytes.length - 8, longestHeader))) {
    throw broken(
      `expected a header that fits into the file of ${bytes.length} bytes, got a header length of ${length}; the file is cut short or of another format`,
    );
  }
  const start = 8 + Number(length);
  const header = parse(bytes.subarray(8, start));
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = checkMetadata(value);
    else entries.push(checkEntry(name, value));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkLayout(entries, bytes.length - start);
  return { entries, metadata, start };
}

// --- internal ---

function broken(sentence: string, cause?: unknown): DataError {
  return new DataError(`safetensors: ${sentence}`, cause === undefined ? undefined : { cause });
}

/** A value of the header in a few words: written out, nested lists of a hostile file would overflow the stack. */
function shown(value: unknown): string {
  if (Array.isArray(value)) {
    const isShort = value.length <= 8 && value.every((item) => typeof item !== 'object' || item === null);
    return isShort ? `[${value.map(shown).join(', ')}]` : `a list of ${value.length}`;
  }
  if (isObject(value)) return `an object of ${Object.keys(value).length}`;
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw broken('expected a JSON header in UTF-8, got something else; the file is of another format', cause);
  }
  if (!isObject(header)) throw broken('expected the header to be a JSON object, got another value');
  const twice = duplicateKey(text);
  if (twice !== undefined) throw broken(`expected every name once in the header, got '${twice}' twice`);
  return header;
}

function checkMetadata(value: unknown): Record<string, string> {
  if (!isObject(value) || Object.values(value).some((text) => typeof text !== 'string')) {
    throw broken(`expected __metadata__ to map names to texts, got ${shown(value)}`);
  }
  return value as Record<string, string>;
}

/** True for [begin, end] and for shapes: whole numbers of at least 0. */
function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function checkEntry(name: string, value: unknown): Entry {
  const keys = isObject(value) ? Object.keys(value).sort().join() : '';
  if (!isObject(value) || keys !== 'data_offsets,dtype,shape') {
    throw broken(`expected '${name}' to have dtype, shape and data_offsets, got '${keys}'`);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  // A type that is newer than this reader is one with a width in its name.
  const isType =
    typeof dtype === 'string' &&
    (Object.hasOwn(elementBits, dtype) || /^[A-Z]+\d[A-Z0-9_]{0,30}$/.test(dtype));
  if (!isType) {
    throw broken(
      `expected the dtype of '${name}' to be one of ${Object.keys(elementBits).join(', ')}, got ${shown(dtype)}`,
    );
  }
  if (!areCounts(shape)) {
    throw broken(`expected the shape of '${name}' to be whole numbers of at least 0, got ${shown(shape)}`);
  }
  if (!areCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw broken(`expected data_offsets of '${name}' to be [begin, end], got ${shown(offsets)}`);
  }
  const [begin, end] = offsets;
  // Of a type that is not known, the file alone knows the size.
  const known = Object.hasOwn(elementBits, dtype);
  const size = known ? sizeOf(shape) * (elementBits[dtype] / 8) : end - begin;
  if (size !== end - begin) {
    throw broken(
      `expected ${size} bytes for '${name}' (${dtype} [${shape.join(', ')}]), got ${end - begin} between its offsets`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** The arrays must cover the rest of the file without overlap or gap. */
function checkLayout(entries: readonly Entry[], length: number): void {
  let end = 0;
  for (const entry of entries) {
    if (entry.begin !== end) {
      throw broken(
        `expected '${entry.name}' to begin at ${end}, where the array before it ends, got ${entry.begin}; the offsets ${entry.begin < end ? 'overlap' : 'leave a gap'}`,
      );
    }
    end = entry.end;
  }
  if (end !== length) {
    const reason = end > length ? 'the file is cut short' : 'something was appended';
    throw broken(`expected ${end} bytes of arrays after the header, got ${length}; ${reason}`);
  }
}
