/** JSON lines as rows of cells: a column for every name that occurs. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { parseJsonLine } from '../formats/json-lines.ts';
import { findEncoding, numberedLines, textPieces } from '../formats/text-pieces.ts';
import type { RecordSource, TableFormat, TakeCells } from './record-source.ts';
import type { TableOptions } from './types.ts';
import type { UnusableRows } from './unusable.ts';

/** An object a line. */
export const jsonLinesFormat: TableFormat = {
  name: 'jsonl',
  endings: ['.jsonl', '.ndjson', '.json'],
  open: openJsonLines,
};

/** A value as the cell of a table; undefined for what is none, an object or array. */
export function cellOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  return typeof value === 'object' || typeof value === 'function' ? undefined : String(value);
}

// --- internal ---

/** Names and values of an object; of objects in it, where they are opened, under both names. */
function entriesOf(object: object, opensObjects: boolean): [string, unknown][] {
  const entries = Object.entries(object);
  if (!opensObjects) return entries;
  return entries.flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, one])
      : [[name, value]],
  );
}

async function openJsonLines(file: string, where: string, options: TableOptions): Promise<RecordSource> {
  const said = options.encoding ?? 'auto';
  const { encoding, note } = said === 'auto' ? await findEncoding(file) : { encoding: said, note: undefined };
  const columns: string[] = [];
  const notes = note ? [note] : [];
  const nested = new Set<string>();
  return {
    title: 'an object a line',
    decimal: '.',
    columns,
    notes,
    nested,
    read: (take, unusable) =>
      readObjects(file, where, encoding, { columns, nested, notes }, take, unusable, options.nested === true),
  };
}

async function readObjects(
  file: string,
  where: string,
  encoding: NonNullable<TableOptions['encoding']>,
  { columns, nested, notes }: { columns: string[]; nested: Set<string>; notes: string[] },
  take: TakeCells,
  unusable: UnusableRows,
  opensObjects: boolean,
): Promise<number> {
  const places = new Map<string, number>();
  let rows = 0;
  for await (const [line, number] of numberedLines(textPieces(file, encoding))) {
    if (line.trim() === '') continue;
    if (rows === 0 && line.trim().startsWith('[')) {
      throw new DataError(
        `${where}: expected an object a line, found a JSON array; write its objects in a line each (jq -c '.[]' FILE > FILE.jsonl)`,
      );
    }
    rows++;
    const parsed = parseJsonLine(line);
    if ('fault' in parsed) {
      unusable.add(parsed.fault, number);
      continue;
    }
    const cells = new Array<string>(columns.length).fill('');
    for (const [name, value] of entriesOf(parsed.object, opensObjects)) {
      const cell = cellOf(value);
      if (cell === undefined) {
        nested.add(name);
        continue;
      }
      let place = places.get(name);
      if (place === undefined) {
        place = columns.length;
        if (place >= mostColumns) {
          throw new DataError(
            `${where}: line ${number}: expected at most ${mostColumns} different names in its objects`,
          );
        }
        places.set(name, place);
        columns.push(name);
      }
      cells[place] = cell;
    }
    take(cells, number);
  }
  for (const name of [...nested].slice(0, 5)) {
    notes.push(`'${printable(name, 40)}' holds arrays or objects and is no column`);
  }
  return rows;
}

/** A file that uses values as names would make a column of each. */
const mostColumns = 20_000;
