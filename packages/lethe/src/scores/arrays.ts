/** Checks that all scores share: rows of one length, targets that fit them. */
import { checkArray } from '../checks.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumbers } from '../options.ts';

/** N rows of K numbers: probabilities of classes, steps of a horizon, draws of a value. */
export type Rows = readonly ArrayLike<number>[];

/**
 * Rows of K numbers that lie one behind the other, without a copy where the array can be viewed.
 * @throws ConfigError for what is no array of numbers; ShapeError unless K divides its length
 */
export function rowsOf(flat: ArrayLike<number>, K: number): ArrayLike<number>[] {
  checkNumbers('rowsOf', 'flat', flat);
  if (!Number.isInteger(K) || K < 1 || flat.length % K !== 0) {
    throw new ShapeError(`rowsOf: expected a width that divides the ${flat.length} numbers, got ${found(K)}`);
  }
  const view = flat as { subarray?: (from: number, to: number) => ArrayLike<number> };
  const part = (from: number) =>
    view.subarray ? view.subarray(from, from + K) : Array.prototype.slice.call(flat, from, from + K);
  return Array.from({ length: flat.length / K }, (_, n) => part(n * K));
}

/** Throws ConfigError unless `rows` are arrays of numbers, at least one; ShapeError unless all have `width`, that of the first where it is absent. */
export function checkRows(where: string, name: string, rows: unknown, width?: number): asserts rows is Rows {
  checkArray(where, name, rows, 'arrays of numbers');
  if (rows.length === 0)
    throw new ShapeError(`${where}: expected ${name} to have at least one row, got none`);
  for (const [n, row] of rows.entries()) {
    checkNumbers(where, `${name}[${n}]`, row);
    const wanted = width ?? (rows[0] as ArrayLike<number>).length;
    if (row.length === wanted) continue;
    throw new ShapeError(
      `${where}: expected ${wanted} numbers in every row of ${name}, got ${row.length} at row ${n}`,
    );
  }
}

/** Throws ConfigError unless `values` are finite numbers; ShapeError unless there are `length`. */
export function checkValues(
  where: string,
  name: string,
  values: unknown,
  length: number,
): asserts values is ArrayLike<number> {
  checkNumbers(where, name, values);
  checkLength(where, name, values.length, length);
  for (let n = 0; n < values.length; n++) {
    if (Number.isFinite(values[n])) continue;
    throw new ConfigError(
      `${where}: expected ${name} to be finite, got ${values[n]} at element ${n}; leave out what was not observed`,
    );
  }
}

/** Throws ConfigError unless `values` are finite numbers, or NaN where they are missing. */
export function checkSeriesValues(
  where: string,
  name: string,
  values: unknown,
): asserts values is ArrayLike<number> {
  checkNumbers(where, name, values);
  for (let t = 0; t < values.length; t++) {
    if (Math.abs(values[t]) !== Infinity) continue;
    throw new ConfigError(
      `${where}: expected ${name} to be finite, or NaN where a value is missing, got ${values[t]} at step ${t}; make it NaN`,
    );
  }
}

/** Throws ConfigError where one of the `values` is NaN: it has no place in an order, and no comparison with it is true. */
export function checkOrdered(where: string, name: string, values: ArrayLike<number>): void {
  for (let n = 0; n < values.length; n++) {
    if (!Number.isNaN(values[n])) continue;
    throw new ConfigError(
      `${where}: expected ${name} to be numbers that can be compared, got NaN at element ${n}; leave out what was not observed`,
    );
  }
}

/** Throws ShapeError unless `length` is as `expected`. */
export function checkLength(where: string, name: string, length: number, expected: number): void {
  if (length === expected) return;
  throw new ShapeError(`${where}: expected ${expected} elements in ${name}, got ${length}`);
}

/** Throws ConfigError unless every target is a class, from 0 to K - 1; ShapeError unless there are `length`. */
export function checkClasses(
  where: string,
  target: unknown,
  length: number,
  K: number,
): asserts target is ArrayLike<number> {
  checkNumbers(where, 'target', target);
  checkLength(where, 'target', target.length, length);
  for (let n = 0; n < target.length; n++) {
    if (Number.isInteger(target[n]) && target[n] >= 0 && target[n] < K) continue;
    throw new ConfigError(
      `${where}: expected every target to be a class, a whole number from 0 to ${K - 1}, got ${target[n]} at element ${n}`,
    );
  }
}

/** Throws ConfigError unless every row is a distribution: numbers from 0 to 1 with the sum 1, up to rounding of float32. */
export function checkDistributions(where: string, name: string, rows: unknown): asserts rows is Rows {
  checkRows(where, name, rows);
  for (const [n, row] of rows.entries()) {
    let sum = 0;
    for (let k = 0; k < row.length; k++) {
      // Negated so that NaN is refused.
      if (!(row[k] >= -slack && row[k] <= 1 + slack)) {
        throw new ConfigError(
          `${where}: expected ${name} from 0 to 1, got ${row[k]} at row ${n}, class ${k}; give probabilities, not logits`,
        );
      }
      sum += row[k];
    }
    if (Math.abs(sum - 1) <= slack * Math.max(1, row.length)) continue;
    throw new ConfigError(
      `${where}: expected every row of ${name} to have the sum 1, got ${sum} at row ${n}`,
    );
  }
}

/** Where the largest number stands; the first of equal ones. */
export function argmax(row: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < row.length; k++) if (row[k] > row[best]) best = k;
  return best;
}

/** The mean; NaN of no numbers. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += values[n];
  return sum / values.length;
}

/**
 * The quantile q of ascending numbers, between two of them on the line through both: position q (n - 1) (type 7 of Hyndman and Fan 1996).
 */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const share = position - below;
  return share === 0 ? sorted[below] : sorted[below] * (1 - share) + sorted[below + 1] * share;
}

// --- internal ---

/** Rounding of a softmax in float32 may leave a probability this far off. */
const slack = 1e-4;
