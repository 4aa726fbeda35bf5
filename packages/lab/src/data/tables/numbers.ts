/** Numbers as people write them, and the words for a missing one. */

/** What stands between a number and its fraction. */
export type Decimal = '.' | ',';

/**
 * The number that a cell holds; NaN where it holds none. Thousands may be grouped, by the sign that is not the decimal one, a
 * space or an apostrophe: `1,234.5`, `1.234,5`, `1 234,5`. Infinity, written out or too large for a double, is itself.
 */
export function parseNumber(cell: string, decimal: Decimal): number {
  if (decimal === '.' && plainPoint.test(cell)) return Number(cell);
  if (decimal === ',' && plainComma.test(cell)) return Number(cell.replace(',', '.'));
  const text = cell.trim().replace(/^\u2212/, '-');
  if (infinite.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const match = grouped[decimal].exec(text);
  if (match)
    return Number(
      `${text.slice(0, match[1].length).replace(/[^\d+-]/g, '')}${(match[2] ?? '').replace(',', '.')}`,
    );
  if (text !== cell) return parseNumber(text, decimal);
  return Number.NaN;
}

/** Whether a cell says that its value is missing: empty, `NA`, `NaN`, `null`, `?` and the like. */
export function isMissing(cell: string): boolean {
  return cell === '' || (cell.length <= 6 && missingWord.test(cell));
}

/** A number with a comma: `decimal` where the comma can be no sign of thousands, `either` where it can. */
export function commaIn(cell: string): 'decimal' | 'either' | 'none' {
  const text = cell.trim();
  if (!text.includes(',') || !Number.isFinite(parseNumber(text, ','))) return 'none';
  return Number.isFinite(parseNumber(text, '.')) ? 'either' : 'decimal';
}

/** A number with a point: `certain` where points can part nothing but thousands (1.234.567), `either` for 1.234, `none` for others. */
export function groupsByPoints(cell: string): 'certain' | 'either' | 'none' {
  const text = cell.trim();
  if (!text.includes('.') || text.includes(',') || !grouped[','].test(text)) return 'none';
  return plainPoint.test(text) ? 'either' : 'certain';
}

// --- internal ---

const plainPoint = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const plainComma = /^[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$/;
const infinite = /^[+-]?(?:inf|infinity|∞)$/i;
const grouped = {
  '.': /^([+-]?[1-9]\d{0,2}(?:(?:,\d{3})+|(?:[\u00a0\u202f ']\d{3})+))(\.\d*)?$/,
  ',': /^([+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:[\u00a0\u202f ']\d{3})+))(,\d*)?$/,
};
const missingWord = /^\s*(?:|n\/?a|#n\/?a|nan|-nan|null|none|nil|\?|-|--|\.|\\n|<na>|missing)\s*$/i;
