/** Tables in columns: typed arrays for numbers and times with a mask for what is missing, and words by number. */
import type { Encoding } from '../words/decode-text.ts';
import type { Resolution } from './dates.ts';
import type { Decimal } from './numbers.ts';
import type { UnusableRows } from './unusable.ts';

/** What a column looks like: what it is used as, its role, is decided by its reader. `empty` has no value at all. */
export type ColumnKind = 'number' | 'time' | 'category' | 'id' | 'text' | 'empty';

/** State of a cell read as a number or a time. */
export const present = 0;
/** It says that there is no value. */
export const missing = 1;
/** It says something that is no number, or no time. */
export const unreadable = 2;

/** Cells as numbers. Where `state` is not `present`, the value is 0 and no number of the data. */
export interface NumberCells {
  values: Float64Array;
  state: Uint8Array;
  /** whether all of them are whole */
  isWhole: boolean;
  /** cells that are Infinity, with the first rows */
  infinite: { count: number; rows: number[] };
}

/** Cells as milliseconds since 1970 UTC. */
export interface TimeCells {
  values: Float64Array;
  state: Uint8Array;
  /** how they are written, such as `31.12.2025` */
  format: string;
  resolution: Resolution;
  /** cells are written with several zones, and their times are those of UTC */
  isZoned?: boolean;
}

/** Cells as words: numbers into a list of them, -1 for an empty cell. */
export interface WordCells {
  codes: Int32Array;
  words: string[];
}

/** A column with all views of its cells that are to be had: a column of 0 and 1 has numbers and words. */
export interface Column {
  name: string;
  kind: ColumnKind;
  /** rows without a value */
  missing: number;
  numbers?: NumberCells;
  times?: TimeCells;
  /** absent for numbers and times of more than some thousand different values that nobody asked the words of */
  words?: WordCells;
  /** dates such as 01/02/2025 alone: the two orders that both fit; `times` is absent then */
  ambiguous?: 'day and month';
  /** the first cells that are not what the kind says */
  unreadable: { row: number; cell: string }[];
}

/** How the text of a table is written. */
export interface TableForm {
  delimiter: string;
  quote: '"' | "'" | 'none';
  decimal: Decimal;
  header: boolean;
  /** lines above it that are no rows */
  skip: number;
  encoding: Exclude<Encoding, 'auto'>;
}

/** A table, read. */
export interface Table {
  /** as its user named it, for errors */
  where: string;
  /** `csv`, `jsonl`, `parquet` */
  format: string;
  rows: number;
  columns: Column[];
  /** of each row, the line of the file that it begins in, from 1; of Parquet the number of the row */
  lines: Uint32Array;
  /** of a folder of files, the file of each row, by number, and their names; a line is one of its file */
  files?: { codes: Uint32Array; names: string[] };
  /** of JSON, names that hold arrays or objects and are no columns */
  nested?: readonly string[];
  /** what became no row: ragged lines and the like */
  unusable: UnusableRows;
  /** how it was read, in clauses for people */
  notes: string[];
}

/** What may be said of dates. */
export const dateWays = ['day-first', 'month-first', 'years', 'counted'] as const;

/** How a table is read; what is absent is found. */
export interface TableOptions {
  /** a character, or `tab`, `comma`, `semicolon`, `pipe`, `space` */
  delimiter?: string;
  /** the sign that quotes cells, or `none`: quotes are letters */
  quote?: '"' | "'" | 'none';
  decimal?: Decimal;
  /** whether the first line names the columns */
  header?: boolean;
  encoding?: Encoding;
  /** of days and months as numbers, what stands first; of a column of times that is numbers alone, whether they are years or count steps */
  dates?: (typeof dateWays)[number];
  /** the share of rows that may be unusable. @defaultValue 0.05 */
  maxBad?: number;
  /** columns of which the words are kept however many they are, by their names in any case, or their numbers from 1; or all */
  words?: readonly string[] | 'all';
  /** of JSON lines: values inside an object are columns of their own, `translation.en`. @defaultValue false */
  nested?: boolean;
}
