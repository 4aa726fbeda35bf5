/**
 * The lines of a history differ in their numbers alone: what one of them was found to say, by JSON, holds for all that have the same bytes
 * around their numbers. So a long history is read at the speed of a comparison, fifteen times that of JSON, and says the same.
 */
import { numberOf } from './decimal.ts';
import { figuresOf } from './event-figures.ts';

const [quote, backslash, newline] = [34, 92, 10];

export class LineTemplate {
  readonly event: 'epoch' | 'observe';
  /** the columns that its lines have, in the order of their numbers */
  readonly columns: readonly string[];
  /** the bytes around the values, one behind the other, and where in them a value stands */
  readonly #literal: Uint8Array;
  /** by place: the four bytes that begin there, as a number */
  readonly #words: Int32Array;
  readonly #ends: Int32Array;
  readonly #slots: readonly Slot[];

  private constructor(event: 'epoch' | 'observe', literals: readonly Uint8Array[], slots: readonly Slot[]) {
    this.event = event;
    const lengths = literals.map(({ length }) => length);
    this.#literal = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
    this.#ends = new Int32Array(literals.length);
    let end = 0;
    for (const [i, literal] of literals.entries()) {
      this.#literal.set(literal, end);
      end += literal.length;
      this.#ends[i] = end;
    }
    const view = new DataView(this.#literal.buffer);
    this.#words = Int32Array.from({ length: Math.max(0, end - 3) }, (_, k) => view.getInt32(k));
    this.#slots = slots;
    this.columns = slots.flatMap(({ column }) => column ?? []);
  }

  /** What a line, without its end, stands for; undefined where it is no event with figures. */
  static of(line: Uint8Array): LineTemplate | undefined {
    const { literals, tokens } = partsOf(line);
    // Numbers that tell their places show what becomes of each.
    const eventWhere = (isTrue: number) => {
      const places = tokens.map((token, i) => (isBoolean(token) ? String(i === isTrue) : String(i)));
      return figuresOf(literals.map((literal, i) => decoded(literal) + (places[i] ?? '')).join(''));
    };
    const event = eventWhere(-1);
    if (!event || (event.event !== 'epoch' && event.event !== 'observe')) return undefined;
    const columns = new Map(Array.from(event.figures, ([column, place]) => [place, column]));
    const slots = tokens.map((token, i): Slot => {
      const isOne = isBoolean(token);
      const column = columns.get(i);
      const isBest = isOne && eventWhere(i)?.best === true;
      return { isBoolean: isOne, isBest, isNumber: column?.includes('.') === false, column };
    });
    return new LineTemplate(event.event, literals, slots);
  }

  /**
   * Reads the numbers of the line that begins at `from`, of the wanted columns into `values`, in the order of `columns`; a place behind
   * them, where there is one, says by 1 that the line is the best so far. Gives the place behind the end of the line, or -1 for a line
   * that is another, of which nothing in `values` holds.
   */
  read(bytes: Uint8Array, from: number, isWanted: readonly boolean[], values: Float64Array): number {
    const literal = this.#literal;
    const words = this.#words;
    const view = viewOf(bytes);
    const last = bytes.length - 4;
    const ends = this.#ends;
    const slots = this.#slots;
    let at = from;
    let column = 0;
    for (let i = 0, k = 0; i < ends.length; i++) {
      const end = ends[i];
      // Four bytes at a time: a fifth of the time of a whole history.
      for (; k + 4 <= end; k += 4, at += 4) {
        if (at > last || view.getInt32(at) !== words[k]) return -1;
      }
      for (; k < end; k++, at++) if (bytes[at] !== literal[k]) return -1;
      if (i === slots.length) break;
      const slot = slots[i];
      const begin = at;
      while (at <= last && areDigits(view.getInt32(at))) at += 4;
      while (isOfValue[bytes[at]] === 1) at++;
      if (at === begin) return -1;
      const first = bytes[begin];
      if (slot.isBoolean) {
        const isTrue = at - begin === 4 && view.getInt32(begin) === wordTrue;
        if (!isTrue && !(at - begin === 5 && view.getInt32(begin) === wordFals && bytes[at - 1] === 101))
          return -1;
        if (slot.isBest) values[this.columns.length] = isTrue ? 1 : 0;
        continue;
      }
      // `t` and `f` of a boolean, `n` of null
      if (first === 116 || first === 102) return -1;
      if (slot.column === undefined) continue;
      if (isWanted[column]) {
        const value = first === 110 ? Number.POSITIVE_INFINITY : numberOf(bytes, begin, at);
        if (Number.isNaN(value) || (slot.isNumber && value === Number.POSITIVE_INFINITY)) return -1;
        values[column] = value;
      }
      column++;
    }
    return bytes[at] === newline ? at + 1 : -1;
  }
}

// --- internal ---

/** `true` and the beginning of `false`, as four bytes. */
const [wordTrue, wordFals] = [0x74727565, 0x66616c73];

interface Slot {
  isBoolean: boolean;
  /** says whether the line is the best so far */
  isBest: boolean;
  /** has to be a number: an epoch, a step; metrics may be none */
  isNumber: boolean;
  /** undefined: no figure */
  column: string | undefined;
}

/** Whether four bytes are digits: their high halves are 3, also when 6 is added to the low ones. */
const areDigits = (four: number): boolean =>
  (four & 0xf0f0f0f0) === 0x30303030 && ((four + 0x06060606) & 0xf0f0f0f0) === 0x30303030;

let seen: { bytes: Uint8Array; view: DataView } | undefined;

/** The bytes by fours; those of the last piece are asked for again with every line. */
function viewOf(bytes: Uint8Array): DataView {
  if (seen?.bytes !== bytes)
    seen = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
  return seen.view;
}

const isBoolean = (token: string): boolean => token === 'true' || token === 'false';

/** Bytes of numbers, of true, false and null. */
const isOfValue = new Uint8Array(256);
for (const character of '+-.0123456789eEtrufalsn') isOfValue[character.charCodeAt(0)] = 1;

/** A line cut at its values; what stands in texts is none. */
function partsOf(line: Uint8Array): { literals: Uint8Array[]; tokens: string[] } {
  const literals: Uint8Array[] = [];
  const tokens: string[] = [];
  let from = 0;
  let isText = false;
  for (let i = 0; i < line.length; i++) {
    if (isText) {
      if (line[i] === backslash) i++;
      else if (line[i] === quote) isText = false;
    } else if (line[i] === quote) isText = true;
    else if (isOfValue[line[i]] === 1) {
      let end = i;
      while (end < line.length && isOfValue[line[end]] === 1) end++;
      literals.push(line.slice(from, i));
      tokens.push(decoded(line.subarray(i, end)));
      from = end;
      i = end - 1;
    }
  }
  literals.push(line.slice(from));
  return { literals, tokens };
}

const decoded = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
