/** Parquet as rows of cells, read by the optional packages hyparquet and hyparquet-compressors, a group of rows at a time. */

import fs from 'node:fs';
import { DataError, LetheError } from 'lethe';
import { printable } from 'lethe/internal';
import { counted } from '../../common/counted.ts';
import { systemReason } from '../../files/system-error.ts';
import { cellOf } from './json-source.ts';
import type { RecordSource, TableFormat } from './record-source.ts';

/** Columns by groups of rows. */
export const parquetFormat: TableFormat = {
  name: 'parquet',
  endings: ['.parquet', '.pq'],
  open: openParquet,
};

// --- internal ---

async function openParquet(file: string, where: string): Promise<RecordSource> {
  const { hyparquet, compressors } = await libraries(where);
  const buffer = bufferOf(file, where);
  const metadata = await hyparquet
    .parquetMetadataAsync(buffer)
    .catch((error: unknown) => damaged(where, error));
  const { children } = hyparquet.parquetSchema(metadata);
  const columns = children.filter((child) => child.children.length === 0).map(({ element }) => element.name);
  const nested = children
    .filter((child) => child.children.length > 0)
    .map(({ element }) => printable(element.name, 40));
  if (columns.length === 0)
    throw new DataError(`${where}: expected columns of numbers, times or words, found none`);
  const groups = metadata.row_groups.map((group) => Number(group.num_rows));
  const read = (rowStart: number, rowEnd: number): Promise<unknown[][]> =>
    hyparquet
      .parquetReadObjects({ file: buffer, metadata, compressors, columns, rowStart, rowEnd })
      .then((rows) => rows.map((row) => columns.map((name) => row[name])))
      .catch((error: unknown) => damaged(where, error));
  return {
    title: `Parquet, ${counted(groups.length, 'group')} of rows`,
    decimal: '.',
    columns: [...columns],
    notes: nested.slice(0, 5).map((name) => `'${name}' holds arrays or objects and is no column`),
    async read(take) {
      let row = 0;
      for (const count of groups) {
        for (let from = row; from < row + count; from += mostRows) {
          const rows = await read(from, Math.min(row + count, from + mostRows));
          for (const [i, cells] of rows.entries())
            take(
              cells.map((cell) => cellOf(cell) ?? ''),
              from + i + 1,
            );
        }
        row += count;
      }
      return row;
    },
  };
}

/** Rows in memory at a time. */
const mostRows = 100_000;

async function libraries(where: string) {
  try {
    const [hyparquet, { compressors }] = await Promise.all([
      import('hyparquet'),
      import('hyparquet-compressors'),
    ]);
    return { hyparquet, compressors };
  } catch (error) {
    throw new LetheError(
      'E_PACKAGE',
      `${where}: Parquet is read by two packages that are not installed; run npm install hyparquet@1 hyparquet-compressors@1, or save the table as CSV`,
      { cause: error },
    );
  }
}

/** A file that is read where it is asked for. */
function bufferOf(file: string, where: string) {
  try {
    const { size } = fs.statSync(file);
    return {
      byteLength: size,
      async slice(start: number, end = size): Promise<ArrayBuffer> {
        const bytes = new Uint8Array(Math.max(0, end - start));
        const handle = await fs.promises.open(file);
        try {
          await handle.read(bytes, 0, bytes.length, start);
        } finally {
          await handle.close();
        }
        return bytes.buffer;
      },
    };
  } catch (error) {
    throw new DataError(`${where}: cannot be read: ${systemReason(error)}`, { cause: error });
  }
}

function damaged(where: string, error: unknown): never {
  throw new DataError(
    `${where}: expected a Parquet file, found a damaged one: ${printable((error as Error).message, 200)}`,
    {
      cause: error,
    },
  );
}
