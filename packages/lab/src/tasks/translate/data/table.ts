/** Pairs of sentences in the columns of a table: TSV, CSV, JSON lines, Parquet, or a folder of such whose names are those of splits. */
import fs from 'node:fs';
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { type SplitName, splitNamed } from '../../../data/split-names.ts';
import { openFolder } from '../../../data/tables/folder-source.ts';
import { columnKnown, columnSaid, nameList, wordsOf } from '../../../data/tables/pick-columns.ts';
import { buildTable, readTable } from '../../../data/tables/read-table.ts';
import type { Column, Table, TableOptions } from '../../../data/tables/types.ts';
import { isLanguage, type SaidDirection } from './languages.ts';
import type { RawCorpus, RawPairs } from './types.ts';

/**
 * Reads a table of pairs. The columns are those that are said, else two that are called by languages (`en`, `translation.de`), source
 * and target, else the only two of text; a column `split` says what is for validation and test.
 * @throws DataError where nothing tells the columns, and what `readTable` refuses
 */
export async function readPairTable(
  file: string,
  where: string,
  said: SaidDirection,
  options: TableOptions,
): Promise<RawCorpus> {
  const settings: TableOptions = { ...options, words: 'all', nested: true };
  const table = fs.statSync(file).isDirectory()
    ? await buildTable(await openFolder(file, where, settings), 'folder', where, settings)
    : await readTable(file, settings, where);
  const notes = [...table.notes, ...table.unusable.sentences];
  const { from, to } = sides(table, said, notes);
  const split = columnKnown(
    table.columns.filter((column) => column !== from && column !== to),
    'split',
  );
  const rows = rowsBySplit(table, split, notes);
  const of = (numbers: readonly number[]): RawPairs => ({
    where,
    source: textsOf(from, numbers),
    target: textsOf(to, numbers),
    lines: numbers.map((row) => table.lines[row]),
  });
  return {
    from: languageIn(from.name) ?? 'source',
    to: languageIn(to.name) ?? 'target',
    train: of(rows.train),
    ...(rows.valid.length > 0 && { valid: of(rows.valid) }),
    ...(rows.test.length > 0 && { test: of(rows.test) }),
    ...{ testSet: 'test', testSets: ['test'], escaped: false },
    notes,
  };
}

/** Which of these names of columns are sides, by languages or as source and target; undefined where none are. */
export function sidesNamed(names: readonly string[]): [string, string] | undefined {
  const languages = names.filter((name) => languageIn(name) !== undefined && !notSides.test(name));
  if (languages.length === 2) return [languages[0], languages[1]];
  const from = names.find((name) => sourceName.test(name));
  const to = names.find((name) => targetName.test(name) && name !== from);
  return from !== undefined && to !== undefined ? [from, to] : undefined;
}

// --- internal ---

const sourceName = /^(?:source|src|from|original)(?:[_. -]?(?:text|sentence|lang|language))?$/i;
const targetName =
  /^(?:target|tgt|trg|to|translation|translated|reference)(?:[_. -]?(?:text|sentence|lang|language))?$/i;

/** Names that are codes of languages and seldom mean one. */
const notSides = /^(?:id|no|is|set|day|key|new|age|run|ts|x|y)$/i;

/** The language in the name of a column: `en`, `translation.en`, `text_en`, `English`. */
function languageIn(name: string): string | undefined {
  const last = name.split(/[._ ]/).at(-1)!;
  if (isLanguage(last)) return last.toLowerCase();
  return fullNames[name.trim().toLowerCase()];
}

const fullNames: Readonly<Record<string, string>> = {
  ...{ english: 'en', german: 'de', deutsch: 'de', french: 'fr', spanish: 'es', italian: 'it', dutch: 'nl' },
  ...{
    portuguese: 'pt',
    polish: 'pl',
    czech: 'cs',
    swedish: 'sv',
    russian: 'ru',
    chinese: 'zh',
    japanese: 'ja',
  },
};

function sides(table: Table, said: SaidDirection, notes: string[]): { from: Column; to: Column } {
  const pick = (name: string | null, option: string): Column | undefined => {
    if (name === null) return undefined;
    const byLanguage = table.columns.find((column) => languageIn(column.name) === name.toLowerCase());
    return byLanguage ?? columnSaid(table, option, name);
  };
  let from = pick(said.from, '--source-lang');
  let to = pick(said.to, '--target-lang');
  if (from && to) {
    if (from !== to) return { from, to };
    throw new DataError(
      `${table.where}: expected two columns, found '${printable(from.name, 40)}' as --source-lang and --target-lang`,
    );
  }
  const usable = table.columns.filter((column) => column.kind !== 'empty');
  const named = sidesNamed(usable.map(({ name }) => name));
  const texts = usable.filter(({ kind }) => kind === 'text');
  const candidates = named
    ? named.map((name) => usable.find((column) => column.name === name)!)
    : texts.length >= 2 &&
        (texts.length === 2 || table.columns.every(({ name }) => /^column \d+$/.test(name)))
      ? texts.slice(0, 2)
      : usable.length === 2
        ? usable
        : [];
  const rest = candidates.filter((column) => column !== from && column !== to);
  from ??= rest.shift();
  to ??= rest.shift();
  if (!from || !to) {
    throw new DataError(
      `${table.where}: expected two columns of sentences, called by their languages or source and target, found ${nameList(table.columns.map(({ name }) => name))}; say which with --source-lang and --target-lang`,
    );
  }
  if (!named) {
    notes.push(
      `'${printable(from.name, 40)}' is translated to '${printable(to.name, 40)}' (--source-lang, --target-lang)`,
    );
  }
  return { from, to };
}

function rowsBySplit(table: Table, column: Column | undefined, notes: string[]): Record<SplitName, number[]> {
  const rows: Record<SplitName, number[]> = { train: [], valid: [], test: [] };
  const { codes, words } = column ? wordsOf(column) : { codes: undefined, words: [] as string[] };
  const splits = words.map((word) => splitNamed(word.trim().replace(/[-_]?\d+$/, '')));
  if (!column || !codes || splits.length < 2 || splits.some((split) => split === undefined)) {
    rows.train = Array.from({ length: table.rows }, (_, row) => row);
    return rows;
  }
  for (let row = 0; row < table.rows; row++) rows[codes[row] < 0 ? 'train' : splits[codes[row]]!].push(row);
  notes.push(`split by '${printable(column.name, 40)}'`);
  return rows;
}

function textsOf(column: Column, rows: readonly number[]): string[] {
  const { codes, words } = wordsOf(column);
  return rows.map((row) => (codes[row] < 0 ? '' : words[codes[row]]));
}
