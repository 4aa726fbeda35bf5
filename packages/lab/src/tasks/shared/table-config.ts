/** How tables of one's own are read, as keys of a configuration: `columns.*` says which column is what, `table.*` how the file is written. */
import { z } from 'zod';
import { dateWays, type TableOptions } from '../../data/tables/types.ts';
import { encodings } from '../../data/words/decode-text.ts';

/** A column by its name, or its number from 1; none: found. */
const column = z.string().min(1).nullable();
const columnList = z.array(z.string().min(1));

/** `columns.*`: of these each task takes what it needs. */
export const columnKeys = {
  text: column.describe('the column of texts, by its name, or its number from 1; none: found'),
  label: column.describe('the column of labels; none: found'),
  id: column.describe('the column that tells sequences or series apart; none: found'),
  time: column.describe('the column of times; none: found'),
  target: column.describe('the column of the values; of wide tables the series, by commas; none: found'),
  numbers: columnList.describe('columns of numbers to use; empty: all without another role'),
  static: columnList.describe('columns of which a sequence or series has one value'),
  known: columnList.describe('columns that are known in advance'),
  ignore: columnList.describe('columns that are not looked at'),
  group: z
    .string()
    .min(1)
    .describe('a column whose values stay together in one split; auto: found, none: no group'),
  splitBy: column.describe('the column that says the split of each row; none: found'),
  labelKind: z
    .enum(['class', 'rating', 'auto'])
    .describe('what a number as label is; auto: few different whole numbers are classes, others a rating'),
  form: z
    .enum(['long', 'wide', 'rows', 'auto'])
    .describe(
      'of series: a row a value (long), a column a series (wide), a row a series (rows); auto: found',
    ),
  frequency: column.describe('of series: the step of time, such as daily; none: as the dates have it'),
};

/** Nothing is said. */
export const columnDefaults = {
  ...{ text: null, label: null, id: null, time: null, target: null, splitBy: null, frequency: null },
  ...{ numbers: [] as string[], static: [] as string[], known: [] as string[], ignore: [] as string[] },
  group: 'auto',
  labelKind: 'auto' as const,
  form: 'auto' as const,
};

/** `table.*`: how any table is written. */
export const tableKeys = {
  delimiter: z
    .string()
    .min(1)
    .nullable()
    .describe('what stands between cells: a character, or tab, comma, semicolon, pipe, space; none: found'),
  quote: z.enum(['"', "'", 'none', 'auto']).describe('the sign that quotes cells; none: quotes are letters'),
  decimal: z.enum(['.', ',', 'auto']).describe('the decimal sign'),
  header: z.boolean().nullable().describe('whether the first line names the columns; none: found'),
  encoding: z.enum(encodings).describe('of the files; auto: by their bytes'),
  dates: z
    .enum([...dateWays, 'auto'])
    .describe(
      'what stands first in dates such as 01/02/2025; years or counted: what numbers alone are; auto: as the column decides',
    ),
  maxBad: z.number().min(0).max(1).describe('share of rows that may be unusable'),
};

export const tableDefaults = {
  ...{ delimiter: null, quote: 'auto', decimal: 'auto', header: null },
  ...{ encoding: 'auto', dates: 'auto', maxBad: 0.05 },
} as const satisfies TableConfig;

const table = z.object(tableKeys);
export type TableConfig = z.infer<typeof table>;

/** A configuration, and what is said over it, as the reader of tables takes it: what is absent is found. */
export function tableReading(config: TableConfig, over: Partial<TableConfig> = {}): TableOptions {
  const said = Object.entries({ ...config, ...over });
  return Object.fromEntries(
    said.filter(([name, value]) => value !== null && (value !== 'auto' || name === 'encoding')),
  ) as TableOptions;
}
