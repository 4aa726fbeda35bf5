/** Lines above a table that are none of its rows: the delimiter as Excel says it, comments, a title. */
import { printable } from 'lethe/internal';

/** What stands above a table. */
export interface Preamble {
  /** lines, blank ones included */
  lines: number;
  /** what `sep=;` says */
  delimiter?: string;
}

/** `sep=;` in the first line, then lines that are comments: a # with a space behind it, or alone. `#id,text` names columns. */
export function preambleOf(text: string): Preamble {
  const found: Preamble = { lines: 0 };
  let blank = 0;
  for (const line of firstLines(text)) {
    const said = found.lines + blank === 0 ? separator.exec(line) : null;
    if (said) found.delimiter = said[1] === '\\t' ? '\t' : said[1];
    else if (line.trim() === '') {
      blank++;
      continue;
    } else if (!comment.test(line)) break;
    found.lines += blank + 1;
    blank = 0;
  }
  return found;
}

/**
 * Lines of a title: rows of fewer cells above one that names the columns, or of as many of which at most half hold something, as Excel
 * writes them.
 * @param rows without blank ones
 * @param width cells of most rows
 * @param isHeader whether a row, followed by others, names columns
 */
export function titleLines(
  text: string,
  rows: readonly string[][],
  width: number,
  isHeader: (rows: readonly string[][]) => boolean,
): { lines: number; rows: number } {
  const none = { lines: 0, rows: 0 };
  if (width < 2) return none;
  const isTitle = (row: readonly string[]): boolean =>
    row.length < width || (row.length === width && 2 * filledCells(row) <= width);
  const count = rows.slice(0, mostLines).findIndex((row) => !isTitle(row));
  if (count < 1 || rows[count].length !== width || !isHeader(rows.slice(count))) return none;
  // Lines are counted where a row is one.
  if (rows.slice(0, count).some((row) => row.some((cell) => cell.includes('\n')))) return none;
  let left = count;
  const at = firstLines(text).findIndex((line) => line.trim() !== '' && --left < 0);
  return at < 0 ? none : { lines: at, rows: count };
}

/** What is said of lines that were passed over. */
export function preambleNote(text: string, lines: number): string[] {
  if (lines === 0) return [];
  const [first] = text.split('\n', 1);
  return [
    `${lines === 1 ? 'line 1 is' : `lines 1 to ${lines} are`} no row of the table and passed over: ${printable(first.trim(), 60)}`,
  ];
}

/** A text without its first lines. */
export function withoutLines(text: string, lines: number): string {
  let from = 0;
  for (let i = 0; i < lines; i++) {
    const end = text.indexOf('\n', from);
    if (end < 0) return '';
    from = end + 1;
  }
  return text.slice(from);
}

// --- internal ---

const mostLines = 20;
const separator = /^"?sep=(.|\\t)"?\s*$/i;
const comment = /^\s*#(?:\s|$|#)/;

const firstLines = (text: string): string[] => text.split('\n', mostLines + 1);

const filledCells = (row: readonly string[]): number => row.filter((cell) => cell.trim() !== '').length;
