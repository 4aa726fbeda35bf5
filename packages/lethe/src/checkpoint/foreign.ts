/** What the arrays of another library are here: layers with their parameters, and where each array went. */
import type { CellName } from '../nn/cells/cell.ts';
import type { StoredTensor } from './stored.ts';

/** A recurrent layer that was found, before it has its place in a stack. */
export interface FoundLayer {
  /** as errors name it: the name of its recurrent weights in the file */
  name: string;
  cell: CellName;
  /** which layer of the stack, in the order of the file */
  index: number;
  isReverse: boolean;
  /** of a GRU, where the file says so */
  resetAfter?: boolean;
  /** by the names of `RecurrentParameters` */
  parameters: Record<string, StoredTensor>;
  /** the names of its arrays in the file, by parameter */
  from: Record<string, readonly string[]>;
}

/** Everything that was found. */
export interface FoundArrays {
  layers: FoundLayer[];
  /** tables of words, [words, features] */
  tables: FoundMap[];
  /** linear maps, weight [input, output] */
  maps: FoundMap[];
  /** what has no place in such a model, with the reason */
  leftOut: LeftOut[];
}

/** A table or a linear map. */
export interface FoundMap {
  name: string;
  weight: StoredTensor;
  bias?: StoredTensor;
  biasName?: string;
}

/** An array that was not taken. */
export interface LeftOut {
  name: string;
  shape: readonly number[];
  reason: string;
}

/** Names in the order of people: numbers in them as numbers, `lstm_2` in front of `lstm_10`. */
export function naturally(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.split(/(\d+)/));
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order =
      i % 2 === 1 ? Number(left[i]) - Number(right[i]) : left[i] < right[i] ? -1 : +(left[i] > right[i]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
