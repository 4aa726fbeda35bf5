/** Extremes of as many values as there are: spread into Math.max they would have to fit on the stack of calls. */

/** The largest value; -Infinity of none, NaN where one is NaN, as Math.max has it. */
export function largest(values: Iterable<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** The least value; Infinity of none, NaN where one is NaN, as Math.min has it. */
export function least(values: Iterable<number>): number {
  let fewest = Number.POSITIVE_INFINITY;
  for (const value of values) fewest = Math.min(fewest, value);
  return fewest;
}
