/** Which rows of a gradient may be other than zero, where that is known. */
import type { Real } from '../tensor/dtype.ts';

interface UsedRows {
  /** elements of a row */
  width: number;
  rows: Set<number>;
}

/** By gradient; an array that is not in it may be anything. */
export const usedRows = new WeakMap<Real, UsedRows>();

/** Calls `part` with the stretches of a gradient that may be other than zero, ascending: its used rows, or the whole. */
export function eachUsedPart(gradient: Real, part: (values: Real, from: number) => void): void {
  const used = usedRows.get(gradient);
  if (!used) {
    part(gradient, 0);
    return;
  }
  const { width } = used;
  const rows = Int32Array.from(used.rows).sort();
  // Neighbours go together.
  for (let i = 0; i < rows.length; ) {
    let end = i + 1;
    while (end < rows.length && rows[end] === rows[end - 1] + 1) end++;
    part(gradient.subarray(rows[i] * width, (rows[end - 1] + 1) * width) as Real, rows[i] * width);
    i = end;
  }
}

/** Gradients without the rows that are known to be zero: for sums over them. */
export function usedPartsOf(gradients: readonly Real[]): Real[] {
  const parts: Real[] = [];
  for (const gradient of gradients) eachUsedPart(gradient, (values) => parts.push(values));
  return parts;
}
