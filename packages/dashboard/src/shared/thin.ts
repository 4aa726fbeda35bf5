/**
 * A curve with fewer points that looks the same and loses no spike: of every bucket of rows the first, the lowest, the highest and the
 * last point stay (M4; Jugel, Jerzak, Hackenbroich and Markl, 2014), in their order. A gap (no number) of a bucket stays as one point.
 */
export interface Thinned {
  x: number[];
  y: (number | null)[];
}

/**
 * @param x, y of the same length; rows whose x is no finite number, and whose y is absent (NaN), are left out; an infinite y is a gap
 * @param points about how many may stay
 */
export function thin(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  points: number,
  [from, to]: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): Thinned & { count: number } {
  const rows: number[] = [];
  for (let i = 0; i < y.length; i++) {
    if (Number.isFinite(x[i]) && !Number.isNaN(y[i]) && x[i] >= from && x[i] <= to) rows.push(i);
  }
  const chosen = thinRows(rows, [y], points);
  return { x: chosen.map((row) => x[row]), y: numbersAt(y, chosen), count: rows.length };
}

/** Of these rows about `points`, with the extremes of every column in every bucket. */
export function thinRows(
  rows: readonly number[],
  columns: readonly ArrayLike<number>[],
  points: number,
): readonly number[] {
  if (rows.length <= points) return rows;
  const buckets = Math.max(1, Math.floor(points / (2 + 2 * columns.length)));
  const chosen: number[] = [];
  const kept: number[] = [];
  for (let b = 0; b < buckets; b++) {
    const begin = Math.floor((b * rows.length) / buckets);
    const end = Math.floor(((b + 1) * rows.length) / buckets);
    kept.length = 0;
    kept.push(begin, end - 1);
    for (const y of columns) addExtremes(kept, rows, y, begin, end);
    kept.sort((a, b) => a - b);
    for (let k = 0; k < kept.length; k++) if (k === 0 || kept[k] !== kept[k - 1]) chosen.push(rows[kept[k]]);
  }
  return chosen;
}

/** What stands in some rows; null for what is no number. */
export const numbersAt = (y: ArrayLike<number>, rows: readonly number[]): (number | null)[] =>
  rows.map((row) => (Number.isFinite(y[row]) ? y[row] : null));

// --- internal ---

/** Adds the places of the lowest and the highest number and of a gap, where there are such. */
function addExtremes(
  kept: number[],
  rows: readonly number[],
  y: ArrayLike<number>,
  begin: number,
  end: number,
): void {
  let low = -1;
  let high = -1;
  let gap = -1;
  for (let i = begin; i < end; i++) {
    const value = y[rows[i]];
    if (!Number.isFinite(value)) gap = i;
    else {
      if (low < 0 || value < y[rows[low]]) low = i;
      if (high < 0 || value > y[rows[high]]) high = i;
    }
  }
  for (const place of [low, high, gap]) if (place >= 0) kept.push(place);
}
