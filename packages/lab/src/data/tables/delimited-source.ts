/** CSV, TSV and other delimited text as rows of cells. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { counted } from '../../common/counted.ts';
import { readDelimited } from '../formats/delimited.ts';
import { findEncoding, textPieces } from '../formats/text-pieces.ts';
import { encodingTitle } from '../words/decode-text.ts';
import { delimiterTitle, findForm } from './find-form.ts';
import { preambleNote } from './preamble.ts';
import { type Looks, looksOf, whyNoRow } from './quoted-lines.ts';
import type { RecordSource, TableFormat, TakeCells } from './record-source.ts';
import type { TableForm, TableOptions } from './types.ts';
import { lineList, type UnusableRows } from './unusable.ts';

/** Text whose lines are rows. */
export const delimitedFormat: TableFormat = {
  name: 'csv',
  endings: ['.csv', '.tsv', '.tab', '.txt', '.data', '.dat', '.psv'],
  open: openDelimited,
};

// --- internal ---

const headLength = 1 << 16;

async function openDelimited(file: string, where: string, options: TableOptions): Promise<RecordSource> {
  const said = options.encoding ?? 'auto';
  const { encoding, note } = said === 'auto' ? await findEncoding(file) : { encoding: said, note: undefined };
  const head = await headOf(file, encoding);
  if (head.trim() === '') throw new DataError(`${where}: expected a table, found an empty file`);
  const form: TableForm = { ...findForm(where, head, file, options), encoding };
  const { columns, notes, rows } = await firstRow(file, where, form);
  const looks = looksOf(rows, columns.length, form.decimal);
  const all = [...(note ? [note] : []), ...preambleNote(head, form.skip), ...notes];
  return {
    title: titleOf(form, columns.length),
    form,
    decimal: form.decimal,
    columns,
    notes: all,
    read: (take, unusable) =>
      readRows(file, where, form, looks, take, unusable, (line) => void all.push(line)),
  };
}

/** The first lines of a text; whole ones where it goes on, unless the first is longer than all that is looked at. */
async function headOf(file: string, encoding: TableForm['encoding']): Promise<string> {
  let text = '';
  for await (const piece of textPieces(file, encoding)) {
    text += piece;
    // Rows of a thousand cells and more: some of them have to be there.
    const lines = text.length < headLength ? 0 : text.split('\n', 21).length;
    if (lines > 20 || text.length > 64 * headLength) {
      const end = text.lastIndexOf('\n', Math.max(headLength, nthNewline(text, 20)));
      return end > 0 ? text.slice(0, end + 1) : text;
    }
  }
  return text;
}

function nthNewline(text: string, count: number): number {
  let at = -1;
  for (let i = 0; i < count; i++) at = text.indexOf('\n', at + 1);
  return at;
}

/** Rows that tell whether rows have names. */
const looked = 50;

class Enough extends Error {}

/** Names of columns, of the header or by number, and rows of one line that show how their cells look. */
async function firstRow(
  file: string,
  where: string,
  form: TableForm,
): Promise<{ columns: string[]; notes: string[]; rows: string[][] }> {
  let header: string[] | undefined;
  const first: string[][] = [];
  const rows: string[][] = [];
  try {
    await readDelimited(where, textPieces(file, form.encoding), form, (cells, line, lastLine) => {
      if (line <= form.skip || (cells.length === 1 && cells[0] === '')) return;
      if (form.header && !header) {
        header = cells;
        return;
      }
      if (line === lastLine) rows.push(cells);
      if (first.push(cells) === looked) throw new Enough();
    });
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  const width = first[0]?.length ?? 0;
  if (!header)
    return { columns: Array.from({ length: width }, (_, i) => `column ${i + 1}`), notes: [], rows };
  if (width === 0) throw new DataError(`${where}: expected rows below the header, found none`);
  const notes: string[] = [];
  const names = header.map((name) => name.trim());
  // As R writes tables: the names of the rows have no name.
  if (names.length === width - 1 && areNamesOfRows(first, width)) {
    names.unshift('row');
    notes.push(
      `the header has ${counted(names.length - 1, 'name')} for ${counted(width, 'cell')}: the first is taken for the name of the row, as R writes it`,
    );
  }
  // A delimiter that ends every line makes a column of nothing.
  const seen = new Map<string, number>();
  const columns = names.map((name, i) => {
    const plain = name === '' ? `column ${i + 1}` : name;
    const count = (seen.get(plain) ?? 0) + 1;
    seen.set(plain, count);
    if (count === 1) return plain;
    notes.push(
      `a second column is named '${printable(plain, 40)}' and is called '${printable(plain, 40)} (${count})'`,
    );
    return `${plain} (${count})`;
  });
  return { columns, notes: notes.slice(0, 3), rows };
}

/** Rows whose first cells, and no last one, are left over: names are different, and a delimiter at the end is no cell. */
function areNamesOfRows(rows: readonly string[][], width: number): boolean {
  const full = rows.filter((cells) => cells.length === width);
  const names = new Set(full.map(([name]) => name.trim()));
  const hasLast = full.some((cells) => cells[width - 1].trim() !== '');
  return full.length === rows.length && names.size === full.length && !names.has('') && hasLast;
}

async function readRows(
  file: string,
  where: string,
  form: TableForm,
  looks: readonly Looks[],
  take: TakeCells,
  unusable: UnusableRows,
  say: (note: string) => void,
): Promise<number> {
  const width = looks.length;
  let isHeader = form.header;
  let rows = 0;
  const overLines: number[] = [];
  // Rows without a value, of a single column empty lines, are missing values unless nothing follows.
  const empty: number[] = [];
  await readDelimited(where, textPieces(file, form.encoding), form, (cells, line, lastLine, text) => {
    if (line <= form.skip) return;
    if (cells.length === 1 && cells[0].trim() === '') {
      if (width === 1 && !isHeader && rows > 0) empty.push(line);
      return;
    }
    const why = text === undefined ? undefined : whyNoRow(text, form, looks);
    if (isHeader) {
      isHeader = false;
      if (why === undefined) return;
      throw new DataError(
        `${where}: the header in line ${line} runs over ${lastLine - line + 1} lines, and ${why}; mend it, or read quotes as letters (--quote none)`,
      );
    }
    if (cells.length === width && cells.every((cell) => cell.trim() === '')) {
      empty.push(line);
      return;
    }
    for (const missing of empty) take(width === 1 ? [''] : Array<string>(width).fill(''), missing);
    rows += empty.length;
    empty.length = 0;
    // Empty cells behind the last column are no values.
    while (cells.length > width && cells[cells.length - 1].trim() === '') cells.pop();
    const lines = lastLine - line + 1;
    if (cells.length === width && why === undefined) {
      rows++;
      if (lines > 1) overLines.push(line);
      take(cells, line);
      return;
    }
    rows += lines;
    const over = lines > 1 ? `; a quote runs over ${lines} lines (--quote none reads quotes as letters)` : '';
    unusable.add(`${why ?? `expected ${counted(width, 'cell')}, found ${cells.length}`}${over}`, line, lines);
  });
  if (width > 1 && empty.length > 0)
    say(`${counted(empty.length, 'row')} without any value at the end passed over (${lineList(empty)})`);
  if (overLines.length > 0)
    say(
      `${counted(overLines.length, 'row')} with quoted line ends (${lineList(overLines)}); where each line is a row, --quote none`,
    );
  return rows;
}

function titleOf({ delimiter, quote, decimal, header, encoding }: TableForm, width: number): string {
  const parts = [
    width === 1 ? 'a cell a line (--delimiter)' : `${delimiterTitle(delimiter)} between cells (--delimiter)`,
    ...(quote === '"'
      ? []
      : [quote === 'none' ? 'quotes are letters (--quote)' : `cells quoted by ${quote} (--quote)`]),
    ...(decimal === ',' ? ['decimal commas (--decimal)'] : []),
    header ? 'a header (--no-header)' : 'no header (--header)',
    encodingTitle(encoding),
  ];
  return parts.join(', ');
}
