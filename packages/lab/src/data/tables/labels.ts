/** A column as what is predicted: classes, or a rating. */
import { ConfigError, DataError } from 'lethe';
import { printable } from 'lethe/internal';
import type { ClassTarget, LabelledOptions, RatingTarget } from './labelled-types.ts';
import { isMissing } from './numbers.ts';
import { checkFinite, unreadableCell, wordsOf } from './pick-columns.ts';
import { type Column, present, type Table } from './types.ts';

/** The label of every row of a table. */
export interface RowLabels {
  /** the column, as errors name it */
  name: string;
  kind: 'class' | 'rating';
  /** why, for people */
  why: string;
  /** of classes: their words, in order */
  classes: string[];
  /** the class of a row, by number; -1 for a word that is none of given classes */
  codes?: Int32Array;
  /** the number of a row */
  values?: Float64Array;
  /** why a row has no label, for each row that has none */
  fault(row: number): string | undefined;
}

/**
 * Reads a column as labels. Whole numbers of few different values, and words, are classes; other numbers are a rating.
 * @param given the classes of another file
 * @throws DataError for a rating that is infinite or of words
 */
export function rowLabels(table: Table, column: Column, options: LabelledOptions): RowLabels {
  const { kind, why } = kindOf(column, options);
  const name = printable(column.name, 40);
  if (kind === 'rating') {
    const { numbers } = column;
    if (!numbers) {
      const example = printable(column.words?.words[0] ?? '', 40);
      throw new DataError(
        `${table.where}: expected numbers in '${name}' for a rating, found '${example}'; write numbers without a sign or unit, or take words for classes (--label-kind class)`,
      );
    }
    checkFinite(table, column);
    return {
      name,
      kind,
      why,
      classes: [],
      values: numbers.values,
      fault: (row) => {
        if (numbers.state[row] === present) return undefined;
        return numbers.state[row] === 1 ? `no label in '${name}'` : unreadableCell(column, row, 'a number');
      },
    };
  }
  const { words, codes } = wordsOf(column);
  const key = keyOf([...words, ...(options.layout?.classes ?? [])]);
  const classes = options.layout?.classes ?? inOrder(firstOfEach(words, key));
  const numberOf = new Map(classes.map((word, i) => [key(word), i]));
  const place = words.map((word) => numberOf.get(key(word)) ?? -1);
  return {
    name,
    kind,
    why,
    classes,
    codes: codes.map((code) => (code < 0 ? -1 : place[code])),
    fault: (row) => (codes[row] < 0 ? `no label in '${name}'` : undefined),
  };
}

/**
 * The labels of chosen rows as a target, and clauses about it.
 * @throws DataError for one class alone
 */
export function targetOf(
  table: Table,
  column: Column,
  labels: RowLabels,
  rows: readonly number[],
  isGiven: boolean,
): { target: ClassTarget | RatingTarget; notes: string[] } {
  const name = printable(column.name, 40);
  if (labels.values) {
    const values = Float64Array.from(rows, (row) => labels.values![row]);
    const missing = Uint8Array.from(rows, (row) => (labels.fault(row) === undefined ? 0 : 1));
    const extremes = values.reduce(
      ([least, most], value, i) =>
        missing[i] ? [least, most] : [Math.min(least, value), Math.max(most, value)],
      [Infinity, -Infinity],
    );
    if (!isGiven && extremes[0] === extremes[1]) {
      throw new DataError(
        `${table.where}: expected different labels in '${name}', found ${extremes[0]} alone`,
      );
    }
    const target: RatingTarget = { kind: 'rating', values, ...(missing.includes(1) && { missing }) };
    return {
      target,
      notes: [
        ...absent(missing.filter((flag) => flag).length),
        `'${name}' is a rating from ${extremes[0]} to ${extremes[1]} (--label): ${labels.why}`,
      ],
    };
  }
  const { classes, codes } = isGiven ? chosen(labels, rows) : withoutEmpty(chosen(labels, rows));
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  if (!isGiven && counts.size < 2) {
    const [only] = counts.keys();
    throw new DataError(
      `${table.where}: expected at least two classes in '${name}', found '${printable(classes[only] ?? '', 40)}' alone; there is nothing to tell apart`,
    );
  }
  const listed = classes
    .slice(0, 10)
    .map((word, i) => `${printable(word, 30)} ${counts.get(i) ?? 0}`)
    .join(', ');
  const more = classes.length > 10 ? ` and ${classes.length - 10} more` : '';
  const notes = [`'${name}' has ${classes.length} classes (--label): ${labels.why}: ${listed}${more}`];
  const few = classes.filter((_, i) => counts.get(i) === 1);
  if (!isGiven && few.length > 0) {
    const some = few
      .slice(0, 3)
      .map((word) => `'${printable(word, 30)}'`)
      .join(', ');
    notes.push(
      `${few.length} class${few.length > 1 ? 'es have' : ' has'} one example: ${some}${few.length > 3 ? ', …' : ''}`,
    );
  }
  if (!isGiven) notes.push(...doubtful(classes));
  notes.push(...absent(rows.filter((row) => labels.fault(row) !== undefined).length));
  const unseen = rows.filter((row, i) => codes[i] < 0 && labels.fault(row) === undefined);
  if (unseen.length > 0) {
    const cells = wordsOf(column);
    const example = cells.words[cells.codes[unseen[0]]];
    notes.push(
      `${unseen.length} label${unseen.length > 1 ? 's are' : ' is'} no class of training, such as '${printable(example ?? '', 40)}' in line ${table.lines[unseen[0]]}: predicted, but not scored`,
    );
  }
  return { target: { kind: 'class', classes, codes }, notes };
}

// --- internal ---

/** Whole numbers of at most so many different values are classes. */
const fewNumbers = 20;

function kindOf(
  column: Column,
  { labelKind, layout }: LabelledOptions,
): { kind: 'class' | 'rating'; why: string } {
  if (layout) return { kind: layout.target, why: 'as in training' };
  if (labelKind !== undefined) {
    if (labelKind !== 'class' && labelKind !== 'rating') {
      throw new ConfigError(
        `--label-kind: expected class or rating, got ${printable(String(labelKind), 40)}`,
      );
    }
    return { kind: labelKind, why: 'as said' };
  }
  const { numbers, words, kind } = column;
  if (!numbers || kind !== 'number') return { kind: 'class', why: 'words' };
  const different = words?.words.length ?? Number.POSITIVE_INFINITY;
  if (column.unreadable.length > 0 && different <= fewNumbers)
    return { kind: 'class', why: 'words and numbers' };
  if (!numbers.isWhole)
    return { kind: 'rating', why: 'numbers with fractions (--label-kind class makes a class of each)' };
  if (different > fewNumbers)
    return { kind: 'rating', why: `more than ${fewNumbers} different numbers (--label-kind class)` };
  return { kind: 'class', why: `at most ${fewNumbers} different whole numbers (--label-kind rating)` };
}

const absent = (count: number): string[] =>
  count === 0 ? [] : [`${count} example${count > 1 ? 's have' : ' has'} no label: predicted, but not scored`];

const chosen = ({ classes, codes }: RowLabels, rows: readonly number[]) => ({
  classes,
  codes: Int32Array.from(rows, (row) => codes![row]),
});

/** Without the classes of rows alone that cannot be used. */
function withoutEmpty({ classes, codes }: { classes: string[]; codes: Int32Array }): {
  classes: string[];
  codes: Int32Array;
} {
  const used = new Set(codes);
  const kept = classes.map((_, i) => i).filter((i) => used.has(i));
  const place = new Map(kept.map((old, i) => [old, i]));
  return { classes: kept.map((i) => classes[i]), codes: codes.map((code) => place.get(code)!) };
}

/**
 * What two words of one class have in common. Letters with accents are the same in one code point and in several (Unicode normal form C);
 * 1 and 1.0 are the same where all labels are numbers.
 */
function keyOf(words: readonly string[]): (word: string) => string {
  const areNumbers = words.every((word) => word.trim() !== '' && Number.isFinite(Number(word)));
  return areNumbers ? (word) => String(Number(word)) : (word) => word.normalize('NFC');
}

/** Each class as it is written first. */
const firstOfEach = (words: readonly string[], key: (word: string) => string): string[] => [
  ...new Map(words.toReversed().map((word) => [key(word), word])).values(),
];

/** `80 %`, `4/5`, `4 of 5`, `€3`, `5 stars`. */
const numberWithUnit =
  /^(?:[$€£¥]\s*\d+(?:[.,]\d+)?|\d+(?:[.,]\d+)?\s*(?:[%‰$€£¥★]+|(?:\/|out of|of|von)\s*\d+|stars?|points?))$/i;

/** Classes that may not be meant as such. */
function doubtful(classes: readonly string[]): string[] {
  const byLetters = new Map<string, string[]>();
  for (const word of classes) {
    const letters = word.toLowerCase();
    byLetters.set(letters, [...(byLetters.get(letters) ?? []), word]);
  }
  const quoted = (words: readonly string[]): string =>
    words.map((word) => `'${printable(word, 30)}'`).join(' and ');
  const alike = [...byLetters.values()].filter((words) => words.length > 1);
  const missing = classes.filter(isMissing);
  const scored = classes.length > 2 && classes.every((word) => numberWithUnit.test(word.trim()));
  return [
    ...(scored
      ? [
          `classes such as ${quoted(classes.slice(0, 1))} are in no order; write the numbers alone to have a rating of them (--label-kind rating)`,
        ]
      : []),
    ...(alike.length > 0
      ? [
          `classes that differ in case alone are kept apart: ${alike.slice(0, 3).map(quoted).join(', ')}${alike.length > 3 ? ', …' : ''}`,
        ]
      : []),
    ...(missing.length > 0
      ? [
          `${quoted(missing.slice(0, 3))} ${missing.length > 1 ? 'are' : 'is'} taken for a class, not for a missing label; leave the cell empty where there is no label`,
        ]
      : []),
  ];
}

/** Numbers by their size, words by code units, so that no locale matters. */
function inOrder(words: readonly string[]): string[] {
  const isNumber = words.every((word) => Number.isFinite(Number(word)));
  return [...words].sort(
    isNumber ? (a, b) => Number(a) - Number(b) || (a < b ? -1 : 1) : (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  );
}
