/** A table in text: columns aligned by what is seen, numbers to the right, the same on a terminal and off it. */
import { largest } from '../common/extremes.ts';

/** How to print a table. */
export interface TableLayout {
  header?: readonly string[];
  /** one letter a column, `l` or `r`; columns without one are set right when all their cells are numbers */
  align?: string;
  /** blanks in front of every line; default 0 */
  indent?: number;
  /** applied to the header after it was padded */
  style?: (text: string) => string;
}

/** Lines of a table, without trailing blanks. */
export function table(rows: readonly (readonly string[])[], options: TableLayout = {}): string[] {
  const all = options.header ? [options.header, ...rows] : rows;
  const count = largest([0, ...all.map((row) => row.length)]);
  const widths = Array.from({ length: count }, (_, c) => largest(all.map((row) => seen(row[c] ?? ''))));
  const right = widths.map((_, c) => {
    const letter = options.align?.[c];
    return letter ? letter === 'r' : rows.length > 0 && rows.every((row) => isNumber(row[c] ?? ''));
  });
  const indent = ' '.repeat(options.indent ?? 0);
  const line = (row: readonly string[]): string =>
    indent +
    widths
      .map((width, c) => {
        const cell = row[c] ?? '';
        const blanks = ' '.repeat(width - seen(cell));
        return right[c] ? blanks + cell : cell + blanks;
      })
      .join('  ')
      .trimEnd();
  const style = options.style ?? ((text: string) => text);
  return all.map((row, i) => (options.header && i === 0 ? style(line(row)) : line(row)));
}

// --- internal ---

/** Number of characters on the screen: without colour sequences. */
function seen(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character opens a colour sequence
  return [...text.replace(/\u001b\[[0-9;]*m/g, '')].length;
}

function isNumber(text: string): boolean {
  return text === '' || text === '-' || /^[+-]?[\d,.]+( ?[%a-zA-Z/]{1,4})?$/.test(text.trim());
}
