/** Tables from files, in one pass. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { counted } from '../../common/counted.ts';
import { ColumnBuilder } from './column-builder.ts';
import { Growing } from './growing.ts';
import type { RecordSource } from './record-source.ts';
import { tableFormat } from './table-formats.ts';
import type { Table, TableOptions } from './types.ts';
import { checkedShare, UnusableRows } from './unusable.ts';

/**
 * Reads the table of a file: CSV and other delimited text, JSON lines, Parquet; packed by gzip or not. How it is written is found
 * where the options do not say it, and said in the notes.
 * @param where the file as its user named it, for errors
 * @throws DataError for a file that is no table, has no rows, or more unusable ones than may be; ConfigError for options
 * that cannot be honoured
 */
export async function readTable(file: string, options: TableOptions = {}, where = file): Promise<Table> {
  const format = tableFormat(file);
  return buildTable(await format.open(file, where, options), format.name, where, options);
}

/** The table of an open source. */
export async function buildTable(
  source: RecordSource,
  format: string,
  where: string,
  options: TableOptions = {},
): Promise<Table> {
  const maxBad = checkedShare(options.maxBad);
  const unusable = new UnusableRows();
  const lines = new Growing(Uint32Array);
  const builders: ColumnBuilder[] = [];
  const { words } = options;
  const kept = new Set(words === 'all' ? [] : words?.map((name) => name.toLowerCase()));
  const builderFor = (at: number): ColumnBuilder => {
    const name = source.columns[at];
    const keepWords = words === 'all' || [name.toLowerCase(), `${at + 1}`].some((one) => kept.has(one));
    const builder = new ColumnBuilder(name, {
      decimal: source.decimal,
      dates: options.dates,
      keepWords,
      maxBad,
    });
    builder.skip(lines.length);
    return builder;
  };
  const files = { codes: new Growing(Uint32Array), numbers: new Map<string, number>() };
  const rows = await source.read((cells, line, file) => {
    while (builders.length < source.columns.length) builders.push(builderFor(builders.length));
    for (let at = 0; at < builders.length; at++) builders[at].add(cells[at] ?? '');
    lines.push(line);
    if (file === undefined) return;
    if (!files.numbers.has(file)) files.numbers.set(file, files.numbers.size);
    files.codes.push(files.numbers.get(file)!);
  }, unusable);
  if (rows === 0) throw new DataError(`${where}: expected rows, found none`);
  unusable.check(where, rows, maxBad);
  return {
    where,
    format,
    rows: lines.length,
    columns: builders.map((builder) => builder.finish()),
    lines: lines.array().slice(),
    ...(files.numbers.size > 0 && {
      files: { codes: files.codes.array().slice(), names: [...files.numbers.keys()] },
    }),
    unusable,
    ...(source.nested && source.nested.size > 0 && { nested: [...source.nested] }),
    notes: [
      `${where}: ${counted(lines.length, 'row')}, ${counted(source.columns.length, 'column')}: ${printable(source.title)}`,
      ...source.notes,
    ],
  };
}
