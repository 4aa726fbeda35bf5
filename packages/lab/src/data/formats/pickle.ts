/**
 * Reader of Python pickles of any protocol, as far as music needs it: lists, tuples, sets, dictionaries, texts, bytes, numbers,
 * None, and the scalars and arrays of NumPy. Nothing is ever looked up, called or executed: the few names that may occur
 * (pickle-names.ts) are read as descriptions of values, and any other name is an error. Work and memory are bounded by
 * the size of the file, and messages in length, whatever a pickle claims or refers to.
 *
 * Opcodes: Python's pickletools. The loop is one switch because the largest set has nine million opcodes.
 */
import { DataError } from 'lethe';
import { allowedNames, buildValue, nameOf, reduceValue, scalar, scalarOf } from './pickle-names.ts';
import { described, type PickleValue } from './pickle-value.ts';

export { described, NumpyArray, nested, type PickleValue } from './pickle-value.ts';

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
  let memoized = 0;
  // Values under the last mark belong to what is being built around it.
  let floor = 0;
  let at = 0;

  // What arrays may hold together: every byte of the file once, however often they refer to the same ones.
  const budget = { bytes: buffer.length };

  const failure = (what: string): DataError => new DataError(`${name}, byte ${at}: ${what}`);
  const fail = (what: string): never => {
    throw failure(what);
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
  const toMemo = (slot: number): void => {
    memo[slot] = top();
    memoized++;
  };
  const fromMemo = (slot: number): void => {
    const value = memo[slot];
    if (value === undefined) fail(`memo slot ${slot} is empty; the pickle is damaged`);
    else stack.push(value);
  };
  const counted = (bytes: number): number => {
    const length =
      bytes === 8 ? Number(buffer.readBigUInt64LE(take(8))) : buffer.readUIntLE(take(bytes), bytes);
    // Nothing is longer than what is left; a length beyond all numbers is no place to go on from.
    if (length > buffer.length - at)
      fail(`expected ${length} more bytes of the pickle, found ${buffer.length - at}; the file is cut short`);
    return length;
  };
  const text = (bytes: number, encoding: 'latin1' | 'utf8'): void => {
    const length = counted(bytes);
    const start = take(length);
    stack.push(buffer.toString(encoding, start, start + length));
  };
  const number = (digits: string): void => {
    const value = Number(digits.replace(/L$/, ''));
    if (digits.trim() === '' || Number.isNaN(value)) fail(`expected a number, found ${described(digits)}`);
    stack.push(value);
  };
  const long = (bytes: number): void => {
    const start = take(bytes);
    if (bytes > 8) fail(`expected a whole number of at most 8 bytes, found ${bytes}`);
    const digits = Buffer.alloc(8, bytes > 0 && buffer[at - 1] > 127 ? 255 : 0);
    buffer.copy(digits, 0, start, at);
    stack.push(Number(digits.readBigInt64LE()));
  };
  const setItems = (target: PickleValue, items: readonly PickleValue[]): void => {
    if (!(target instanceof Map)) throw failure('expected a dictionary to set items of');
    if (items.length % 2) fail('a dictionary key without a value');
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== 'string' && typeof key !== 'number') {
        throw failure(`expected a text or number as dictionary key, found ${described(key)}`);
      }
      target.set(String(key), items[i + 1]);
    }
  };
  const named = (full: string, start: number): void => {
    const known = nameOf(full);
    if (known) stack.push(known);
    else {
      at = start;
      fail(
        `the pickle names the class ${JSON.stringify(full.slice(0, 100)).slice(1, -1)}; allowed are ${allowedNames} (nothing is ever executed)`,
      );
    }
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
        if (protocol > 5) fail(`expected a pickle protocol of at most 5, found ${protocol}`);
        break;
      }
      case 0x95: // a frame: its length helps who reads from a network
        take(8);
        break;
      case 0x6a: // j: take from the memo, four bytes
        fromMemo(buffer.readUInt32LE(take(4)));
        break;
      case 0x67: // g: take from the memo, a line of digits
        fromMemo(Number(line()));
        break;
      case 0x70: // p: copy to the memo, a line of digits
        toMemo(Number(line()));
        break;
      case 0x94: // copy to the next place of the memo
        toMemo(memoized);
        break;
      case 0x68: // h: take from the memo
        fromMemo(buffer[take(1)]);
        break;
      case 0x71: // q: copy to the memo
        toMemo(buffer[take(1)]);
        break;
      case 0x72: // r: copy to the memo, four bytes
        toMemo(buffer.readUInt32LE(take(4)));
        break;
      case 0x55: // U: byte string
      case 0x43: // C: bytes
        {
          // Not by text(): every note of the published sets has one.
          const length = buffer[take(1)];
          const start = take(length);
          stack.push(buffer.toString('latin1', start, start + length));
          break;
        }
      case 0x54: // T: byte string
      case 0x42: // B: bytes
        text(4, 'latin1');
        break;
      case 0x8e: // bytes
      case 0x96: // an array of bytes
        text(8, 'latin1');
        break;
      case 0x58: // X: text
        text(4, 'utf8');
        break;
      case 0x8c:
        text(1, 'utf8');
        break;
      case 0x8d:
        text(8, 'utf8');
        break;
      case 0x53: // S: a string with quotes, a line
      case 0x56: // V: text, a line
        {
          const written = line();
          stack.push(unescaped(opcode === 0x53 ? written.slice(1, -1) : written, opcode === 0x53));
          break;
        }
      case 0x49: // I: a whole number, or 00 and 01 for false and true
        {
          const digits = line();
          if (digits === '00' || digits === '01') stack.push(digits === '01');
          else number(digits);
          break;
        }
      case 0x4c: // L: a long one
      case 0x46: // F: a number with a point
        number(line());
        break;
      case 0x47: // G: eight bytes, highest first
        stack.push(buffer.readDoubleBE(take(8)));
        break;
      case 0x4d: // M: two bytes
        stack.push(buffer.readUInt16LE(take(2)));
        break;
      case 0x8a: // a whole number of so many bytes
        long(buffer[take(1)]);
        break;
      case 0x8b:
        long(counted(4));
        break;
      case 0x88: // true
      case 0x89: // false
        stack.push(opcode === 0x88);
        break;
      case 0x30: // 0: forget the top
        pop();
        break;
      case 0x31: // 1: forget what lies above the mark
        sinceMark();
        break;
      case 0x32: // 2: twice
        stack.push(top());
        break;
      case 0x28: // (: mark
        marks.push(stack.length);
        floor = stack.length;
        break;
      case 0x5d: // ]: empty list
      case 0x29: // ): empty tuple
      case 0x8f: // empty set
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
      case 0x6c: // l: list of it
      case 0x91: // frozen set of it
        stack.push(sinceMark());
        break;
      case 0x61: // a: append
        {
          const item = pop();
          list().push(item);
          break;
        }
      case 0x65: // e: append what lies above the mark
      case 0x90: // add it to a set
        {
          const items = sinceMark();
          const target = list();
          for (const item of items) target.push(item);
          break;
        }
      case 0x64: // d: dictionary of what lies above the mark
        {
          const items = sinceMark();
          const target = new Map<string, PickleValue>();
          setItems(target, items);
          stack.push(target);
          break;
        }
      case 0x75: // u: set what lies above the mark
        {
          const items = sinceMark();
          setItems(top(), items);
          break;
        }
      case 0x73: // s: set one
        {
          const item = pop();
          const key = pop();
          setItems(top(), [key, item]);
          break;
        }
      case 0x63: // c: a name
        {
          const start = at - 1;
          named(`${line()}.${line()}`, start);
          break;
        }
      case 0x93: // a name from the stack
        {
          const name = pop();
          const module = pop();
          if (typeof name !== 'string' || typeof module !== 'string')
            return fail('expected a name of two texts');
          named(`${module}.${name}`, at - 1);
          break;
        }
      case 0x52: // R: a value from a name and its arguments
        {
          const values = pop();
          const callee = pop();
          if (!Array.isArray(values)) return fail('expected a tuple of arguments');
          const note = callee === scalar ? scalarOf(values) : undefined;
          if (note !== undefined) {
            stack.push(note);
            break;
          }
          const value = reduceValue(callee, values, budget);
          if (value.fault !== undefined) return fail(value.fault);
          stack.push(value.value as PickleValue);
          break;
        }
      case 0x62: // b: the state of a dtype or an array
        {
          const state = pop();
          const fault = buildValue(top(), state, budget);
          if (fault !== undefined) return fail(fault);
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

// --- internal ---

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };

/** A text of protocol 0: `\\uXXXX` of a text, and the usual escapes of a string with quotes. */
function unescaped(text: string, isQuoted: boolean): string {
  if (!isQuoted) {
    return text.replace(/\\u([\da-fA-F]{4})|\\U00([\da-fA-F]{6})/g, (whole, short, long) => {
      const code = Number.parseInt(short ?? long, 16);
      return code > 0x10ffff ? whole : String.fromCodePoint(code);
    });
  }
  return text.replace(/\\(?:x([\da-fA-F]{2})|([nrt'"\\]))/g, (_, hex, letter) =>
    hex === undefined ? escapes[letter] : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
