/** Which column of a table of series is what: said, known by its name, or found by what it holds. */
import { ConfigError, DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { columnKnown, columnSaid, nameList, whyNoColumn, wordsOf } from './pick-columns.ts';
import type { SeriesLayout, SeriesOptions } from './series-types.ts';
import { countsOf, datesOfNumbers, noDates, unreadDates } from './time-axis.ts';
import { type Column, present, type Table } from './types.ts';

/** The columns of a table by what they are for. */
export interface SeriesRoles {
  form: Exclude<SeriesLayout['form'], 'tsf'>;
  id?: Column;
  time?: Column;
  /** one of `long`; the series of `wide`; the steps of `rows` */
  targets: Column[];
  known: Column[];
  statics: Column[];
  /** names of columns that are nothing of these */
  leftOut: string[];
}

/**
 * Finds the roles of all columns.
 * @throws DataError for a column that is said and not there, and where nothing tells which column is forecast
 */
export function seriesRoles(table: Table, options: SeriesOptions): SeriesRoles {
  const said = withLayout(options);
  const pick = (option: string, names: readonly string[] = []): Column[] =>
    names.map((name) => columnSaid(table, option, name));
  const ignored = pick('--ignore', said.ignore);
  const known = pick('--known', said.known).map((column) => numeric(table, column, '--known'));
  const statics = pick('--static', said.static);
  const targets = said.target === undefined ? undefined : targetsSaid(table, said.target, said.columns);
  const taken = new Set([...ignored, ...known, ...statics, ...(targets ?? [])]);
  const free = (): Column[] =>
    table.columns.filter((column) => !taken.has(column) && column.kind !== 'empty');
  const take = (column: Column | undefined): Column | undefined => {
    if (column) taken.add(column);
    return column;
  };
  const time = take(
    said.time === undefined ? foundTime(table, free(), said) : columnSaid(table, '--time', said.time),
  );
  const clock = time?.times?.resolution === 'day' && said.id === undefined && free().find(holdsClocks);
  if (clock) {
    throw new DataError(
      `${table.where}: expected dates and hours in one column, such as 2025-12-31 13:00, found days in '${printable(time.name, 40)}' and hours in '${printable(clock.name, 40)}'; write them so, or say which column tells series apart (--id), or leave the hours out (--ignore)`,
    );
  }
  const id = take(
    said.id === undefined ? foundId(free(), time, said, table.rows) : columnSaid(table, '--id', said.id),
  );
  // A second column of dates is no series.
  const numbers = countsOf(free());
  const form = said.form === 'tsf' ? undefined : said.form;
  const roles = { id, time, known, statics };
  const leftOut = (used: readonly Column[]): string[] =>
    table.columns
      .filter((c) => ![id, time, ...known, ...statics, ...used].includes(c))
      .map(({ name }) => name);
  const isRows = form ? form === 'rows' : !time && !targets && id && numbers.length > 1 && isDistinct(id);
  if (isRows) return { form: 'rows', ...roles, targets: numbers, leftOut: leftOut(numbers) };
  if (form === 'wide' || (!form && !id && targets && targets.length > 1)) {
    const columns = targets ?? numbers;
    if (columns.length === 0) throw nothingToForecast(table, free());
    return { form: 'wide', ...roles, targets: columns, leftOut: leftOut(columns) };
  }
  const target =
    targets?.[0] ?? columnKnown(numbers, 'target') ?? (numbers.length === 1 ? numbers[0] : undefined);
  if (target) {
    if (targets && targets.length > 1)
      throw new ConfigError(`--target: expected one column beside --id, got ${targets.length}`);
    return { form: 'long', ...roles, targets: [target], leftOut: leftOut([target]) };
  }
  if (numbers.length === 0) throw nothingToForecast(table, free());
  if (id || form === 'long') {
    throw new DataError(
      `${table.where}: expected one column of values, found ${nameList(numbers.map(({ name }) => name))}; say which with --target`,
    );
  }
  return { form: 'wide', ...roles, targets: numbers, leftOut: leftOut(numbers) };
}

/** A column of numbers as it was said. Throws DataError for one that has others. */
export function numeric(table: Table, column: Column, option: string): Column {
  // A column without a value is one of missing numbers, but nothing to forecast.
  if (column.numbers && (column.kind !== 'empty' || option !== '--target')) return column;
  const name = printable(column.name, 60);
  const row = column.kind === 'empty' ? -1 : (column.words?.codes.findIndex((code) => code >= 0) ?? -1);
  const found =
    row < 0
      ? 'no value at all'
      : `'${printable(column.words!.words[column.words!.codes[row]], 40)}' in line ${table.lines[row]}`;
  throw new DataError(`${table.where}: expected numbers in '${name}' (${option}), found ${found}`);
}

// --- internal ---

/** What is said, and for the rest what another file had. */
function withLayout({ layout, ...options }: SeriesOptions): SeriesOptions & { columns?: string[] } {
  if (!layout) return options;
  const { form, id, time, target, columns, known, statics } = layout;
  const said = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { form, id, time, target: target ?? columns?.join(','), columns, known, static: statics, ...said };
}

function targetsSaid(table: Table, said: string, list: readonly string[] | undefined): Column[] {
  const names =
    list ??
    (table.columns.some(({ name }) => name === said) ? [said] : said.split(',').map((name) => name.trim()));
  return names.map((name) => numeric(table, columnSaid(table, '--target', name), '--target'));
}

/**
 * A column of dates, by its name before others. Numbers are dates where name and values say so; others are time only by a name, and where
 * they go up or a series column tells.
 */
function foundTime(table: Table, columns: readonly Column[], said: SeriesOptions): Column | undefined {
  const isTime = ({ times, ambiguous, kind }: Column): boolean =>
    (times !== undefined || ambiguous !== undefined) && kind === 'time';
  const dates = columns.filter(isTime);
  const named = columnKnown(dates, 'time') ?? dates[0];
  if (named) return named;
  const unread = said.form === 'rows' ? undefined : unreadDates(columns);
  if (unread) throw noDates(table, unread);
  const numbers = columns.filter(({ numbers: cells, kind }) => cells && kind === 'number');
  if (numbers.length < 2 && said.target === undefined) return undefined;
  const written = datesOfNumbers(numbers);
  if (written.length > 0) return columnKnown(written, 'time') ?? written[0];
  const counted = columnKnown(numbers, 'time');
  if (!counted) return undefined;
  const hasId = said.id !== undefined || columnKnown(columns, 'id') !== undefined;
  return counted.numbers!.isWhole && (hasId || isMonotone(counted)) ? counted : undefined;
}

function foundId(
  columns: readonly Column[],
  time: Column | undefined,
  said: SeriesOptions,
  rows: number,
): Column | undefined {
  const isWide = said.form === 'wide';
  if (isWide) return undefined;
  const mayName = columns.filter(({ kind, numbers }) => kind !== 'time' && (!numbers || numbers.isWhole));
  const named = columnKnown(mayName, 'id');
  const words = mayName.filter(({ kind }) => kind === 'category' || kind === 'id');
  if (said.form === 'rows' || !time) {
    const first = named ?? (words[0] === columns[0] ? words[0] : undefined);
    // A row a series, or rows of series in their order; a number of the row beside one column of values is neither.
    const others = columns.filter((column) => column !== first && column.numbers).length;
    return first && (!isDistinct(first) || others > 1) ? first : undefined;
  }
  if (named && !isDistinct(named)) return named;
  // Dates that come again belong to several series, and a single column of names says which.
  const distinctTimes = new Set(time.times?.values ?? time.numbers?.values).size;
  const repeated = words.filter(
    ({ words: cells }) => cells && cells.words.length > 1 && cells.words.length <= rows / 2,
  );
  return distinctTimes < rows && repeated.length === 1 ? repeated[0] : undefined;
}

/** Hours of a day: `13:00`, `1:00 pm`. */
const holdsClocks = ({ words }: Column): boolean =>
  words !== undefined &&
  words.words.length > 0 &&
  words.words.every((word) => /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[ap]\.?m\.?)?$/i.test(word));

const isDistinct = (column: Column): boolean => {
  const { codes, words } = wordsOf(column);
  return words.length === codes.length;
};

function isMonotone({ numbers }: Column): boolean {
  const { values, state } = numbers!;
  let up = true;
  let down = true;
  for (let row = 1; row < values.length; row++) {
    if (state[row] !== present) return false;
    up &&= values[row] > values[row - 1];
    down &&= values[row] < values[row - 1];
  }
  return values.length > 1 && (up || down);
}

function nothingToForecast(table: Table, others: readonly Column[]): DataError {
  const names =
    others.length === 0 ? 'no other column' : nameList(others.map(({ name, kind }) => `${name} (${kind})`));
  return new DataError(
    `${table.where}: expected a column of numbers to forecast (--target), found ${names}${whyNoColumn(table)}`,
  );
}
