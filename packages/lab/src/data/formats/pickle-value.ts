/** Values of a pickle. */
import { elements, type NdArray } from './ndarray.ts';

/** Tuples, lists and sets are arrays, bytes are strings of latin-1, scalars numbers. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleValue[]
  | Map<string, PickleValue>
  | NumpyName
  | NumpyDtype
  | NumpyArray
  | NdArray;

/** A name that may occur in a pickle; it stands for itself and does nothing. */
export class NumpyName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A type of elements: letter and size, such as `i8`. */
export class NumpyDtype {
  readonly type: string;
  /** what its state says of the order of bytes: `<`, `>` or `|`; undefined before */
  order: string | undefined;
  constructor(type: string) {
    this.type = type;
  }
}

/** An array of NumPy; its content comes after it may have been referred to. */
export class NumpyArray {
  content: NdArray | PickleValue[] | PickleValue | undefined;
}

/** What a value is, in a few words whatever its size. */
export function described(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'string')
    return value.length > 40 ? `a text of ${value.length} letters` : JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Map) return `a dictionary of ${value.size}`;
  if (value instanceof NumpyName) return `the name ${value.name}`;
  if (value instanceof NumpyDtype) return `the type ${value.type}`;
  if (value instanceof NumpyArray) return 'an array';
  return `an array of ${value.shape.join(' x ')}`;
}

/** The items of an array of objects as lists in lists, or the one of a scalar array; undefined where they do not fit. */
export function nested(value: PickleValue, shape: readonly number[]): PickleValue | undefined {
  if (!Array.isArray(value)) return undefined;
  const count = elements(shape);
  if (count !== value.length) return undefined;
  if (shape.length === 0) return value[0];
  let items = value;
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const size = shape[axis];
    if (size === 0) return [];
    const rows: PickleValue[] = [];
    for (let at = 0; at < items.length; at += size) rows.push(items.slice(at, at + size));
    items = rows;
  }
  return items;
}
