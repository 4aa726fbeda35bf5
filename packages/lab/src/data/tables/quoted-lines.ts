/**
 * Rows that a quote holds together over several lines (RFC 4180 allows it): one row, or several of which one lacks a quote. Nothing but the
 * text itself tells, so what is not plainly one row is none.
 */
import type { Delimiting } from '../formats/delimited.ts';
import { type Decimal, parseNumber } from './numbers.ts';

/** How the cells of a column look, seen in rows of one line. */
export type Looks = (cell: string) => boolean | undefined;

/**
 * Why lines that a quote holds together are no row; undefined where they are one: text stands behind the quote that closes such a cell,
 * or every line looks like a row of its own, the cells around the quoted one being what their columns hold.
 * @param text the row as it is written
 * @param looks of every column: whether a cell looks like its own, undefined where all may be its own
 */
export function whyNoRow(text: string, form: Delimiting, looks: readonly Looks[]): string | undefined {
  const cell = cellOverLines(text, form);
  if (!cell) return undefined;
  if (cell.isFollowed) return 'text stands behind the quote that closes a cell of several lines';
  const lines = text.trimEnd().split('\n');
  const before = looks.slice(0, cell.column);
  const behind = looks.slice(cell.column + 1);
  const isRow = (line: string): boolean => {
    const cells = line.split(form.delimiter).map((text) => unquoted(text, form.quote));
    if (cells.length < looks.length) return false;
    const asked = [
      ...before.map((look, i) => look(cells[i])),
      ...behind.map((look, i) => look(cells[cells.length - behind.length + i])),
    ].filter((answer) => answer !== undefined);
    return asked.length > 0 && asked.every(Boolean);
  };
  return lines.every(isRow) ? 'every line inside of the quotes looks like a row' : undefined;
}

/** What columns hold: numbers alone, or words that come again; other texts tell nothing. */
export function looksOf(rows: readonly (readonly string[])[], width: number, decimal: Decimal): Looks[] {
  return Array.from({ length: width }, (_, at) => {
    const cells = rows.map((row) => row[at] ?? '').filter((cell) => cell.trim() !== '');
    const isNumber = (cell: string): boolean => Number.isFinite(parseNumber(cell, decimal));
    // Prose has a space behind its commas, tables seldom.
    const spaced = cells[0]?.startsWith(' ') ?? false;
    if (cells.length > 0 && cells.every(isNumber))
      return (cell) => cell.startsWith(' ') === spaced && isNumber(cell);
    const words = new Set(cells);
    return words.size <= cells.length / 2 ? (cell) => words.has(cell) : () => undefined;
  });
}

// --- internal ---

const unquoted = (text: string, quote: string): string =>
  text.length > 1 && text.startsWith(quote) && text.endsWith(quote) ? text.slice(1, -1) : text;

/** The first quoted cell with a line end inside, and whether anything but the next cell or row follows it. */
function cellOverLines(
  text: string,
  { delimiter, quote }: Delimiting,
): { column: number; isFollowed: boolean } | undefined {
  let at = 0;
  for (let column = 0; ; column++) {
    if (text[at] === quote) {
      const from = at;
      at = endOfQuoted(text, quote, at);
      if (text.slice(from, at).includes('\n'))
        return { column, isFollowed: at < text.length && text[at] !== delimiter && text[at] !== '\n' };
    }
    const next = text.indexOf(delimiter, at);
    if (next < 0) return undefined;
    at = next + 1;
  }
}

/** Behind the quote that closes the one at `at`; two of them are a letter. */
function endOfQuoted(text: string, quote: string, at: number): number {
  for (let end = text.indexOf(quote, at + 1); end >= 0; end = text.indexOf(quote, end + 2))
    if (text[end + 1] !== quote) return end + 1;
  return text.length;
}
