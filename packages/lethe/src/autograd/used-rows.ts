/** Which rows of a gradient may be other than zero, where that is known. */
import type { Real } from '../tensor/dtype.ts';

interface UsedRows {
  /** elements of a row */
  width: number;
  /** 1 for each row that may be */
  rows: Uint8Array;
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
  const { width, rows } = used;
  // Neighbours go together.
  for (let from = rows.indexOf(1); from >= 0; ) {
    const end = rows.indexOf(0, from);
    const to = end < 0 ? rows.length : end;
    part(gradient.subarray(from * width, to * width) as Real, from * width);
    from = rows.indexOf(1, to);
  }
}

/** Gradients without the rows that are known to be zero: for sums over them. */
export function usedPartsOf(gradients: readonly Real[]): Real[] {
  const parts: Real[] = [];
  for (const gradient of gradients) eachUsedPart(gradient, (values) => parts.push(values));
  return parts;
}
