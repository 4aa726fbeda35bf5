/** Finds the pieces in what a NumPy, MATLAB or pickle file holds: dictionaries, lists, arrays, each in the other. */
import { NdArray } from '../../../data/formats/ndarray.ts';
import { described, NumpyArray, type PickleValue } from '../../../data/formats/pickle.ts';
import { type SplitName, splitNamed } from '../../../data/split-names.ts';

/** A piece as it stands in its file: a matrix, or a list of time steps. */
export interface RawPiece {
  /** where in the file, such as `train/3` */
  at: string;
  split?: SplitName;
  content: NdArray | PickleValue[];
}

/** What was found. */
export interface Collected {
  pieces: RawPiece[];
  /** what is no piece, with its place */
  faults: { at: string; found: string }[];
  /** entries left out because others are named after splits and they are not */
  besides: number;
}

/**
 * The pieces of a value. A dictionary with names of splits is read by these alone. A list whose items are lists or arrays of numbers
 * is a piece, any other list or array of three dimensions is many.
 * @param budget of values looked at; lists that hold themselves would never end
 */
export function collectPieces(value: PickleValue, budget: { values: number }): Collected {
  const found: Collected = { pieces: [], faults: [], besides: 0 };
  collect(value, '', undefined, 0, found, budget);
  return found;
}

/** `train`, `train_data`, `traindata`, `X_train`, `test_set`; undefined for a name of no split. */
export function splitOfKey(key: string): SplitName | undefined {
  const parts = key
    .replace(/(data|set)$/i, '')
    .split(/[^A-Za-z]+/)
    .filter((part) => part !== '');
  const named = new Set(parts.map((part) => splitNamed(part)).filter((split) => split !== undefined));
  const others = parts.filter(
    (part) =>
      !splitNamed(part) && !/^(x|data|set|rolls?|pianorolls?|seqs?|sequences|songs|pieces)$/i.test(part),
  );
  return named.size === 1 && others.length === 0 ? [...named][0] : undefined;
}

// --- internal ---

const tangled = 'lists nested too deep or held too often';
const maxDepth = 6;
/** With so many the search ends; the file is none of music. */
const maxFaults = 10_000;

function collect(
  given: PickleValue,
  at: string,
  split: SplitName | undefined,
  depth: number,
  found: Collected,
  budget: { values: number },
): void {
  const value = contentOf(given);
  const fault = (what: string): void => {
    if (found.faults.push({ at, found: what }) >= maxFaults) budget.values = -1;
  };
  if (depth > maxDepth || budget.values < 0) {
    fault(tangled);
    return;
  }
  const inside = (key: string): string => (at === '' ? key.slice(0, 60) : `${at}/${key.slice(0, 60)}`);
  if (value instanceof Map) {
    const isSplit = [...value.keys()].some((key) => splitOfKey(key) !== undefined);
    for (const [key, item] of value) {
      budget.values--;
      const own = splitOfKey(key);
      if (isSplit && own === undefined) found.besides++;
      else collect(item, inside(key), own ?? split, depth + 1, found, budget);
    }
  } else if (value instanceof NdArray) {
    const { shape, values } = value;
    budget.values -= values.length;
    if (shape.length === 2) found.pieces.push({ at, split, content: value });
    else if (shape.length === 3) {
      const size = shape[1] * shape[2];
      for (let i = 0; i < shape[0]; i++) {
        const part = (values as Float64Array | Uint8Array).subarray(i * size, (i + 1) * size);
        found.pieces.push({ at: inside(String(i)), split, content: new NdArray(shape.slice(1), part) });
      }
    } else fault(described(value));
  } else if (Array.isArray(value)) {
    if (value.length === 0) return;
    if (value.every((item) => isStep(contentOf(item), budget))) {
      if (value.some((item) => lengthOf(contentOf(item)) > 0))
        found.pieces.push({ at, split, content: value.map(contentOf) });
      return;
    }
    if (!value.every((item) => contentOf(item) instanceof Object)) {
      fault(described(value));
      return;
    }
    for (const [i, item] of value.entries()) {
      budget.values--;
      if (budget.values < 0) {
        fault(tangled);
        return;
      }
      collect(item, inside(String(i)), split, depth + 1, found, budget);
    }
  } else fault(described(value));
}

function contentOf(value: PickleValue): PickleValue {
  return value instanceof NumpyArray ? ((value.content as PickleValue | undefined) ?? null) : value;
}

const lengthOf = (value: PickleValue): number =>
  Array.isArray(value) ? value.length : value instanceof NdArray ? value.values.length : 0;

/** Whether a value is the notes, or the keys, of one time step. */
function isStep(value: PickleValue, budget: { values: number }): boolean {
  budget.values -= 1 + lengthOf(value);
  if (budget.values < 0) return false;
  if (value instanceof NdArray) return value.shape.length === 1;
  return Array.isArray(value) && value.every((note) => typeof note === 'number' || note === null);
}
