/**
 * Reader of MATLAB 5 ("level 5") files as far as the music sets need it: compressed elements, cell arrays and
 * real numeric arrays in any storage type, little-endian (whole numbers beyond 2^53 are rounded). No structures, strings,
 * sparse or complex arrays.
 *
 * Sizes in the file are checked against the bytes that are there before anything is allocated, and what a
 * compressed element may grow to is bounded.
 *
 * Format: MathWorks, "MAT-File Format", section "Level 5 MAT-File Format".
 */
import { inflateSync } from 'node:zlib';
import { DataError } from 'lethe';

/** A real numeric array; `values` in column-major order. */
export interface MatlabNumeric {
  kind: 'numeric';
  dimensions: number[];
  values: ArrayLike<number>;
}

/** A cell array; `cells` in column-major order. */
export interface MatlabCells {
  kind: 'cells';
  dimensions: number[];
  cells: MatlabArray[];
}

export type MatlabArray = MatlabNumeric | MatlabCells;

/** How a MATLAB 5 file is read. */
export interface MatlabOptions {
  /** bytes that compressed elements may grow to together; default 64 MiB, twice what the largest published set does */
  maxInflated?: number;
  /** gets the fault of a variable of another kind (a text, a structure, …), which is then left out; without it the fault is thrown */
  leftOut?: (fault: DataError) => void;
}

/**
 * The variables of a MATLAB 5 file by name.
 * @param name the file as errors name it
 * @throws DataError naming the byte where the file is cut short, damaged, or not of the kinds above
 */
export function readMatlab5(
  bytes: Uint8Array,
  name: string,
  { maxInflated = 64 * 2 ** 20, leftOut }: MatlabOptions = {},
): Map<string, MatlabArray> {
  checkHeader(bytes, name);
  const variables = new Map<string, MatlabArray>();
  let budget = maxInflated;
  const file = new Elements(bytes, headerBytes, bytes.length, name);
  while (!file.atEnd()) {
    const element = file.next();
    if (element.type === miMatrix) {
      addVariable(variables, file.inside(element), leftOut);
    } else if (element.type === miCompressed) {
      const content = inflate(
        bytes.subarray(element.start, element.end),
        budget,
        maxInflated,
        file.place(element.start),
      );
      budget -= content.length;
      const where = `${name}, compressed element at byte ${element.start}`;
      const inner = new Elements(content, 0, content.length, where).next();
      if (inner.type !== miMatrix)
        throw new DataError(`${where}: expected an array, found data type ${inner.type}`);
      addVariable(variables, new Elements(content, inner.start, inner.end, where), leftOut);
    } else {
      const found = `found data type ${element.type} at byte ${element.start}`;
      throw new DataError(
        `${name}: expected an array (14) or a compressed element (15), ${found}; the file is damaged`,
      );
    }
  }
  return variables;
}

// --- internal ---

const headerBytes = 128;
const maxDepth = 8;
const miMatrix = 14;
const miCompressed = 15;
const cellClass = 1;
const complexFlag = 0x08;

/** Array classes that are refused, by number. */
const refusedClasses: Record<number, string> = {
  2: 'structure',
  3: 'object',
  4: 'character array',
  5: 'sparse array',
};

/** Storage types: bytes a value and how one is read. */
const storages: Record<number, { bytes: number; read: (view: DataView, at: number) => number }> = {
  1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  2: { bytes: 1, read: (view, at) => view.getUint8(at) },
  3: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  4: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  5: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  6: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  7: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  9: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  12: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  13: { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
};
const storageNumbers = { int8: 1, uint8: 2, int32: 5, uint32: 6 } as const;

/** The data of one element: bytes `start` to `end`. */
interface Element {
  type: number;
  start: number;
  end: number;
}

/** The elements between two bytes of a buffer, one after the other. */
class Elements {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly end: number;
  readonly where: string;
  at: number;

  constructor(bytes: Uint8Array, start: number, end: number, where: string) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = start;
    this.end = end;
    this.where = where;
  }

  atEnd(): boolean {
    return this.at >= this.end;
  }

  place(at: number): string {
    return `${this.where}, byte ${at}`;
  }

  inside(element: Element): Elements {
    return new Elements(this.bytes, element.start, element.end, this.where);
  }

  next(): Element {
    this.need(8, 'an element');
    const word = this.view.getUint32(this.at, true);
    // A small element holds its size in the upper half of the first word and its data in the second.
    const smallSize = word >>> 16;
    if (smallSize > 0) {
      if (smallSize > 4)
        throw new DataError(`${this.place(this.at)}: small element of ${smallSize} bytes, at most 4 fit`);
      const start = this.at + 4;
      this.at += 8;
      return { type: word & 0xffff, start, end: start + smallSize };
    }
    const size = this.view.getUint32(this.at + 4, true);
    this.at += 8;
    this.need(size, 'data');
    const start = this.at;
    const end = start + size;
    // Compressed elements are not padded; everything else is, to 8 bytes, but for the last of a buffer.
    this.at = word === miCompressed ? end : Math.min(this.end, end + (-size & 7));
    return { type: word, start, end };
  }

  /** The next element, which must be of storage type `type`. */
  nextOf(type: number, what: string): Element {
    const place = this.place(this.at);
    const element = this.next();
    if (element.type === type) return element;
    throw new DataError(`${place}: expected ${what} (data type ${type}), found data type ${element.type}`);
  }

  private need(size: number, what: string): void {
    const left = this.end - this.at;
    if (left >= size) return;
    throw new DataError(
      `${this.place(this.at)}: expected ${size} bytes of ${what}, found ${left}; the file is cut short or damaged`,
    );
  }
}

function checkHeader(bytes: Uint8Array, name: string): void {
  const text = Buffer.from(bytes.subarray(0, 116)).toString('latin1');
  if (text.startsWith('MATLAB 7.3')) {
    throw new DataError(`${name}: expected a MATLAB 5.0 file, found one of 7.3 (HDF5); save it with -v7`);
  }
  if (!text.startsWith('MATLAB 5.0')) {
    throw new DataError(
      `${name}: expected a MATLAB 5.0 file, found one that does not begin with these words`,
    );
  }
  if (bytes.length < headerBytes) {
    throw new DataError(
      `${name}: expected a header of ${headerBytes} bytes, found ${bytes.length}; the file is cut short`,
    );
  }
  const endian = String.fromCharCode(bytes[126], bytes[127]);
  if (endian !== 'IM') {
    const found = endian === 'MI' ? 'big-endian data' : `the mark ${JSON.stringify(endian)}`;
    throw new DataError(`${name}: expected little-endian data (IM) at byte 126, found ${found}`);
  }
}

function inflate(bytes: Uint8Array, limit: number, maxInflated: number, place: string): Uint8Array {
  try {
    return inflateSync(bytes, { maxOutputLength: Math.max(1, limit) });
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
        ? `it grows beyond ${maxInflated} bytes`
        : (error as Error).message;
    throw new DataError(`${place}: cannot inflate the compressed element: ${reason}`, { cause: error });
  }
}

/** A kind of array that is not read. */
class RefusedArray extends DataError {}

function addVariable(
  variables: Map<string, MatlabArray>,
  elements: Elements,
  leftOut: MatlabOptions['leftOut'],
): void {
  let read: ReturnType<typeof readArray>;
  try {
    read = readArray(elements, 0);
  } catch (error) {
    if (!leftOut || !(error instanceof RefusedArray)) throw error;
    leftOut(error);
    return;
  }
  const { name, array } = read;
  if (name === '') throw new DataError(`${elements.where}: a variable without a name`);
  variables.set(name, array);
}

/** An array from its parts: flags, dimensions, name, data. */
function readArray(elements: Elements, depth: number): { name: string; array: MatlabArray } {
  // An empty cell may be written as an element without content.
  if (elements.atEnd()) return { name: '', array: { kind: 'numeric', dimensions: [0, 0], values: [] } };
  const place = elements.place(elements.at);
  const flags = elements.nextOf(storageNumbers.uint32, 'array flags');
  if (flags.end - flags.start !== 8)
    throw new DataError(`${place}: expected 8 bytes of array flags, found ${flags.end - flags.start}`);
  const word = elements.view.getUint32(flags.start, true);
  const arrayClass = word & 0xff;
  const dimensions = readDimensions(elements);
  const nameElement = elements.nextOf(storageNumbers.int8, 'the name of an array');
  const name = Buffer.from(elements.bytes.subarray(nameElement.start, nameElement.end)).toString('latin1');
  const count = dimensions.reduce((product, n) => product * n, 1);
  if (arrayClass === cellClass) {
    return { name, array: { kind: 'cells', dimensions, cells: readCells(elements, count, depth, place) } };
  }
  if (arrayClass < 6 || arrayClass > 15) {
    const found = refusedClasses[arrayClass] ?? 'array of an unknown class';
    throw new RefusedArray(
      `${place}: expected a cell array or a numeric array, found a ${found} (class ${arrayClass})`,
    );
  }
  if ((word >>> 8) & complexFlag)
    throw new RefusedArray(`${place}: expected real numbers, found complex ones`);
  return { name, array: { kind: 'numeric', dimensions, values: readValues(elements, count) } };
}

function readDimensions(elements: Elements): number[] {
  const place = elements.place(elements.at);
  const { start, end } = elements.nextOf(storageNumbers.int32, 'the dimensions of an array');
  const length = (end - start) / 4;
  if (!Number.isInteger(length) || length < 2 || length > 32) {
    throw new DataError(`${place}: expected 2 to 32 dimensions, found ${end - start} bytes of them`);
  }
  const dimensions = Array.from({ length }, (_, i) => elements.view.getInt32(start + 4 * i, true));
  const negative = dimensions.find((n) => n < 0);
  if (negative !== undefined) throw new DataError(`${place}: negative dimension ${negative}`);
  return dimensions;
}

function readCells(elements: Elements, count: number, depth: number, place: string): MatlabArray[] {
  if (depth >= maxDepth) throw new DataError(`${place}: cell arrays nested more than ${maxDepth} deep`);
  // Every cell takes 8 bytes at least: a number of cells that cannot be there is refused at once.
  const possible = Math.floor((elements.end - elements.at) / 8);
  if (count > possible) {
    throw new DataError(
      `${place}: expected ${count} cells, found room for ${possible}; the file is cut short or damaged`,
    );
  }
  const cells: MatlabArray[] = [];
  while (cells.length < count) {
    const cell = elements.nextOf(miMatrix, 'a cell');
    cells.push(readArray(elements.inside(cell), depth + 1).array);
  }
  return cells;
}

function readValues(elements: Elements, count: number): ArrayLike<number> {
  const place = elements.place(elements.at);
  if (elements.atEnd() && count === 0) return [];
  const { type, start, end } = elements.next();
  const storage = storages[type];
  if (!storage) throw new DataError(`${place}: expected numbers, found data type ${type}`);
  const bytes = end - start;
  if (bytes !== count * storage.bytes) {
    throw new DataError(`${place}: expected ${count} values of ${storage.bytes} bytes, found ${bytes} bytes`);
  }
  if (type === storageNumbers.uint8) return elements.bytes.subarray(start, end);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = storage.read(elements.view, start + i * storage.bytes);
  return values;
}
