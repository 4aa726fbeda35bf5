/** Sequences with a label: texts, or steps of numbers, and what is to be said of each. */
import type { TableOptions } from './types.ts';
import type { UnusableRows } from './unusable.ts';

/** Texts, one an example. */
export interface TextInput {
  kind: 'text';
  texts: string[];
}

/** Sequences of numeric steps. Steps of example i are starts[i] … starts[i + 1] - 1, in order of time. */
export interface StepsInput {
  kind: 'steps';
  /** names of the columns */
  columns: string[];
  /** [examples + 1] */
  starts: Uint32Array;
  /** [steps, columns]; 0, and no number of the data, where `missing` says so */
  values: Float64Array;
  /** [steps, columns]: 1 where there is no value */
  missing: Uint8Array;
  /** of each step: milliseconds since 1970 UTC, or the number that the time column has; absent: steps count from 0 */
  times?: Float64Array;
  /** what `times` are */
  timeKind?: 'calendar' | 'number';
}

/** A class an example. */
export interface ClassTarget {
  kind: 'class';
  /** in the order of the words, numbers by size */
  classes: string[];
  /** into `classes`; -1 for a label that is none of them, or is absent, which happens where a layout was given */
  codes: Int32Array;
}

/** A number an example. */
export interface RatingTarget {
  kind: 'rating';
  values: Float64Array;
  /** 1 where there is none, which happens where a layout was given; absent: everywhere is one */
  missing?: Uint8Array;
}

/** Which column is what: found or said once, stored with a run, and given again to read other files in the same way. */
export interface LabelledLayout {
  input: 'text' | 'steps';
  label: string;
  target: 'class' | 'rating';
  /** of a class target */
  classes?: string[];
  /** of texts */
  text?: string;
  /** of steps */
  id?: string;
  time?: string;
  /** of steps: a row is a whole sequence, its columns are the steps */
  rows?: boolean;
  /** of steps, the columns of numbers */
  columns?: string[];
  /** numbers that an example has once */
  static?: string[];
}

/** Labelled sequences, read. */
export interface LabelledData {
  where: string;
  /** how many */
  length: number;
  input: TextInput | StepsInput;
  /** absent where the file has no labels and needs none, for prediction */
  target?: ClassTarget | RatingTarget;
  /** what an example is called in answers: its id, else its line */
  names: string[];
  /** where each example begins: the line of its file, from 1 */
  lines: Uint32Array;
  /** examples with one number belong together: an author, a document. No two splits share one. */
  groups?: { column: string; codes: Int32Array; words: string[] };
  /** what a column of splits says of each */
  splits?: { column: string; codes: Uint8Array };
  /** when, for splits by time: milliseconds or a number, the last one of a sequence */
  when?: Float64Array;
  /** [examples, columns] of what an example has once */
  statics?: { columns: string[]; values: Float64Array; missing: Uint8Array };
  layout: LabelledLayout;
  /** where asked for: the other columns of the file, as they are written, a row an example */
  kept?: { columns: string[]; rows: string[][] };
  unusable: UnusableRows;
  /** what was found, decided, left out, in clauses for people */
  notes: string[];
}

/** How labelled sequences are read: what is absent is found. Columns by their names, or by their numbers from 1. */
export interface LabelledOptions extends TableOptions {
  text?: string;
  label?: string;
  /** what a number as label is. @defaultValue few different whole numbers are classes, others a rating */
  labelKind?: 'class' | 'rating';
  id?: string;
  time?: string;
  /** columns of numbers to use; default all that have no other role */
  columns?: readonly string[];
  static?: readonly string[];
  /** columns that are not looked at */
  ignore?: readonly string[];
  /** a column whose values are kept together in one split; `none` for no group although a column is named like one */
  group?: string;
  /** a column that says the split of each */
  splitBy?: string;
  /** of another file, so that this one is read in the same way: columns are those, labels may be absent or unknown */
  layout?: LabelledLayout;
  /** gives the cells of all columns but text, id and steps, of texts and of rows that are sequences, to be carried along */
  keep?: boolean;
}
