/** The most probable classes of a linear readout, a few rows at a time. See the contract. */
import type { ReadoutTop } from '../contract/loss.ts';
import { matmul } from './matmul.ts';
import { workspace } from './workspace.ts';

/** Rows whose logits are there at once. */
const most = 32;
const space = workspace();

export function readoutTop({ M, I, K, N, x, w, bias, classes, logits, totals }: ReadoutTop): void {
  const z = space(Math.min(most, M) * K);
  for (let m0 = 0; m0 < M; m0 += most) {
    const rows = Math.min(most, M - m0);
    const a = x.subarray(m0 * I, (m0 + rows) * I);
    matmul({ m: rows, n: K, k: I, a, b: w, transposeB: true, bias, c: z });
    for (let row = 0; row < rows; row++) {
      const m = m0 + row;
      const own = z.subarray(row * K, (row + 1) * K);
      totals[m] = logSumExp(own);
      putBest(own, classes.subarray(m * N, (m + 1) * N), logits.subarray(m * N, (m + 1) * N));
    }
  }
}

// --- internal ---

function logSumExp(z: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  // Not a number is left to the sum.
  for (const value of z) if (value > largest) largest = value;
  const shift = largest === Number.NEGATIVE_INFINITY ? 0 : largest;
  let sum = 0;
  for (const value of z) sum += Math.exp(value - shift);
  return shift + Math.log(sum);
}

/** The largest of z, best first, into arrays of one length. */
function putBest(z: Float64Array, classes: Int32Array, logits: ReadoutTop['logits']): void {
  const last = classes.length - 1;
  classes.fill(-1);
  logits.fill(Number.NEGATIVE_INFINITY);
  for (let k = 0; k < z.length && last >= 0; k++) {
    const value = logits instanceof Float32Array ? Math.fround(z[k]) : z[k];
    if (!(value > logits[last])) continue;
    let at = last;
    for (; at > 0 && logits[at - 1] < value; at--) {
      logits[at] = logits[at - 1];
      classes[at] = classes[at - 1];
    }
    logits[at] = value;
    classes[at] = k;
  }
}
