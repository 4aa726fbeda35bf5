/** The names that may occur in a pickle of music, and what is made of their arguments; nothing of Python is executed. */
import { decodeArray, isElementType } from './ndarray.ts';
import { described, NumpyArray, NumpyDtype, NumpyName, nested, type PickleValue } from './pickle-value.ts';

/** A value, or why there is none. */
export type Reduced = { value: PickleValue; fault?: undefined } | { value?: undefined; fault: string };

/** Makes a number of a dtype and bytes. */
export const scalar = new NumpyName('numpy.core.multiarray.scalar');

/** What stands for a name; undefined for one that may not occur. */
export function nameOf(full: string): NumpyName | undefined {
  return names.get(full);
}

/** What is left of the bytes that arrays may be made of. */
export interface PickleBudget {
  bytes: number;
}

/** The value of `callee(...values)`. */
export function reduceValue(
  callee: PickleValue,
  values: readonly PickleValue[],
  budget: PickleBudget,
): Reduced {
  if (callee === scalar) {
    const value = scalarOf(values);
    return value === undefined
      ? { fault: 'expected a numpy scalar of its type, such as an int64 of 8 bytes' }
      : { value };
  }
  if (callee === dtype) {
    const [type] = values;
    if (typeof type === 'string' && (isElementType(type) || /^O\d?$/.test(type)))
      return { value: new NumpyDtype(type) };
    return { fault: `expected a dtype of numbers such as i8, found ${described(type)}` };
  }
  if (callee === reconstruct) return { value: new NumpyArray() };
  if (callee === fromBuffer) {
    const array = new NumpyArray();
    const [bytes, type, shape, order] = values;
    const fault = fill(array, shape, type, order === 'F', bytes, budget);
    return fault === undefined ? { value: array } : { fault };
  }
  if (callee === encode) {
    const [text] = values;
    return typeof text === 'string'
      ? { value: text }
      : { fault: `expected a text to encode, found ${described(text)}` };
  }
  if (callee === emptyBytes && values.length === 0) return { value: '' };
  if (callee === bytearray) return { value: typeof values[0] === 'string' ? values[0] : '' };
  if (callee === dictionary && values.length === 0) return { value: new Map() };
  if (callee === collection && Array.isArray(values[0])) return { value: values[0] };
  return { fault: `expected ${allowedNames} in front of arguments, found ${described(callee)}` };
}

/** Gives `target` its state; returns why that cannot be. */
export function buildValue(
  target: PickleValue,
  state: PickleValue,
  budget: PickleBudget,
): string | undefined {
  if (!Array.isArray(state)) return 'expected a tuple as state';
  if (target instanceof NumpyArray) {
    const [, shape, type, columnMajor, content] = state;
    return fill(target, shape, type, columnMajor === true || columnMajor === 1, content, budget);
  }
  if (!(target instanceof NumpyDtype)) return 'expected a dtype to give a state to';
  const order = state[1];
  if (order !== '<' && order !== '>' && order !== '|') return 'expected a dtype of a known order of bytes';
  target.order = order;
  return undefined;
}

/** numpy.core.multiarray.scalar(dtype, bytes); undefined where these are not its arguments */
export function scalarOf(values: readonly PickleValue[]): number | boolean | undefined {
  // No destructuring: this runs for every note of the set.
  const type = values[0];
  const text = values[1];
  if (!(type instanceof NumpyDtype) || type.order === undefined || values.length !== 2) return undefined;
  if (typeof text !== 'string' || text.length > 8) return undefined;
  if (type.type !== 'i8' || type.order !== '<') {
    const array = decodeArray(Buffer.from(text, 'latin1'), type.type, [], {
      littleEndian: type.order !== '>',
    });
    return array?.values[0];
  }
  if (text.length !== 8) return undefined;
  let low = 0;
  let high = 0;
  for (let i = 3; i >= 0; i--) {
    low = low * 256 + text.charCodeAt(i);
    high = (high << 8) | text.charCodeAt(i + 4);
  }
  return high * 2 ** 32 + low;
}

// --- internal ---

const dtype = new NumpyName('numpy.dtype');
const reconstruct = new NumpyName('numpy.core.multiarray._reconstruct');
const fromBuffer = new NumpyName('numpy.core.numeric._frombuffer');
const ndarray = new NumpyName('numpy.ndarray');
const encode = new NumpyName('_codecs.encode');
const emptyBytes = new NumpyName('builtins.bytes');
const bytearray = new NumpyName('builtins.bytearray');
const dictionary = new NumpyName('collections.OrderedDict');
const collection = new NumpyName('builtins.set');
const all = [
  scalar,
  dtype,
  reconstruct,
  fromBuffer,
  ndarray,
  encode,
  emptyBytes,
  bytearray,
  dictionary,
  collection,
];

/** By every name in use: NumPy 2 calls numpy.core numpy._core, Python 2 calls builtins __builtin__. */
const names = new Map<string, NumpyName>(
  all.flatMap((one) => [
    [one.name, one],
    [one.name.replace('numpy.core.', 'numpy._core.'), one],
    [one.name.replace('builtins.', '__builtin__.'), one],
  ]),
);
for (const module of ['builtins', '__builtin__'])
  names
    .set(`${module}.frozenset`, collection)
    .set(`${module}.list`, collection)
    .set(`${module}.tuple`, collection);

/** For messages. */
export const allowedNames = `${scalar.name}, ${dtype.name}, NumPy's arrays and Python's own containers`;

function fill(
  array: NumpyArray,
  shape: PickleValue | undefined,
  type: PickleValue | undefined,
  columnMajor: boolean,
  content: PickleValue | undefined,
  budget: PickleBudget,
): string | undefined {
  budget.bytes -= Array.isArray(content) || typeof content === 'string' ? content.length : 0;
  if (budget.bytes < 0) return 'arrays larger together than the file; the pickle is damaged';
  if (
    !Array.isArray(shape) ||
    shape.length > 32 ||
    !shape.every((n) => typeof n === 'number') ||
    !(type instanceof NumpyDtype)
  ) {
    return 'expected shape and dtype of an array';
  }
  const sizes = shape as number[];
  if (Array.isArray(content)) array.content = nested(content, sizes);
  else if (typeof content === 'string') {
    const littleEndian = type.order !== '>';
    array.content = decodeArray(Buffer.from(content, 'latin1'), type.type, sizes, {
      littleEndian,
      columnMajor,
    });
  }
  if (array.content !== undefined) return undefined;
  return `expected an array of ${sizes.slice(0, 8).join(' x ')} of the type ${type.type}, found ${described(content)}`;
}
