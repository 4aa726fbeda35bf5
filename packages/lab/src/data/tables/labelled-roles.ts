/** Which column of a labelled table is what: said, known by its name, or found by what it holds. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import type { LabelledLayout, LabelledOptions } from './labelled-types.ts';
import { knownAs } from './names.ts';
import { columnKnown, columnSaid, nameList, whyNoColumn, wordsOf } from './pick-columns.ts';
import { numeric } from './series-roles.ts';
import { exampleSplitNamed } from './splits.ts';
import { countsOf, datesOfNumbers, noDates, unreadDates } from './time-axis.ts';
import type { Column, Table } from './types.ts';

/** The columns of a table by what they are for. */
export interface LabelledRoles {
  input: LabelledLayout['input'];
  /** absent where another file had it, and this one needs none */
  label?: Column;
  text?: Column;
  id?: Column;
  time?: Column;
  /** of steps: numbers that change from step to step */
  columns: Column[];
  /** a row is a whole sequence, `columns` are its steps */
  isRows: boolean;
  statics: Column[];
  group?: Column;
  split?: Column;
  leftOut: string[];
}

/**
 * Finds the roles of all columns.
 * @throws DataError for a column that is said, or was in another file, and is not there, and where nothing tells
 */
export function labelledRoles(table: Table, options: LabelledOptions): LabelledRoles {
  const { layout } = options;
  const said = { ...fromLayout(layout), ...defined(options) };
  const taken = new Set<Column>();
  const take = (column: Column | undefined): Column | undefined => {
    if (column) taken.add(column);
    return column;
  };
  const named = (option: string, name: string | undefined): Column | undefined =>
    name === undefined ? undefined : take(columnSaid(table, option, name));
  const free = (): Column[] =>
    table.columns.filter((column) => !taken.has(column) && column.kind !== 'empty');
  for (const name of said.ignore ?? []) named('--ignore', name);
  const statics = (said.static ?? []).map((name) => numeric(table, named('--static', name)!, '--static'));
  const split = named('--split-by', said.splitBy) ?? (layout ? undefined : take(foundSplit(free())));
  const saidGroup = said.group === 'none' ? undefined : named('--group', said.group);
  const text = named('--text', said.text);
  const id = named('--id', said.id);
  const time = named('--time', said.time);
  const columns = (said.columns ?? []).map((name) => numeric(table, named('--columns', name)!, '--columns'));
  let label = labelColumn(table, said.label, layout);
  take(label);
  const isText =
    said.input === 'text' || text !== undefined || (said.input === undefined && !id && columns.length === 0);
  const group = (): Column | undefined =>
    saidGroup ?? (said.group === undefined && !layout ? take(foundGroup(free(), table.rows)) : undefined);
  const rest = (): string[] =>
    free()
      .filter((column) => !columns.includes(column))
      .map(({ name }) => name);
  const common = { statics, ...(split && { split }) };
  if (isText) {
    const chosen = text ?? take(foundText(table, free()));
    if (chosen) {
      label ??= layout ? undefined : take(foundLabel(table, free(), chosen));
      const when =
        time ?? take(free().find(({ times, kind }) => times && kind === 'time') ?? datesOfNumbers(free())[0]);
      return textRoles({ ...common, text: chosen, label, time: when, group: group(), id, leftOut: rest() });
    }
  }
  label ??= layout ? undefined : take(foundLabel(table, free()));
  const sequence = id ?? (said.rows ? undefined : take(columnKnown(free().filter(repeats), 'id')));
  const clock = time ?? (sequence ? take(foundClock(table, free())) : undefined);
  const groups = group();
  if (columns.length === 0) columns.push(...countsOf(free()));
  const isRows = !sequence && columns.length >= fewestSteps;
  if (columns.length === 0 || (!sequence && !isRows)) throw nothingToRead(table, columns);
  return {
    input: 'steps',
    ...common,
    label,
    ...(sequence && { id: sequence }),
    ...(clock && { time: clock }),
    columns,
    isRows,
    ...(groups && { group: groups }),
    leftOut: rest(),
  };
}

// --- internal ---

/** A row is taken for a sequence from so many columns of numbers on. */
const fewestSteps = 12;

function fromLayout(
  layout: LabelledLayout | undefined,
): LabelledOptions & { input?: LabelledLayout['input']; rows?: boolean } {
  if (!layout) return {};
  const { input, text, id, time, columns, static: statics, rows } = layout;
  return defined({ input, text, id, time, columns, static: statics, rows });
}

const defined = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;

/** The label that is said, or that another file had: then it may be absent. */
function labelColumn(
  table: Table,
  said: string | undefined,
  layout: LabelledLayout | undefined,
): Column | undefined {
  if (said !== undefined) return columnSaid(table, '--label', said);
  if (!layout) return undefined;
  const labels = table.columns.filter(({ kind }) => kind !== 'empty');
  const lower = layout.label.toLowerCase();
  return (
    labels.find(({ name }) => name === layout.label) ??
    labels.find(({ name }) => name.toLowerCase() === lower)
  );
}

function textRoles(roles: {
  text: Column;
  label?: Column;
  time?: Column;
  group?: Column;
  id?: Column;
  statics: Column[];
  split?: Column;
  leftOut: string[];
}): LabelledRoles {
  return { input: 'text', columns: [], isRows: false, ...defined(roles) };
}

const isWords = ({ kind }: Column): boolean => kind === 'text' || kind === 'category' || kind === 'id';

/** A column with the name of texts, or the only one that holds some. */
function foundText(table: Table, columns: readonly Column[]): Column | undefined {
  const named = columnKnown(columns.filter(isWords), 'text');
  if (named) return named;
  const texts = columns.filter(({ kind }) => kind === 'text');
  if (texts.length < 2) {
    // Short texts look like names: of two columns without a header, the one with more different words.
    return (
      texts[0] ??
      (columns.some(({ kind }) => kind === 'number') ? undefined : mostWords(columns.filter(isWords)))
    );
  }
  throw new DataError(
    `${table.where}: expected one column of texts, found ${nameList(texts.map(({ name }) => name))}; say which with --text`,
  );
}

function mostWords(columns: readonly Column[]): Column | undefined {
  if (columns.length !== 2) return undefined;
  const [a, b] = columns.map((column) => wordsOf(column).words.length);
  return a === b ? undefined : columns[a > b ? 0 : 1];
}

/** A column with the name of labels, or the only one that can be one. */
function foundLabel(table: Table, columns: readonly Column[], text?: Column): Column {
  const dates = datesOfNumbers(columns);
  const possible = columns.filter(
    (column) => column.kind !== 'time' && column.kind !== 'empty' && !dates.includes(column),
  );
  const named = columnKnown(possible, 'label');
  if (named) return named;
  const classes = possible.filter(
    ({ name, kind, numbers }) =>
      kind === 'category' || (text && numbers && knownAs('id', name) === undefined),
  );
  if (classes.length === 1) return classes[0];
  const found = possible.length === 0 ? 'no other column' : nameList(possible.map(({ name }) => name));
  throw new DataError(
    `${table.where}: expected a column of labels, found ${found}; say which with --label${whyNoColumn(table)}`,
  );
}

const repeats = (column: Column): boolean =>
  column.kind !== 'time' &&
  (column.numbers?.isWhole ?? true) &&
  wordsOf(column).words.length < wordsOf(column).codes.length;

function foundClock(table: Table, columns: readonly Column[]): Column | undefined {
  const dates = columns.filter(({ kind }) => kind === 'time');
  const found =
    columnKnown(dates, 'time') ??
    dates[0] ??
    columnKnown(
      columns.filter(({ numbers }) => numbers),
      'time',
    ) ??
    datesOfNumbers(columns)[0];
  const unread = found ? undefined : unreadDates(columns);
  if (unread) throw noDates(table, unread);
  return found;
}

/** A column named after splits with a word that is one; rows with other words are unusable, so that no test row is trained on unseen. */
function foundSplit(columns: readonly Column[]): Column | undefined {
  const column = columnKnown(columns.filter(isWords), 'split');
  return column?.words?.words.some((word) => exampleSplitNamed(word) !== undefined) ? column : undefined;
}

/** A column named after groups whose values come again. */
function foundGroup(columns: readonly Column[], rows: number): Column | undefined {
  const column = columnKnown(
    columns.filter(({ kind }) => kind !== 'time'),
    'group',
  );
  const count = column ? wordsOf(column).words.length : 0;
  return count > 1 && count < rows ? column : undefined;
}

function nothingToRead(table: Table, numbers: readonly Column[]): DataError {
  const names = nameList(table.columns.map(({ name, kind }) => `${name} (${kind})`));
  const advice =
    numbers.length > 0
      ? 'say which column has the texts (--text), or which tells sequences of numbers apart (--id)'
      : 'say which column has the texts (--text)';
  return new DataError(
    `${table.where}: expected texts or sequences of numbers, found ${names === '' ? 'no column' : printable(names, 400)}; ${advice}${whyNoColumn(table)}`,
  );
}
