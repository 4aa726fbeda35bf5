/** Labelled data of a configuration: read, split, encoded. */
import { createHash } from 'node:crypto';
import { ConfigError, DataError, NoiseStream } from 'lethe';
import { printable } from 'lethe/internal';
import { readLabelled } from '../../data/tables/labelled.ts';
import type { LabelledData, LabelledOptions } from '../../data/tables/labelled-types.ts';
import { splitExamples } from '../../data/tables/splits.ts';
import type { DataPlaces } from '../kind.ts';
import { tableReading } from '../shared/table-config.ts';
import { labelledFile } from './catalogue.ts';
import type { ClassifyConfig } from './config.ts';
import { encoded, readingOf } from './encode.ts';
import type { ClassifyData, Example, Reading, Sequence, Splits } from './types.ts';

/**
 * Reads what a configuration names.
 * @throws MissingDataError for a published set that is not here; DataError for what `readLabelled` and `splitExamples` refuse
 */
export async function loadLabelled(config: ClassifyConfig, places: DataPlaces = {}): Promise<ClassifyData> {
  const { file, source } = labelledFile(config.dataset, places);
  const data = await readLabelled(file, labelledOptions(config), config.dataset);
  return labelledExamples(data, config, source);
}

/** What a configuration says of a file, as its reader takes it. */
export function labelledOptions({ columns, table }: ClassifyConfig): LabelledOptions {
  const { numbers, group, labelKind, ...rest } = columns;
  const said = Object.entries({ ...rest, columns: numbers }).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return {
    ...tableReading(table),
    ...Object.fromEntries(said),
    ...(group !== 'auto' && { group }),
    ...(labelKind !== 'auto' && { labelKind }),
  };
}

/**
 * The data of labelled examples, split and encoded.
 * @throws DataError, ConfigError as `splitExamples` does
 */
export function labelledExamples(data: LabelledData, config: ClassifyConfig, source: string): ClassifyData {
  const { splits, train, reading, notes } =
    config.tokens.examples === 'segments' && config.splits.segments === 'apart' && data.input.kind === 'text'
      ? apart(data, config)
      : together(data, config);
  if (data.target?.kind === 'rating') requireSpread(data, train);
  return {
    name: config.dataset,
    source,
    splits,
    reading,
    notes: [...data.notes, ...notes],
    found: { group: data.groups?.column ?? 'none', splitBy: data.splits?.column ?? null },
    sha256: checksum(splits),
  };
}

// --- internal ---

interface Split {
  splits: Splits;
  /** examples of the file that training sees */
  train: readonly number[];
  reading: Reading;
  notes: string[];
}

/** Texts, or sequences, each in one split. */
function together(data: LabelledData, config: ClassifyConfig): Split {
  const { by, valid, test, calibration, seed, folds, fold } = config.splits;
  const indices = splitExamples(data, {
    ...{ by: by === 'time' ? 'time' : undefined, valid, test, calibration, seed },
    ...(folds !== null && { folds: { of: folds, fold } }),
  });
  const train = Array.from(indices.train);
  const { reading, notes } = readingOf(data, train, config);
  const all = encoded(data, reading);
  const inSegments = config.tokens.examples === 'segments';
  const of = (numbers: Uint32Array): Example[] => {
    const examples = Array.from(numbers, (i) => all[i]);
    return inSegments ? examples.flatMap(segments) : examples;
  };
  const splits = {
    ...{ train: of(indices.train), valid: of(indices.valid), test: of(indices.test) },
    calibration: of(indices.calibration),
  };
  const cut = data.input.kind === 'text' ? cutNotes(all, config) : [];
  return { splits, train, reading, notes: [...indices.notes, ...notes, ...cut] };
}

/** Segments of texts in random order, the first of all for training, the last for the test: a text at a border stands on both sides. */
function apart(data: LabelledData, config: ClassifyConfig): Split {
  const { valid, test, calibration, seed, folds, by } = config.splits;
  if (folds !== null) {
    throw new ConfigError(
      'splits.folds: expected none where splits.segments is apart; leave one of them out',
    );
  }
  const kept = data.splits
    ? `a column of splits ('${printable(data.splits.column, 40)}'; --ignore takes it out)`
    : data.groups
      ? `groups ('${printable(data.groups.column, 40)}'; --group none makes none)`
      : by === 'time' && 'splits by time';
  if (kept) {
    throw new ConfigError(
      `splits.segments: expected together for ${kept}, found apart, where segments stand in random order and keep to none; leave one of them out`,
    );
  }
  const order = Array.from(new NoiseStream(seed).permutation({ site: 'order', entry: 2 }, data.length));
  // How many segments a text has does not depend on the words that are known.
  const lengths = encoded(data, readingOf(data, order, config).reading).map(({ parts }) => parts.length);
  const all = order.flatMap((i) => Array.from({ length: lengths[i] }, (_, part) => ({ i, part })));
  const ends = [all.length];
  for (const share of [test, calibration, valid])
    ends.push(ends[ends.length - 1] - Math.round(share * all.length));
  const trained = all.slice(0, ends[3]);
  requireSegments(data, all, ends);
  const train = [...new Set(trained.map(({ i }) => i))];
  const { reading, notes } = readingOf(data, train, config);
  const examples = encoded(data, reading).map(segments);
  const of = (from: number, to: number): Example[] =>
    all.slice(from, to).map(({ i, part }) => examples[i][part]);
  const splits = {
    ...{ train: of(0, ends[3]), valid: of(ends[3], ends[2]), test: of(ends[1], ends[0]) },
    calibration: of(ends[2], ends[1]),
  };
  const sizes = Object.entries(splits).map(([name, { length }]) => `${length} ${name}`);
  return {
    ...{ splits, train, reading },
    notes: [
      `segments of ${config.tokens.segment} tokens in the random order of their texts: ${sizes.join(', ')}; a text at a border stands in two splits (splits.segments)`,
      ...notes,
    ],
  };
}

/** Throws DataError for a split without segments, and a class that training does not have: `ends` of test, calibration, validation and training. */
function requireSegments(
  data: LabelledData,
  all: readonly { i: number }[],
  [end, testFrom, calibrationFrom, validFrom]: readonly number[],
): void {
  const parts = { train: all.slice(0, validFrom), valid: all.slice(validFrom, calibrationFrom) };
  const test = all.slice(testFrom, end);
  for (const [what, { length }] of Object.entries({ train: parts.train, validate: parts.valid, test })) {
    if (length > 0) continue;
    throw new DataError(
      `${data.where}: expected segments to ${what} on, found none of ${all.length}; give more, or other shares`,
    );
  }
  const { target } = data;
  if (target?.kind !== 'class') return;
  const known = new Set(parts.train.map(({ i }) => target.codes[i]));
  const missing = all.find(({ i }) => !known.has(target.codes[i]));
  if (!missing) return;
  throw new DataError(
    `${data.where}: expected every class in training, found '${printable(target.classes[target.codes[missing.i]], 40)}' in other splits alone (line ${data.lines[missing.i]}); split otherwise (--set splits.seed=2, --set splits.segments=together), or take it out`,
  );
}

/** Each segment as an example with what its text has. */
function segments({ parts, name, ...text }: Example): Example[] {
  return parts.map((part, k) => ({ ...text, parts: [part], name: `${name}.${k + 1}` }));
}

function cutNotes(all: readonly Example[], { tokens }: ClassifyConfig): string[] {
  const long = all.filter(({ parts }) => parts.length > 1).length;
  if (long === 0 || tokens.segment === null) return [];
  const how = tokens.examples === 'segments' ? 'each an example' : 'which answer together';
  return [
    `${long === 1 ? '1 text' : `${long} texts`} of more than ${tokens.segment} tokens ${long === 1 ? 'is' : 'are'} cut into segments, ${how} (tokens.segment)`,
  ];
}

function requireSpread(data: LabelledData, train: readonly number[]): void {
  const values = new Set(train.map((i) => (data.target as { values: Float64Array }).values[i]));
  if (values.size > 1) return;
  throw new DataError(
    `${data.where}: expected different ratings in training, found ${[...values][0]} alone; there is nothing to learn`,
  );
}

/** Over all that the model is given, in order. */
function checksum(splits: Splits): string {
  const hash = createHash('sha256');
  for (const [name, examples] of Object.entries(splits)) {
    hash.update(`${name} ${examples.length}\n`);
    for (const { parts, target } of examples) {
      hash.update(`${target}`);
      for (const part of parts) hash.update(bytesOf(part));
    }
  }
  return hash.digest('hex');
}

function bytesOf(part: Sequence): Uint8Array {
  const { buffer, byteOffset, byteLength } = part instanceof Int32Array ? part : part.values;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
