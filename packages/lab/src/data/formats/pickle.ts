/**
 * Reader of Python pickles, limited to what the music sets contain: protocol 2, lists, tuples, dictionaries with
 * string keys, byte strings, small integers, None, and numpy int64 scalars. Nothing is ever looked up, called
 * or executed: the two names that may occur, numpy.core.multiarray.scalar and numpy.dtype, are read as
 * descriptions of numbers, and any other name is an error.
 *
 * Opcodes: Python's pickletools. The loop is one switch because the largest set has nine million opcodes.
 */
import { DataError } from 'lethe';

/** A value of a pickle: tuples and lists are arrays, byte strings are strings of latin-1, scalars numbers. */
export type PickleValue =
  | null
  | number
  | string
  | PickleValue[]
  | Map<string, PickleValue>
  | NumpyName
  | NumpyDtype;

/**
 * The one value that a pickle holds.
 * @param name the file as errors name it
 * @throws DataError naming the byte where the pickle is cut short or damaged, or the class it must not name
 */
export function readPickle(bytes: Uint8Array, name: string): PickleValue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  // Slots are taken in order, so the array stays dense; a jump ahead makes it sparse, not large.
  const memo: PickleValue[] = [];
  // Values under the last mark belong to what is being built around it.
  let floor = 0;
  let at = 0;

  const fail = (what: string): never => {
    throw new DataError(`${name}, byte ${at}: ${what}`);
  };
  const take = (count: number): number => {
    const start = at;
    at += count;
    if (at > buffer.length) {
      at = start;
      fail(
        `expected ${count} more bytes of the pickle, found ${buffer.length - start}; the file is cut short`,
      );
    }
    return start;
  };
  const pop = (): PickleValue => {
    if (stack.length <= floor) fail('an operand is missing; the pickle is damaged');
    return stack.pop() as PickleValue;
  };
  const sinceMark = (): PickleValue[] => {
    const mark = marks.pop();
    if (mark === undefined) return fail('a mark is missing; the pickle is damaged');
    floor = marks.length > 0 ? marks[marks.length - 1] : 0;
    return stack.splice(mark);
  };
  const top = (): PickleValue => {
    if (stack.length <= floor) fail('an operand is missing; the pickle is damaged');
    return stack[stack.length - 1];
  };
  const list = (): PickleValue[] => {
    const value = top();
    return Array.isArray(value) ? value : fail('expected a list to append to');
  };
  const line = (): string => {
    const end = buffer.indexOf(10, at);
    if (end < 0) return fail('expected a line with a name; the file is cut short');
    const text = buffer.toString('latin1', at, end);
    at = end + 1;
    return text;
  };

  for (;;) {
    const opcode = buffer[take(1)];
    switch (opcode) {
      case 0x80: {
        const protocol = buffer[take(1)];
        if (protocol !== 2) fail(`expected pickle protocol 2, found ${protocol}`);
        break;
      }
      case 0x68: // h: take from the memo
        {
          const slot = buffer[take(1)];
          const value = memo[slot];
          if (value === undefined) fail(`memo slot ${slot} is empty; the pickle is damaged`);
          stack.push(value);
          break;
        }
      case 0x71: // q: copy to the memo
        memo[buffer[take(1)]] = top();
        break;
      case 0x72: // r: copy to the memo, four bytes
        memo[buffer.readUInt32LE(take(4))] = top();
        break;
      case 0x55: // U: byte string
        {
          const length = buffer[take(1)];
          const start = take(length);
          stack.push(buffer.toString('latin1', start, start + length));
          break;
        }
      case 0x58: // X: text, as Python 3 writes it
        {
          const length = buffer.readUInt32LE(take(4));
          const start = take(length);
          stack.push(buffer.toString('utf8', start, start + length));
          break;
        }
      case 0x28: // (: mark
        marks.push(stack.length);
        floor = stack.length;
        break;
      case 0x5d: // ]: empty list
      case 0x29: // ): empty tuple
        stack.push([]);
        break;
      case 0x7d: // }: empty dictionary
        stack.push(new Map());
        break;
      case 0x4b: // K: one byte
        stack.push(buffer[take(1)]);
        break;
      case 0x4a: // J: four bytes with sign
        stack.push(buffer.readInt32LE(take(4)));
        break;
      case 0x4e: // N: None
        stack.push(null);
        break;
      case 0x85:
        stack.push([pop()]);
        break;
      case 0x86: {
        const second = pop();
        stack.push([pop(), second]);
        break;
      }
      case 0x87: {
        const third = pop();
        const second = pop();
        stack.push([pop(), second, third]);
        break;
      }
      case 0x74: // t: tuple of what lies above the mark
        stack.push(sinceMark());
        break;
      case 0x61: // a: append
        {
          const item = pop();
          list().push(item);
          break;
        }
      case 0x65: // e: append what lies above the mark
        {
          const items = sinceMark();
          const target = list();
          for (const item of items) target.push(item);
          break;
        }
      case 0x75: // u: set what lies above the mark
        {
          const items = sinceMark();
          const target = top();
          if (!(target instanceof Map)) return fail('expected a dictionary to set items of');
          if (items.length % 2) fail('a dictionary key without a value');
          for (let i = 0; i < items.length; i += 2) {
            const key = items[i];
            if (typeof key !== 'string') return fail('expected a string as dictionary key');
            target.set(key, items[i + 1]);
          }
          break;
        }
      case 0x63: // c: a name
        {
          const start = at;
          const full = `${line()}.${line()}`.slice(0, 100);
          const known = names[full];
          if (!known) {
            at = start - 1;
            return fail(
              `the pickle names the class ${full}; allowed are ${allowed} (nothing is ever executed)`,
            );
          }
          stack.push(known);
          break;
        }
      case 0x52: // R: a scalar or a dtype from its arguments
        {
          const values = pop();
          const callee = pop();
          if (!Array.isArray(values)) return fail('expected a tuple of arguments');
          if (callee === numpyScalar)
            stack.push(scalarOf(values) ?? fail('expected a numpy int64 scalar of 8 bytes'));
          else if (callee === numpyDtype)
            stack.push(dtypeOf(values) ?? fail(`expected the dtype i8, found ${String(values[0])}`));
          else fail(`expected ${allowed} in front of arguments`);
          break;
        }
      case 0x62: // b: the state of a dtype
        {
          const state = pop();
          const target = top();
          if (!(target instanceof NumpyDtype)) return fail('expected a dtype to give a state to');
          if (!Array.isArray(state) || state[1] !== '<') fail('expected a little-endian dtype');
          target.littleEndian = true;
          break;
        }
      case 0x2e: // .: end
        {
          const value = pop();
          if (stack.length > 0) fail('more than one value; the pickle is damaged');
          return value;
        }
      default:
        at--;
        fail(
          `unexpected opcode 0x${opcode.toString(16).padStart(2, '0')}; not a pickle of a music set, or a damaged one`,
        );
    }
  }
}

/** A name that may occur in a pickle; it stands for itself and does nothing. */
export class NumpyName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** The dtype int64; usable once its state has said that it is little-endian. */
export class NumpyDtype {
  littleEndian = false;
}

// --- internal ---

const numpyScalar = new NumpyName('numpy.core.multiarray.scalar');
const numpyDtype = new NumpyName('numpy.dtype');
const names: Record<string, NumpyName> = Object.assign(Object.create(null), {
  [numpyScalar.name]: numpyScalar,
  [numpyDtype.name]: numpyDtype,
});
const allowed = `${numpyScalar.name} and ${numpyDtype.name}`;

/** numpy.dtype('i8', 0, 1) */
function dtypeOf(values: readonly PickleValue[]): NumpyDtype | undefined {
  return values.length === 3 && values[0] === 'i8' ? new NumpyDtype() : undefined;
}

/** numpy.core.multiarray.scalar(dtype, eight bytes) */
function scalarOf(values: readonly PickleValue[]): number | undefined {
  // No destructuring: this runs for every note of the set.
  const type = values[0];
  const text = values[1];
  if (!(type instanceof NumpyDtype) || !type.littleEndian || values.length !== 2) return undefined;
  if (typeof text !== 'string' || text.length !== 8) return undefined;
  let low = 0;
  let high = 0;
  for (let i = 3; i >= 0; i--) {
    low = low * 256 + text.charCodeAt(i);
    high = (high << 8) | text.charCodeAt(i + 4);
  }
  return high * 2 ** 32 + low;
}
