/** The formats of tables, one line each; the first takes files that none has the ending of. */
import { delimitedFormat } from './delimited-source.ts';
import { jsonLinesFormat } from './json-source.ts';
import { parquetFormat } from './parquet-source.ts';
import type { TableFormat } from './record-source.ts';

export const tableFormats: readonly TableFormat[] = [delimitedFormat, jsonLinesFormat, parquetFormat];

/** The format of a file by its name, `.gz` or not. */
export function tableFormat(file: string): TableFormat {
  return named(file) ?? tableFormats[0];
}

/** Whether the name of a file is one of a table. */
export function isTableName(file: string): boolean {
  return named(file) !== undefined;
}

// --- internal ---

function named(file: string): TableFormat | undefined {
  const plain = file.toLowerCase().replace(/\.gz$/, '');
  return tableFormats.find(({ endings }) => endings.some((ending) => plain.endsWith(ending)));
}
