/** Growing float64 work arrays of the portable kernels, so that a call in a loop allocates nothing. */

/** Hands out one array of at least `length` numbers; contents are whatever the last use left. */
export type Workspace = (length: number) => Float64Array;

/** A workspace of its own; each place that needs an array at the same time as another makes one. */
export function workspace(): Workspace {
  let buffer = new Float64Array(0);
  return (length) => {
    if (buffer.length < length) buffer = new Float64Array(Math.max(length, 2 * buffer.length));
    return buffer;
  };
}
