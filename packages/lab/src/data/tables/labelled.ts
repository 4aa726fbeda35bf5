/** Labelled texts and sequences from files that nobody prepared. */
import fs from 'node:fs';
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { systemReason } from '../../files/system-error.ts';
import { openFolder } from './folder-source.ts';
import { type LabelledRoles, labelledRoles } from './labelled-roles.ts';
import { type Sequences, sequencesOf } from './labelled-sequences.ts';
import type { LabelledData, LabelledLayout, LabelledOptions } from './labelled-types.ts';
import { type RowLabels, rowLabels, targetOf } from './labels.ts';
import { columnNames } from './names.ts';
import { checkFinite, nameList, wordsOf } from './pick-columns.ts';
import { buildTable, readTable } from './read-table.ts';
import { exampleSplitNamed } from './splits.ts';
import { timeAxis } from './time-axis.ts';
import { type Column, present, type Table } from './types.ts';
import { checkedShare } from './unusable.ts';

/**
 * Reads examples with labels: texts of a table or folder, or sequences of numbers in long format. Roles of columns are found where
 * the options do not say them, and said in the notes, with what the label was taken for and why.
 * @param where the path as its user named it, for errors
 * @throws DataError for one class alone, two rows at one time, values that are infinite, a column that is said and not there,
 * and what `readTable` refuses
 */
export async function readLabelled(
  file: string,
  options: LabelledOptions = {},
  where = file,
): Promise<LabelledData> {
  const maxBad = checkedShare(options.maxBad);
  const table = await tableOf(file, options, where);
  const roles = labelledRoles(table, options);
  const labels = roles.label && rowLabels(table, roles.label, options);
  const total = table.rows + table.unusable.count;
  const build = roles.input === 'text' ? textExamples : stepExamples;
  // Beside a layout labels are for the score alone, and may be absent.
  const examples = build(table, roles, labels, options.layout === undefined, options.dates);
  table.unusable.check(where, total, maxBad);
  const { rows } = examples;
  if (rows.length === 0) throw new DataError(`${where}: expected examples, found none`);
  const notes = [...table.notes, ...roleNotes(roles, options), ...examples.notes];
  let target: LabelledData['target'];
  if (labels) {
    const made = targetOf(table, roles.label!, labels, rows, options.layout !== undefined);
    target = made.target;
    notes.push(...made.notes);
  }
  notes.push(...table.unusable.sentences);
  return {
    where,
    length: rows.length,
    input: examples.input,
    ...(target && { target }),
    names: examples.names,
    lines: Uint32Array.from(rows, (row) => table.lines[row]),
    ...(roles.group && { groups: groupsOf(table, roles.group, examples.members) }),
    ...(roles.split && { splits: splitsOf(table, roles.split, examples.members) }),
    ...(examples.when && { when: examples.when }),
    ...(roles.statics.length > 0 && { statics: staticsOf(table, roles.statics, examples.members) }),
    layout: layoutOf(roles, options, target),
    ...(options.keep && (roles.input === 'text' || roles.isRows) && { kept: keptOf(table, roles, rows) }),
    unusable: table.unusable,
    notes,
  };
}

// --- internal ---

/** What an example has beside its text or steps and its name: its label, as it is written, is among it. */
function keptOf(
  table: Table,
  { text, id, columns }: LabelledRoles,
  rows: readonly number[],
): LabelledData['kept'] {
  const used = new Set([text, id, ...columns]);
  const others = table.columns.filter((column) => !used.has(column) && column.kind !== 'empty');
  const cells = others.map(wordsOf);
  return {
    columns: others.map(({ name }) => name),
    rows: rows.map((row) => cells.map(({ codes, words }) => words[codes[row]] ?? '')),
  };
}

/** Examples, as texts and sequences give them. */
type Examples = Omit<Sequences, 'input'> & Pick<LabelledData, 'input'>;

async function tableOf(file: string, options: LabelledOptions, where: string): Promise<Table> {
  const { layout, id, text, group } = options;
  const said = [id, text, group, layout?.id, layout?.text].filter((name) => name !== undefined);
  const settings = {
    ...options,
    words: options.keep
      ? ('all' as const)
      : [...said, ...columnNames.id, ...columnNames.text, ...columnNames.group],
  };
  let isFolder: boolean;
  try {
    isFolder = fs.statSync(file).isDirectory();
  } catch (error) {
    throw new DataError(`${where}: cannot be read: ${systemReason(error)}`, { cause: error });
  }
  return isFolder
    ? buildTable(await openFolder(file, where, options), 'folder', where, settings)
    : readTable(file, settings, where);
}

function textExamples(
  table: Table,
  roles: LabelledRoles,
  labels: RowLabels | undefined,
  needsLabel: boolean,
  dates: LabelledOptions['dates'],
): Examples {
  const { codes, words } = wordsOf(roles.text!);
  const axis = roles.time && !roles.time.ambiguous ? timeAxis(table, roles.time, { dates }) : undefined;
  const rows: number[] = [];
  for (let row = 0; row < table.rows; row++) {
    const reason =
      codes[row] < 0
        ? `no text in '${printable(roles.text!.name, 40)}'`
        : ((needsLabel ? labels?.fault(row) : undefined) ?? splitFault(roles.split, row));
    if (reason === undefined) rows.push(row);
    else table.unusable.add(inFile(table, row, reason), table.lines[row]);
  }
  const texts = rows.map((row) => words[codes[row]]);
  const ids = roles.id && wordsOf(roles.id);
  const repeated = texts.length - new Set(rows.map((row) => codes[row])).size;
  return {
    input: { kind: 'text', texts },
    names: rows.map((row) => (ids && ids.codes[row] >= 0 ? ids.words[ids.codes[row]] : nameOf(table, row))),
    rows,
    members: rows.map((row) => Int32Array.of(row)),
    ...(axis &&
      rows.every((row) => axis.state[row] === present) && {
        when: Float64Array.from(rows, (row) => axis.values[row]),
      }),
    // Another file for a run is split no more.
    notes:
      repeated > 0 && needsLabel
        ? [
            `${repeated === 1 ? '1 text stands' : `${repeated} texts stand`} in the file before, word for word: two splits may share one`,
          ]
        : [],
  };
}

function stepExamples(
  table: Table,
  roles: LabelledRoles,
  labels: RowLabels | undefined,
  needsLabel: boolean,
  dates: LabelledOptions['dates'],
): Examples {
  const { split } = roles;
  const faulty: RowLabels | undefined =
    labels && split ? { ...labels, fault: (row) => labels.fault(row) ?? splitFault(split, row) } : labels;
  return sequencesOf(table, roles, faulty, needsLabel, dates);
}

function splitFault(split: Column | undefined, row: number): string | undefined {
  if (!split) return undefined;
  const { codes, words } = wordsOf(split);
  const word = words[codes[row]];
  if (word !== undefined && exampleSplitNamed(word) !== undefined) return undefined;
  const found = word === undefined ? 'nothing' : `'${printable(word, 30)}'`;
  return `expected train, valid, test or calibration in '${printable(split.name, 40)}', found ${found} (--ignore leaves the column out)`;
}

const inFile = (table: Table, row: number, reason: string): string =>
  table.files && table.files.names.length > 1
    ? `${table.files.names[table.files.codes[row]]}: ${reason}`
    : reason;

/** What an example without an id is called: its line, of a folder its file, or both. */
function nameOf(table: Table, row: number): string {
  const { files, lines } = table;
  if (!files) return `${lines[row]}`;
  const file = files.names[files.codes[row]];
  return files.names.length === table.rows ? file : `${file}:${lines[row]}`;
}

function groupsOf(table: Table, column: Column, members: readonly Int32Array[]): LabelledData['groups'] {
  const { codes, words } = wordsOf(column);
  let others = words.length;
  const list = [...words];
  const of = members.map((rows) => {
    const code = codes[rows[0]];
    const other = rows.find((row) => codes[row] !== code);
    if (other !== undefined) {
      throw new DataError(
        `${table.where}: expected one value of '${printable(column.name, 40)}' (--group) in a sequence, found two in lines ${table.lines[rows[0]]} and ${table.lines[other]}`,
      );
    }
    // Who has no group is one alone.
    if (code >= 0) return code;
    list.push('');
    return others++;
  });
  return { column: column.name, codes: Int32Array.from(of), words: list };
}

function splitsOf(table: Table, column: Column, members: readonly Int32Array[]): LabelledData['splits'] {
  const { codes, words } = wordsOf(column);
  const number = words.map((word) => exampleSplitNamed(word)!);
  const of = members.map((rows) => {
    const split = number[codes[rows[0]]];
    const other = rows.find((row) => number[codes[row]] !== split);
    if (other === undefined) return split;
    throw new DataError(
      `${table.where}: expected one split of '${printable(column.name, 40)}' (--split-by) in a sequence, found two in lines ${table.lines[rows[0]]} and ${table.lines[other]}`,
    );
  });
  return { column: column.name, codes: Uint8Array.from(of) };
}

/** Numbers that an example has once: the first value of its rows, which may not change. */
function staticsOf(
  table: Table,
  columns: readonly Column[],
  members: readonly Int32Array[],
): LabelledData['statics'] {
  const values = new Float64Array(members.length * columns.length);
  const missing = new Uint8Array(values.length).fill(1);
  for (const [c, column] of columns.entries()) {
    checkFinite(table, column);
    const { values: cells, state } = column.numbers!;
    for (const [i, rows] of members.entries()) {
      const at = i * columns.length + c;
      const filled = rows.filter((row) => state[row] === present);
      if (filled.length === 0) continue;
      const other = filled.find((row) => cells[row] !== cells[filled[0]]);
      if (other !== undefined) {
        throw new DataError(
          `${table.where}: expected one value of '${printable(column.name, 40)}' (--static) in a sequence, found ${cells[filled[0]]} in line ${table.lines[filled[0]]} and ${cells[other]} in line ${table.lines[other]}`,
        );
      }
      values[at] = cells[filled[0]];
      missing[at] = 0;
    }
  }
  return { columns: columns.map(({ name }) => name), values, missing };
}

function layoutOf(
  roles: LabelledRoles,
  { layout }: LabelledOptions,
  target: LabelledData['target'],
): LabelledLayout {
  if (layout) return layout;
  const { input, label, text, id, time, columns, statics, isRows } = roles;
  return {
    input,
    label: label!.name,
    target: target!.kind,
    ...(target!.kind === 'class' && { classes: target!.classes }),
    ...(text && { text: text.name }),
    ...(input === 'steps' && { columns: columns.map(({ name }) => name) }),
    ...(input === 'steps' && id && { id: id.name }),
    ...(input === 'steps' && time && { time: time.name }),
    ...(isRows && { rows: true }),
    ...(statics.length > 0 && { static: statics.map(({ name }) => name) }),
  };
}

function roleNotes(
  { input, isRows, text, id, time, label, group, split, leftOut }: LabelledRoles,
  { layout, keep }: LabelledOptions,
): string[] {
  const quoted = ({ name }: Column): string => `'${printable(name, 40)}'`;
  const parts =
    input === 'text'
      ? [
          `texts in ${quoted(text!)} (--text)`,
          ...(time ? [`dates in ${quoted(time)} (--time), for splits by time`] : []),
        ]
      : [
          ...(id ? [`sequences by ${quoted(id)} (--id)`] : []),
          ...(id
            ? [time ? `in the order of ${quoted(time)} (--time)` : 'in the order of their rows (--time)']
            : []),
        ];
  if (split) parts.push(`splits by ${quoted(split)} (--split-by)`);
  if (group) parts.push(`${quoted(group)} is kept together in one split (--group none)`);
  const notes = parts.length > 0 ? [parts.join(', ')] : [];
  if (!label && layout) notes.push(`no column '${printable(layout.label, 40)}': nothing is scored`);
  if (leftOut.length > 0) {
    const how = keep && (input === 'text' || isRows) ? 'not used, but carried along' : 'left out';
    notes.push(`columns ${how}: ${nameList(leftOut)}`);
  }
  return notes;
}
