/** A figure or a table of a paper that the lab can make anew. */
import type { DataTable } from '../../pictures/data-table.ts';
import type { ReproduceContext } from './trainings.ts';

/** A picture, written as SVG and PNG. */
export interface ReproducedFigure {
  /** of the files, without an ending */
  name: string;
  svg: string;
  /** the numbers in it, written as CSV */
  data?: DataTable;
}

/** A table in text. */
export interface ReproducedTable {
  title: string;
  header: readonly string[];
  rows: readonly (readonly string[])[];
  /** one letter a column, `l` or `r` */
  align: string;
  /** the same with machine names and every digit, written as CSV. @defaultValue the rows as they are shown */
  exact?: DataTable;
}

/** What came out. */
export interface Reproduced {
  /** what is to be seen, and how it was computed */
  caption: string;
  figures?: readonly ReproducedFigure[];
  tables?: readonly ReproducedTable[];
  /** the numbers, for machines */
  data: unknown;
}

/** One entry of the registry: one file of this folder. */
export interface Reproduction {
  /** e.g. `bayer2013` */
  paper: string;
  kind: 'figure' | 'table';
  /** the number in the paper, or a word for what the paper does not have */
  number: string;
  title: string;
  /** Computes it; undefined when the signal stopped the work. */
  make(context: ReproduceContext): Promise<Reproduced | undefined>;
}
