/**
 * Options of `lethe train` and `lethe predict` about tables of one's own, by the keys of the configuration that they set. One list, so
 * that an option means the same whatever the task; each takes what it needs.
 */
import { collect, oneOf, share, UsageError } from '../../common/usage.ts';
import { dateWays } from '../../data/tables/types.ts';
import { encodings } from '../../data/words/decode-text.ts';
import type { TaskOption } from '../kind.ts';

/** Columns by their names: `a,b`, or the option again and again. */
const columns = (flags: string, description: string, key: string): TaskOption => ({
  flags: `${flags} <COLUMN,…>`,
  description: `${description}; may be repeated`,
  key,
  read: (text, before) =>
    text
      .split(',')
      .reduce((all, name) => collect(named(flags, name), all), (before as string[] | undefined) ?? []),
});

const column = (flags: string, description: string, key: string): TaskOption => ({
  flags: `${flags} <COLUMN>`,
  description: `${description} (default: found)`,
  key,
});

/** Which column is what: `columns.*`. */
export const columnOptions = {
  text: column('--text', 'of tables: the column of texts, by its name or its number from 1', 'columns.text'),
  label: column('--label', 'of tables: the column of labels', 'columns.label'),
  id: column('--id', 'of tables: the column that tells sequences or series apart', 'columns.id'),
  time: column('--time', 'of tables: the column of times', 'columns.time'),
  target: column('--target', 'of tables: the column of the values', 'columns.target'),
  numbers: columns(
    '--columns',
    'of tables: columns of numbers to use (default: all without another role)',
    'columns.numbers',
  ),
  static: columns(
    '--static',
    'of tables: columns of which a sequence or series has one value',
    'columns.static',
  ),
  known: columns('--known', 'of tables: columns that are known in advance', 'columns.known'),
  ignore: columns('--ignore', 'of tables: columns that are not looked at', 'columns.ignore'),
  group: column(
    '--group',
    'of tables: the column whose values stay together in one split, or none',
    'columns.group',
  ),
  splitBy: column('--split-by', 'of tables: the column that says the split of each row', 'columns.splitBy'),
  labelKind: {
    flags: '--label-kind <KIND>',
    description: 'of tables: what a number as label is, class or rating (default: found)',
    key: 'columns.labelKind',
    read: oneOf('--label-kind', ['class', 'rating']),
  },
  form: {
    flags: '--form <NAME>',
    description:
      'of tables of series: long, a row a value; wide, a column a series; rows, a row a series (default: found)',
    key: 'columns.form',
    read: oneOf('--form', ['long', 'wide', 'rows']),
  },
  frequency: {
    flags: '--frequency <NAME>',
    description: 'of tables of series: the step of time, such as daily (default: as the dates have it)',
    key: 'columns.frequency',
  },
} as const satisfies Record<string, TaskOption>;

/** How the file is written: `table.*`, `header` in two forms. */
export const tableOptions = {
  delimiter: {
    flags: '--delimiter <SIGN>',
    description:
      'of tables: what stands between cells, a character or tab, comma, semicolon, pipe, space (default: found)',
    key: 'table.delimiter',
  },
  quote: {
    flags: '--quote <SIGN>',
    description: 'of tables: " or \', or none: quotes are letters (default: found)',
    key: 'table.quote',
    read: oneOf('--quote', ['"', "'", 'none']),
  },
  decimal: {
    flags: '--decimal <SIGN>',
    description: 'of tables: the decimal sign, . or , (default: found)',
    key: 'table.decimal',
    read: decimalSign,
  },
  header: {
    flags: '--header',
    description: 'of tables: the first line names the columns (default: found)',
    key: 'table.header',
  },
  noHeader: {
    flags: '--no-header',
    description: 'of tables: the first line is data',
    key: 'table.header',
  },
  encoding: {
    flags: '--encoding <NAME>',
    description: `of texts and tables: ${encodings.join(', ')} (default: by their bytes)`,
    key: 'table.encoding',
    read: oneOf('--encoding', encodings),
  },
  dates: {
    flags: '--dates <WAY>',
    description:
      'of tables: day-first or month-first, where dates such as 01/02/2025 do not tell; years or counted: what times are that are numbers alone',
    key: 'table.dates',
    read: oneOf('--dates', dateWays),
  },
  maxBad: {
    flags: '--max-bad <SHARE>',
    description: 'of tables: share of rows that may be unusable (default: 0.05)',
    key: 'table.maxBad',
    read: share('--max-bad'),
  },
} as const satisfies Record<string, TaskOption>;

// --- internal ---

function named(option: string, name: string): string {
  const trimmed = name.trim();
  if (trimmed !== '') return trimmed;
  throw new UsageError(`${option} expects names of columns with commas between them, found an empty one`);
}

function decimalSign(text: string): string {
  const sign = { comma: ',', point: '.', dot: '.' }[text] ?? text;
  if (sign === ',' || sign === '.') return sign;
  throw new UsageError(`--decimal expects . or , (or point, comma), found '${text}'`);
}
