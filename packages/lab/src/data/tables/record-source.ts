/** What every format of tables gives its reader: the names of its columns, and rows of cells one after the other. */
import type { TableForm, TableOptions } from './types.ts';
import type { UnusableRows } from './unusable.ts';

/** Takes the cells of one row, in the order of the columns, the line that it begins in, and of a folder the file. */
export type TakeCells = (cells: readonly string[], line: number, file?: string) => void;

/** A table that is open for reading. */
export interface RecordSource {
  /** `CSV with semicolons, decimal commas, …`, for people */
  title: string;
  form?: TableForm;
  /** what numbers are written with */
  decimal: '.' | ',';
  /** names of the columns; a format whose rows name their own cells adds to it while it reads, behind the others */
  columns: string[];
  notes: string[];
  /** names that hold arrays or objects and are no columns, filled while it is read */
  nested?: ReadonlySet<string>;
  /** gives all rows, once; what becomes none goes to `unusable`. Returns how many there were, unusable ones included. */
  read(take: TakeCells, unusable: UnusableRows): Promise<number>;
}

/** A format of tables. */
export interface TableFormat {
  name: string;
  /** endings of its files, without `.gz`; the first format without one takes every file */
  endings: readonly string[];
  /** @param where the file as its user named it */
  open(file: string, where: string, options: TableOptions): Promise<RecordSource>;
}
