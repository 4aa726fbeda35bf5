/** Columns by their names: those that somebody said, and those that are known for a role. */
import { DataError } from 'lethe';
import { nearestWord, printable } from 'lethe/internal';
import { timeText } from './dates.ts';
import { type KnownRole, knownAs } from './names.ts';
import { type Column, present, type Table, type WordCells } from './types.ts';
import { lineList } from './unusable.ts';

/**
 * The column that is said: by its name, its name in another case, or its number from 1.
 * @param option that said it: `--label`
 * @throws DataError with the nearest name and the names there are
 */
export function columnSaid(
  table: Pick<Table, 'where' | 'columns' | 'nested' | 'format'>,
  option: string,
  said: string,
): Column {
  const { where, columns } = table;
  const lower = said.trim().toLowerCase();
  const found =
    columns.find(({ name }) => name === said) ??
    columns.find(({ name }) => name.toLowerCase() === lower) ??
    (/^\d{1,6}$/.test(lower) ? columns[+lower - 1] : undefined);
  if (found) return found;
  const names = columns.map(({ name }) => name);
  const nearest = nearestWord(said, names);
  const guess = nearest === undefined ? '' : `; did you mean '${printable(nearest, 60)}'?`;
  throw new DataError(
    `${where}: expected a column named '${printable(said, 60)}' (${option}), found ${nameList(names)}${guess}${whyNoColumn(table)}`,
  );
}

/** The column with the most certain name for a role, of those that are left. */
export function columnKnown(columns: readonly Column[], role: KnownRole): Column | undefined {
  let best: Column | undefined;
  for (const column of columns) {
    const rank = knownAs(role, column.name);
    if (rank === undefined || column.kind === 'empty') continue;
    if (!best || rank < knownAs(role, best.name)!) best = column;
  }
  return best;
}

/** `a, b, c`, of more than eight the first. */
export function nameList(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => printable(name, 40));
  return `${shown.join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`;
}

/** Why a column that is looked for may not be among those of a table: a clause for the end of an error, or nothing. */
export function whyNoColumn({
  nested,
  columns,
  format,
}: Pick<Table, 'nested' | 'columns' | 'format'>): string {
  if (nested) {
    return `; ${nameList(nested.map((name) => `'${name}'`))} ${nested.length > 1 ? 'hold' : 'holds'} arrays or objects, which are no columns: write texts and numbers under names of their own`;
  }
  const empty = columns.filter(({ kind }) => kind === 'empty').map(({ name }) => `'${name}'`);
  if (empty.length > 0)
    return `; ${nameList(empty)} ${empty.length > 1 ? 'have' : 'has'} no value in any row`;
  return format === 'csv' && columns.length === 1
    ? '; if its lines have several cells, say what parts them with --delimiter'
    : '';
}

/** The words of a column; of numbers and times that had too many words to keep, as they are written for people. */
export function wordsOf(column: Column): WordCells {
  const { words, numbers, times } = column;
  if (words) return words;
  const cells = (numbers ?? times)!;
  const known = new Map<number, number>();
  const list: string[] = [];
  const codes = Int32Array.from(cells.values, (value, row) => {
    if (cells.state[row] !== present) return -1;
    const code = known.get(value);
    if (code !== undefined) return code;
    known.set(value, list.length);
    list.push(numbers ? String(value) : timeText(value));
    return list.length - 1;
  });
  return { codes, words: list };
}

/**
 * Refuses a column of numbers that holds Infinity.
 * @throws DataError with the lines
 */
export function checkFinite(table: Table, column: Column): void {
  const infinite = column.numbers?.infinite;
  if (!infinite || infinite.count === 0) return;
  const lines = infinite.rows.map((row) => table.lines[row]);
  throw new DataError(
    `${table.where}: '${printable(column.name, 60)}' is infinite in ${lineList(lines, infinite.count)}; write a number, or nothing where there is none`,
  );
}

/** Why a cell of a column of numbers or times cannot be used. */
export function unreadableCell(column: Column, row: number, wanted: string): string {
  const known = column.unreadable.find((one) => one.row === row);
  const example = known ?? column.unreadable[0];
  const cell = known
    ? `'${printable(known.cell, 40)}'`
    : `text such as '${printable(example?.cell ?? '', 40)}'`;
  return `expected ${wanted} in '${printable(column.name, 40)}', found ${cell}`;
}
