/**
 * Folders as tables: a folder for each class with a text a file, a file for each class with a text a line, files whose lines
 * belong together, one a column, and tables whose names are those of splits.
 */
import fs from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { counted } from '../../common/counted.ts';
import { systemReason } from '../../files/system-error.ts';
import { findEncoding, numberedLines, textPieces, wholeText } from '../formats/text-pieces.ts';
import { type SplitName, splitNamed, splitsByName } from '../split-names.ts';
import type { RecordSource } from './record-source.ts';
import { isTableName, tableFormat } from './table-formats.ts';
import type { TableOptions } from './types.ts';

/**
 * Opens a folder.
 * @throws DataError for a folder that holds none of these
 */
export async function openFolder(
  folder: string,
  where: string,
  options: TableOptions = {},
): Promise<RecordSource> {
  const all = filesBelow(folder, where);
  const files = all.filter((name) => !isBeside(name));
  const beside = all.length - files.length;
  const source =
    (await tableFolder(folder, where, files, options)) ??
    parallelFiles(folder, files, options) ??
    classFolders(folder, files, options) ??
    classFiles(folder, files, options);
  if (!source) {
    const found =
      files.length === 0
        ? 'no file'
        : files
            .slice(0, 5)
            .map((name) => printable(name, 60))
            .join(', ');
    throw new DataError(
      `${where}: expected a folder for each class with a text a file (neg/*.txt, pos/*.txt), a file for each class with a text a line, or tables, found ${found}`,
    );
  }
  if (beside > 0)
    source.notes.push(
      `${beside} ${beside > 1 ? 'files that describe or pack' : 'file that describes or packs'} others left out`,
    );
  return source;
}

// --- internal ---

/** Files that stand beside data: descriptions and archives. */
const isBeside = (name: string): boolean => {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return (
    /readme|licen[cs]e|changelog|sha\d*sums/i.test(base) ||
    /\.(tar|tgz|zip|7z|rar|pdf|html?)$|\.tar\.\w+$/i.test(base)
  );
};

const plainName = (name: string): string => name.replace(/\.gz$/i, '');
const isTextName = (name: string): boolean => /\.(txt|text|md)$/i.test(plainName(name));

/** Files below a folder by their paths in it, hidden ones left out, in the order of code units. */
function filesBelow(folder: string, where: string): string[] {
  try {
    return fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) =>
        path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
      )
      .filter((name) => !name.split('/').some((part) => part.startsWith('.')))
      .sort();
  } catch (error) {
    throw new DataError(`${where}: cannot be read: ${systemReason(error)}`, { cause: error });
  }
}

/** Splits of files, by number, where their names make some. */
function namedSplits(files: readonly string[]): {
  of: (file: string) => SplitName | undefined;
  any: boolean;
  notes: string[];
} {
  const { splits, notes } = splitsByName(files);
  if (!splits) return { of: () => undefined, any: false, notes };
  const of = new Map(
    Object.entries(splits).flatMap(([split, names]) => names.map((name) => [name, split as SplitName])),
  );
  return { of: (file) => of.get(file), any: true, notes };
}

/** Tables with the same columns, one after the other. */
async function tableFolder(
  folder: string,
  where: string,
  files: readonly string[],
  options: TableOptions,
): Promise<RecordSource | undefined> {
  const tables = files.filter((name) => isTableName(name) && !isTextName(name));
  if (tables.length === 0) return undefined;
  const { of, any, notes } = namedSplits(tables);
  const used = any ? tables.filter((name) => of(name) !== undefined) : tables;
  const sources = new Map<string, RecordSource>();
  for (const name of used) {
    const file = path.join(folder, name);
    sources.set(name, await tableFormat(file).open(file, `${where}/${name}`, options));
  }
  const [[firstName, first]] = sources;
  const columns = any ? [...first.columns, 'split'] : first.columns;
  return {
    title: `${counted(used.length, 'table')} of a folder, the first: ${first.title}`,
    decimal: first.decimal,
    columns,
    notes: [...notes, ...first.notes],
    async read(take, unusable) {
      let rows = 0;
      for (const [name, source] of sources) {
        if (source.columns.join('\n') !== first.columns.join('\n')) {
          throw new DataError(
            `${where}: expected the columns of ${firstName} in ${name}: ${first.columns.slice(0, 8).join(', ')}; found ${source.columns.slice(0, 8).join(', ')}`,
          );
        }
        if (source.decimal !== first.decimal) {
          throw new DataError(
            `${where}: expected one decimal sign in ${firstName} and ${name}, found two; say it with --decimal`,
          );
        }
        const split = of(name);
        rows += await source.read(
          (cells, line) => take(split ? [...cells, split] : cells, line, name),
          unusable,
        );
      }
      return rows;
    },
  };
}

/** Files `COLUMN.STEM` in folders named STEM: line i of each belongs to one row, and the folder is a column too. */
function parallelFiles(
  folder: string,
  files: readonly string[],
  options: TableOptions,
): RecordSource | undefined {
  const groups = new Map<string, Map<string, string>>();
  for (const name of files) {
    const stem = path.basename(path.dirname(path.join(folder, name)));
    const base = plainName(name.slice(name.lastIndexOf('/') + 1));
    if (!base.endsWith(`.${stem}`)) continue;
    const columns = groups.get(stem) ?? new Map<string, string>();
    columns.set(base.slice(0, -stem.length - 1), name);
    groups.set(stem, columns);
  }
  const [first] = groups.values();
  if (!first || first.size < 2) return undefined;
  const names = [...first.keys()];
  const grouped = groups.size > 1;
  return {
    title: `${counted(groups.size, 'folder')} whose files have a column each: ${names.join(', ')}`,
    decimal: options.decimal ?? '.',
    columns: grouped ? [...names, 'folder'] : names,
    notes: grouped ? ["'folder' is the folder of each row (--group keeps it together)"] : [],
    async read(take) {
      let rows = 0;
      for (const [stem, columns] of groups) {
        const missing = names.find((name) => !columns.has(name));
        if (missing !== undefined)
          throw new DataError(
            `${folder}: expected a file '${missing}.${stem}' beside the others, found none`,
          );
        const lists = await Promise.all(
          names.map((name) => linesOf(path.join(folder, columns.get(name)!), options)),
        );
        const [length] = lists.map((list) => list.length);
        const other = lists.findIndex((list) => list.length !== length);
        if (other >= 0) {
          throw new DataError(
            `${folder}: expected as many lines in '${names[other]}.${stem}' as in '${names[0]}.${stem}', ${length}, found ${lists[other].length}`,
          );
        }
        for (let row = 0; row < length; row++) {
          const cells = lists.map((list) => list[row]);
          take(grouped ? [...cells, stem] : cells, row + 1, stem);
        }
        rows += length;
      }
      return rows;
    },
  };
}

/** A text a file; its class is the folder that it lies in. Folders around them may be splits. */
function classFolders(
  folder: string,
  files: readonly string[],
  options: TableOptions,
): RecordSource | undefined {
  const inFolders = files.filter((name) => name.includes('/') && isTextName(name));
  const labelOf = (name: string): string => name.split('/').at(-2)!;
  const texts = inFolders.filter((name) => !/^(unsup|unlabell?ed)$/i.test(labelOf(name)));
  const classes = new Set(texts.map(labelOf).filter((label) => splitNamed(label) === undefined));
  if (classes.size === 0) return undefined;
  const { of, any, notes } = namedSplits(texts);
  const used = any ? texts.filter((name) => of(name) !== undefined) : texts;
  const without = inFolders.length - texts.length;
  if (without > 0) notes.push(`${counted(without, 'file')} of folders without a class left out`);
  return {
    title: `${counted(used.length, 'file')}, a text a file, by the folder of their class (${classes.size})`,
    decimal: '.',
    columns: ['file', 'text', 'label', ...(any ? ['split'] : [])],
    notes,
    async read(take, unusable) {
      for (const name of used) {
        const split = of(name);
        try {
          const text = (await wholeText(path.join(folder, name), options.encoding)).trim();
          take([name, text, labelOf(name), ...(split ? [split] : [])], 1, name);
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
          unusable.add(error.message.replace(path.join(folder, name), name), 1);
        }
      }
      return used.length;
    },
  };
}

/** A text a line; its class is what tells the name of its file from the others: `rt-polarity.neg`, `pos.txt`. */
function classFiles(
  folder: string,
  files: readonly string[],
  options: TableOptions,
): RecordSource | undefined {
  const top = files.filter((name) => !name.includes('/'));
  if (top.length < 2) return undefined;
  const parts = top.map((name) => plainName(name).split('.'));
  const width = parts[0].length;
  const labels = parts.map((part) =>
    part.filter((word, i) => parts.some((other) => other[i] !== word)).join('.'),
  );
  if (parts.some((part) => part.length !== width) || labels.some((label) => label === '')) return undefined;
  return {
    title: `${counted(top.length, 'file')}, a text a line, by the name of their class: ${labels.map((label) => printable(label, 30)).join(', ')}`,
    decimal: '.',
    columns: ['text', 'label'],
    notes: [],
    async read(take) {
      let rows = 0;
      for (const [i, name] of top.entries()) {
        for (const [number, line] of (await linesOf(path.join(folder, name), options)).entries()) {
          rows++;
          take([line.trim(), labels[i]], number + 1, name);
        }
      }
      return rows;
    },
  };
}

async function linesOf(file: string, options: TableOptions): Promise<string[]> {
  const said = options.encoding ?? 'auto';
  const encoding = said === 'auto' ? (await findEncoding(file)).encoding : said;
  const lines: string[] = [];
  for await (const [line] of numberedLines(textPieces(file, encoding))) lines.push(line);
  return lines;
}
