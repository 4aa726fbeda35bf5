/** How a delimited text is written, found out from its beginning: delimiter, quotes, decimal sign, header. */
import { ConfigError, DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { rowsOf } from '../formats/delimited.ts';
import { timeFormats } from './dates.ts';
import { isKnownName } from './names.ts';
import { commaIn, type Decimal, groupsByPoints, isMissing, parseNumber } from './numbers.ts';
import { preambleOf, titleLines, withoutLines } from './preamble.ts';
import type { TableForm, TableOptions } from './types.ts';

/** What was found: all but the encoding. */
export type FoundForm = Omit<TableForm, 'encoding'>;

/**
 * Finds out how a text is written; what the options say is not looked for.
 * @param head its beginning, whole lines where the text goes on
 * @param name of the file: `.tsv` has tabs
 * @throws ConfigError for options that are none, DataError where commas may be decimal signs or thousands alike
 */
export function findForm(where: string, head: string, name: string, options: TableOptions = {}): FoundForm {
  const above = preambleOf(head);
  const text = withoutLines(head, above.lines);
  const said = options.delimiter ?? above.delimiter;
  const delimiters = said === undefined ? candidatesFor(name) : [delimiterOf(said)];
  const quotes = quotesFor(text, options.quote, delimiters);
  let best: Candidate | undefined;
  for (const quote of quotes) {
    for (const delimiter of delimiters) {
      const candidate = judged(text, delimiter, quote);
      if (!best || isBetter(candidate, best)) best = candidate;
    }
  }
  const { delimiter, quote, width } = best!;
  const isHeader = (some: readonly string[][]): boolean => hasHeader(some, options.decimal ?? '.');
  const title =
    options.header === false ? { lines: 0, rows: 0 } : titleLines(text, best!.rows, width, isHeader);
  const rows = best!.rows.slice(title.rows);
  const decimal =
    options.decimal === undefined ? findDecimal(where, rows, delimiter) : decimalOf(options.decimal);
  const header = options.header ?? hasHeader(rows, decimal);
  return { delimiter, quote, decimal, header, skip: above.lines + title.lines };
}

/** The character behind a delimiter's name. Throws ConfigError for what can be none. */
export function delimiterOf(said: string): string {
  const named = Object.hasOwn(delimiterNames, said) ? delimiterNames[said] : said;
  if (named.length === 1 && !/["'\n\r\p{L}\p{N}.]/u.test(named)) return named;
  throw new ConfigError(
    `--delimiter: expected one character or ${Object.keys(delimiterNames).join(', ')}, got ${printable(JSON.stringify(said), 40)}`,
  );
}

/** A delimiter in a word. */
export function delimiterTitle(delimiter: string): string {
  const name = Object.keys(delimiterNames).find((one) => one !== '\\t' && delimiterNames[one] === delimiter);
  return name ? `${name}s` : `'${printable(delimiter)}'`;
}

// --- internal ---

const delimiterNames: Record<string, string> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  '\\t': '\t',
  pipe: '|',
  space: ' ',
};

const candidatesFor = (name: string): string[] =>
  /\.(tsv|tab)(\.gz)?$/i.test(name) ? ['\t', ',', ';', '|'] : [',', ';', '\t', '|'];

/** Rows that are looked at. */
const most = 300;

interface Candidate {
  delimiter: string;
  quote: TableForm['quote'];
  rows: string[][];
  /** cells of most rows, and the share of rows that have as many */
  width: number;
  agreement: number;
  /** the share of cells that are numbers, dates, or missing */
  clean: number;
  open: boolean;
}

function quotesFor(
  text: string,
  said: TableOptions['quote'],
  delimiters: readonly string[],
): TableForm['quote'][] {
  if (said === undefined) {
    if (isQuotedByApostrophes(text, delimiters)) return ["'"];
    return text.includes('"') ? ['"', 'none'] : ['"'];
  }
  if (said === '"' || said === "'" || said === 'none') return [said];
  throw new ConfigError(`--quote: expected ", ' or none, got ${printable(JSON.stringify(said), 40)}`);
}

/** Whether nearly every line has a cell that begins and ends with an apostrophe, with none in it that is not doubled. */
function isQuotedByApostrophes(text: string, delimiters: readonly string[]): boolean {
  const lines = text
    .split('\n', 60)
    .slice(1)
    .filter((line) => line.trim() !== '');
  const signs = delimiters.map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  const cell = new RegExp(`(?:^|[${signs}])'(?:[^']|'')*'(?=$|[${signs}])`);
  return lines.length > 1 && lines.filter((line) => cell.test(line)).length >= 0.9 * lines.length;
}

function decimalOf(said: string): Decimal {
  if (said === '.' || said === ',') return said;
  throw new ConfigError(`--decimal: expected . or , got ${printable(JSON.stringify(said), 40)}`);
}

function judged(text: string, delimiter: string, quote: TableForm['quote']): Candidate {
  const parsed = rowsOf(text, { delimiter, quote });
  const rows = parsed.rows.filter((row) => row.length > 1 || row[0] !== '').slice(0, most);
  const widths = new Map<number, number>();
  for (const { length } of rows) widths.set(length, (widths.get(length) ?? 0) + 1);
  const [width, count] = [...widths].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [1, 0];
  const cells = rows.slice(1, 50).flat().slice(0, 2000);
  const clean = cells.filter((cell) => isMissing(cell.trim()) || isNumber(cell) || isTime(cell)).length;
  return {
    delimiter,
    quote,
    rows,
    width,
    agreement: rows.length === 0 ? 0 : count / rows.length,
    clean: cells.length === 0 ? 0 : clean / cells.length,
    open: parsed.open,
  };
}

/** Several columns in nearly all rows first, then cells that mean something, then agreement. Of equals the first is taken. */
function isBetter(one: Candidate, other: Candidate): boolean {
  // Quotes are letters only where reading them as quotes makes rows that do not agree, or none at all.
  if (one.quote !== other.quote && one.delimiter === other.delimiter) {
    const swallows = other.open && 10 * other.rows.length < one.rows.length && one.agreement >= 0.9;
    return swallows || (one.width > 1 && one.agreement > other.agreement + 0.05);
  }
  const columns = (c: Candidate): boolean => c.width > 1 && c.agreement >= 0.5;
  if (columns(one) !== columns(other)) return columns(one);
  if (Math.abs(one.agreement - other.agreement) > 0.1) return one.agreement > other.agreement;
  // The names of columns have no decimal commas between them.
  if (isHeaded(one) !== isHeaded(other)) return isHeaded(one);
  if (Math.abs(one.clean - other.clean) > 0.02) return one.clean > other.clean;
  return one.agreement > other.agreement;
}

/** Whether the first row, which may name columns, has as many cells as most. */
const isHeaded = ({ rows, width }: Candidate): boolean => rows[0]?.length === width;

const isNumber = (cell: string): boolean =>
  Number.isFinite(parseNumber(cell, '.')) || Number.isFinite(parseNumber(cell, ','));

const isTime = (cell: string): boolean => timeFormats.some(({ parse }) => !Number.isNaN(parse(cell.trim())));

/**
 * A comma where most numbers with one can be nothing else, a point otherwise. Where every comma may as well part thousands,
 * the delimiter decides: files with semicolons come from where the comma is the decimal sign.
 */
function findDecimal(where: string, rows: readonly string[][], delimiter: string): Decimal {
  const counts = { decimal: 0, either: 0, none: 0 };
  let points = 0;
  let example = '';
  const groups = { certain: 0, either: 0, none: 0 };
  let grouped = '';
  for (const row of rows) {
    for (const cell of row) {
      const kind = commaIn(cell);
      counts[kind]++;
      if (kind === 'either') example ||= cell.trim();
      if (kind === 'none' && pointed.test(cell)) points++;
      if (!cell.includes('.') || (kind === 'none' && !isNumber(cell))) continue;
      const how = groupsByPoints(cell);
      groups[how]++;
      if (how === 'either') grouped ||= cell.trim();
    }
  }
  if (counts.decimal > 0) return counts.decimal > points ? ',' : '.';
  // 1.234.567 is no number with a decimal point, and in a file with semicolons 1.234 may be either.
  if (counts.either === 0 && groups.none === 0) {
    if (groups.certain > 0) return ',';
    if (groups.either > 1 && delimiter === ';') throw noDecimal(where, grouped);
  }
  if (counts.either === 0 || points > 0) return '.';
  if (delimiter === ';') return ',';
  throw noDecimal(where, example);
}

const noDecimal = (where: string, example: string): DataError =>
  new DataError(
    `${where}: ${printable(example, 30)} may be a fraction or thousands, and no other number tells; say which with --decimal , or --decimal .`,
  );

/** A number with a decimal point that can part no thousands. */
const pointed = /^\s*[+-]?\d*\.(?:\d{1,2}|\d{4,})\s*$/;

/** Whether the first row names columns: it differs from those below it, or has names that are known. */
function hasHeader(rows: readonly string[][], decimal: Decimal): boolean {
  const [first = [], ...below] = rows;
  const names = first.map((cell) => cell.trim());
  const filled = names.filter((name) => name !== '');
  if (filled.length < names.length - 1 || filled.length === 0) return false;
  const isValue = (cell: string): boolean =>
    Number.isFinite(parseNumber(cell, decimal)) || isTime(cell) || (isMissing(cell) && cell !== '');
  const values = filled.filter(isValue).length;
  const isDated = (cells: readonly string[]): boolean =>
    cells.slice(1).every((cell) => isTime(cell) && !isNumber(cell));
  if (names.length > 2 && isDated(names) && below.length > 0 && !isDated(below[0])) return true;
  if (values === 0 && filled.some(isKnownName)) return true;
  if (values >= filled.length - 1 && filled.length > 2)
    return isCounted(filled) && (!isCounted(below[0] ?? []) || (isYears(filled) && !below.every(isYears)));
  if (values > 0) return false;
  const columns = names.map((_, i) => below.map((row) => (row[i] ?? '').trim()));
  if (columns.some((cells) => mostly(cells, (cell) => isValue(cell)))) return true;
  const comesAgain = names.some((name, i) => columns[i].includes(name));
  if (!comesAgain && columns.some(areClasses)) return true;
  // All is text: a name is short, stands once in its row and never again in its column.
  if (
    new Set(filled).size < filled.length ||
    filled.some((name) => name.length > 40 || /[.!?]$|\s\S+\s\S+\s/.test(name))
  ) {
    return false;
  }
  return below.length > 0 && !comesAgain && names.length > 1;
}

/** Whether cells are few different words, each of which comes again: a first one that does not is their name, as a question of a survey is. */
function areClasses(cells: readonly string[]): boolean {
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return (
    cells.length >= 10 && 5 * counts.size <= cells.length && [...counts.values()].every((count) => count > 1)
  );
}

/** Whether all cells but the first are whole numbers or dates that go on by the same step: names such as 1990, 1991, 1992. */
function isCounted(cells: readonly string[]): boolean {
  const values = cells.slice(1).map((cell) => (/^\d+$/.test(cell) ? Number(cell) : firstTime(cell)));
  if (values.length < 3 || values.some(Number.isNaN)) return false;
  const day = 86_400_000;
  const steps = values.slice(1).map((value, i) => value - values[i]);
  const [least, largest] = [Math.min(...steps), Math.max(...steps)];
  // Months and years have steps of different length.
  return least > 0 && (least === largest || (least >= 28 * day && largest <= 1.15 * least));
}

/** Whether all cells but the first are numbers that years have. */
const isYears = (cells: readonly string[]): boolean =>
  cells.slice(1).every((cell) => /^\s*[12]\d{3}\s*$/.test(cell));

function firstTime(cell: string): number {
  for (const { parse } of timeFormats) {
    const time = parse(cell);
    if (!Number.isNaN(time)) return time;
  }
  return Number.NaN;
}

function mostly(cells: readonly string[], is: (cell: string) => boolean): boolean {
  const filled = cells.filter((cell) => cell !== '');
  return filled.length > 0 && filled.filter(is).length >= 0.9 * filled.length;
}
