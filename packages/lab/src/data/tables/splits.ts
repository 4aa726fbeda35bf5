/** Examples to train, validate and test on. */
import { ConfigError, DataError, NoiseStream } from 'lethe';
import { printable } from 'lethe/internal';
import { counted } from '../../common/counted.ts';
import { splitNamed, splitNames } from '../split-names.ts';
import type { LabelledData } from './labelled-types.ts';

/** How examples are split. */
export interface SplitOptions {
  /** shares of all examples. @defaultValue 0.1 each */
  valid?: number;
  test?: number;
  /** kept for calibration, disjoint from the others. @defaultValue 0 */
  calibration?: number;
  /** @defaultValue 1 */
  seed?: number | bigint;
  /** `time`: the latest are the test. @defaultValue what the data have: a column of splits, groups, else chance */
  by?: 'chance' | 'time';
  /** the test is part `fold` (from 0) of `of` equal parts, instead of a share */
  folds?: { of: number; fold: number };
}

/** The splits of labelled examples, by their numbers. */
const exampleSplits = [...splitNames, 'calibration'] as const;

/** The number of the split that a word names, in any case: `train`, `val`, `test`, `calibration` and the like. */
export function exampleSplitNamed(word: string): number | undefined {
  const isCalibration = ['calibration', 'calibrate', 'calib', 'cal'].includes(word.toLowerCase());
  const name = isCalibration ? 'calibration' : splitNamed(word);
  return name && exampleSplits.indexOf(name);
}

/** Numbers of the examples of each split, ascending, and in clauses how they came about. */
export interface ExampleSplits {
  train: Uint32Array;
  valid: Uint32Array;
  test: Uint32Array;
  /** empty where none is asked for */
  calibration: Uint32Array;
  notes: string[];
}

/**
 * Splits examples: as a column says; by groups, so that no two splits share one; by time; else by chance, the classes in their shares.
 * Chance is the seed's alone.
 * @throws DataError for a split without examples, and a class that is in another split but not in training; ConfigError for shares
 * that leave nothing to train on
 */
export function splitExamples(data: LabelledData, options: SplitOptions = {}): ExampleSplits {
  const shares = checkedShares(options);
  const assigned = new Uint8Array(data.length);
  const notes: string[] = [];
  const free = bySplitColumn(data, assigned, shares, notes);
  const { units, how, take } = unitsOf(data, free, options);
  if (free.length > 0 && shares.test + shares.valid > 0) notes.push(how);
  if (shares.test > 0) assign(units, shares.test * free.length, take, assigned, 2, options.folds);
  // In time the examples of calibration stand before the test, whose like they are to be, and behind those of validation.
  for (const [share, split] of [
    [shares.calibration, calibrationSplit],
    [shares.valid, 1],
  ]) {
    const rest = units.filter((unit) => assigned[unit[0]] === 0);
    if (share > 0) assign(rest, share * free.length, take, assigned, split);
  }
  if (how === byChance) keepClasses(data, free, assigned);
  const part = (split: number): Uint32Array =>
    Uint32Array.from(assigned.keys()).filter((i) => assigned[i] === split);
  const splits = { train: part(0), valid: part(1), test: part(2), calibration: part(calibrationSplit) };
  check(data, splits, options);
  const kept = splits.calibration.length > 0 ? [`${splits.calibration.length} calibration`] : [];
  notes.push([...splitNames.map((name) => `${splits[name].length} ${name}`), ...kept].join(', '));
  return { ...splits, notes };
}

// --- internal ---

const byChance = 'split by chance, classes in their shares (--split-by)';

const calibrationSplit = exampleSplits.indexOf('calibration');

interface Shares {
  valid: number;
  test: number;
  calibration: number;
}

function checkedShares({ valid = 0.1, test = 0.1, calibration = 0, folds }: SplitOptions): Shares {
  for (const [name, share] of Object.entries({ valid, test, calibration })) {
    if (!(share >= 0 && share < 1))
      throw new ConfigError(`${name}: expected a share of at least 0 and below 1, got ${share}`);
  }
  if (folds) {
    const { of, fold } = folds;
    if (!(Number.isInteger(of) && of >= 2 && Number.isInteger(fold) && fold >= 0 && fold < of)) {
      throw new ConfigError(`folds: expected part 0 to ${of - 1} of at least 2, got part ${fold} of ${of}`);
    }
  }
  const shares = { valid, test: folds ? 1 / folds.of : test, calibration };
  if (shares.valid + shares.test + calibration >= 1) {
    throw new ConfigError(
      `${calibration > 0 ? 'valid, calibration and test' : 'valid and test'}: expected shares of less than 1 in all, got ${[valid, ...(calibration > 0 ? [calibration] : []), shares.test].join(' and ')}`,
    );
  }
  return shares;
}

/** Assigns what a column says. Returns the examples that are to be split further: all without one, else those of training. */
function bySplitColumn(
  { splits, length }: LabelledData,
  assigned: Uint8Array,
  shares: Shares,
  notes: string[],
): number[] {
  const all = Array.from({ length }, (_, i) => i);
  if (!splits) return all;
  assigned.set(splits.codes);
  notes.push(`split by '${printable(splits.column, 40)}'`);
  for (const name of ['valid', 'test', 'calibration'] as const) {
    if (splits.codes.includes(exampleSplits.indexOf(name))) shares[name] = 0;
    else if (shares[name] > 0)
      notes.push(`'${printable(splits.column, 40)}' names no ${name}: it is cut out of train`);
  }
  return all.filter((i) => assigned[i] === 0);
}

/** Examples that stay together, in the order in which they are taken. */
function unitsOf(
  data: LabelledData,
  free: readonly number[],
  { seed = 1, by }: SplitOptions,
): { units: number[][]; how: string; take: Take } {
  if (by === 'time') {
    const { when } = data;
    if (!when)
      throw new DataError(
        `${data.where}: expected a time of each example for splits by time (--time), found none`,
      );
    const order = [...free].sort((a, b) => when[a] - when[b] || a - b);
    return { units: order.map((i) => [i]), how: 'split by time: the latest are the test', take: 'last' };
  }
  const stream = new NoiseStream(seed);
  const place = { site: 'order', entry: 2 } as const;
  const { groups, target } = data;
  if (groups) {
    const members = new Map<number, number[]>();
    for (const i of free) {
      const list = members.get(groups.codes[i]);
      if (list) list.push(i);
      else members.set(groups.codes[i], [i]);
    }
    const list = [...members.values()];
    const order = stream.permutation(place, list.length);
    return {
      units: Array.from(order, (at) => list[at]),
      how: `split by '${printable(groups.column, 40)}': ${counted(list.length, 'group')}, none in two splits`,
      take: 'first',
    };
  }
  const order = Array.from(stream.permutation(place, free.length), (at) => free[at]);
  if (target?.kind === 'class') order.sort((a, b) => target.codes[a] - target.codes[b]);
  return { units: order.map((i) => [i]), how: byChance, take: 'evenly' };
}

/** Which units a split takes: from the beginning, from the end, or spread over all, so that every class gives its part. */
type Take = 'first' | 'last' | 'evenly';

/** Gives units with about `wanted` examples, one at least, to a split; or every so many of folds. */
function assign(
  units: readonly number[][],
  wanted: number,
  take: Take,
  assigned: Uint8Array,
  split: number,
  folds?: SplitOptions['folds'],
): void {
  const count = Math.max(1, Math.round(wanted));
  const rate = Math.min(1, count / units.length);
  let given = 0;
  for (let at = 0; at < units.length; at++) {
    const unit = units[take === 'last' ? units.length - 1 - at : at];
    const isOne = folds
      ? at % folds.of === folds.fold
      : take === 'evenly'
        ? Math.floor((at + 1) * rate + 1e-9) > Math.floor(at * rate + 1e-9)
        : given < count;
    if (!isOne) continue;
    for (const i of unit) assigned[i] = split;
    given += unit.length;
  }
}

/** Of a class that chance gave to other splits alone, one example comes back to training. */
function keepClasses({ target }: LabelledData, free: readonly number[], assigned: Uint8Array): void {
  if (target?.kind !== 'class') return;
  const seen = new Set<number>();
  for (const [i, split] of assigned.entries()) if (split === 0) seen.add(target.codes[i]);
  for (const i of free) {
    const code = target.codes[i];
    if (seen.has(code)) continue;
    assigned[i] = 0;
    seen.add(code);
  }
}

function check(
  data: LabelledData,
  splits: Record<(typeof exampleSplits)[number], Uint32Array>,
  { valid, test, calibration }: SplitOptions,
): void {
  const asked = { train: 1, valid: valid ?? 1, test: test ?? 1, calibration: calibration ?? 0 };
  for (const name of exampleSplits) {
    if (splits[name].length > 0 || asked[name] === 0) continue;
    const groups = data.groups ? `, from ${counted(new Set(data.groups.codes).size, 'group')}` : '';
    throw new DataError(
      `${data.where}: expected examples to ${{ train: 'train on', valid: 'validate on', test: 'test on', calibration: 'calibrate on' }[name]}, found none of ${data.length}${groups}; give more, or other shares`,
    );
  }
  const { target } = data;
  if (target?.kind !== 'class') return;
  const trained = new Set(Array.from(splits.train, (i) => target.codes[i]));
  for (const name of ['valid', 'test', 'calibration'] as const) {
    const missing = splits[name].find((i) => target.codes[i] >= 0 && !trained.has(target.codes[i]));
    if (missing === undefined) continue;
    const word = printable(target.classes[target.codes[missing]], 40);
    throw new DataError(
      `${data.where}: expected every class in training, found '${word}' in ${name} alone (line ${data.lines[missing]}); split otherwise (--split-by, --group, --seed), or take it out`,
    );
  }
}
