/** Tables as files, row by row: CSV (RFC 4180) or JSON lines, whole or not there. */
import fs from 'node:fs';
import path from 'node:path';
import { ioError, temporaryName } from './atomic-write.ts';

/** A cell: lists stand with bars between their values. */
export type TableCell = string | number | boolean | null | undefined | readonly (string | number)[];

/** A table that is being written. */
export interface TableWriter {
  /** Adds a row; values by the names of the columns. Throws LetheError `E_IO`, and then nothing is left. */
  write(row: Readonly<Record<string, unknown>>): void;
  /** Gives the file its name. Throws LetheError `E_IO`. */
  finish(): void;
  /** Leaves nothing behind. */
  discard(): void;
}

/** Whether a name is that of a table which can be written: what it ends in. */
export const tableEndings = ['.csv', '.jsonl'] as const;

/**
 * Begins a table under a temporary name in the same directory; it has its own once it is finished.
 * Throws LetheError `E_IO`.
 */
export function tableWriter(file: string, columns: readonly string[]): TableWriter {
  const isJson = path.extname(file).toLowerCase() === '.jsonl';
  const temporary = temporaryName(file);
  let handle: number | undefined;
  let pending = '';
  const discard = (): void => {
    if (handle !== undefined) fs.closeSync(handle);
    handle = undefined;
    fs.rmSync(temporary, { force: true });
  };
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      discard();
      throw ioError(`cannot write ${file}`, error, 'the file is as it was before');
    }
  };
  const flush = (): void => {
    const bytes = Buffer.from(pending);
    pending = '';
    for (let done = 0; done < bytes.length; ) done += fs.writeSync(handle!, bytes, done);
  };
  guarded(() => {
    handle = fs.openSync(temporary, 'wx');
  });
  const add = (line: string): void => {
    pending += line;
    if (pending.length > 1 << 16) guarded(flush);
  };
  if (!isJson) add(csvRow(columns));
  return {
    write(row) {
      add(
        isJson
          ? `${JSON.stringify(Object.fromEntries(columns.map((name) => [name, row[name] ?? null])))}\n`
          : csvRow(columns.map((name) => row[name] as TableCell)),
      );
    },
    finish() {
      guarded(() => {
        flush();
        fs.fsyncSync(handle!);
        fs.closeSync(handle!);
        handle = undefined;
        fs.renameSync(temporary, file);
      });
    },
    discard,
  };
}

/** A line of CSV: what is not there is empty, numbers have all digits that tell them apart. */
export function csvRow(cells: readonly TableCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

// --- internal ---

function csvCell(value: TableCell): string {
  if (value === null || value === undefined) return '';
  const text = Array.isArray(value) ? value.join('|') : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
