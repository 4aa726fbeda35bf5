/** Numbers for other programs: tables with machine names and every digit, as CSV (RFC 4180). */
import { csvRow } from '../files/table-writer.ts';

export type Cell = string | number | null | undefined;

export interface DataTable {
  header: readonly string[];
  rows: readonly (readonly Cell[])[];
}

/** The table as text. What is not there is empty; numbers have all digits that tell them apart. */
export function csvOf({ header, rows }: DataTable): string {
  return [header, ...rows].map(csvRow).join('');
}

/** Rows of named values as a table with a column for every name, in the order in which the names appear. */
export function tableOf(records: readonly Readonly<Record<string, Cell>>[]): DataTable {
  const header = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return { header, rows: records.map((record) => header.map((name) => record[name])) };
}
