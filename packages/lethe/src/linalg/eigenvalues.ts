/**
 * Eigenvalues of a real square matrix without symmetry: Householder
 * reduction to Hessenberg form, then the implicitly double-shifted QR iteration of Francis (1961) with
 * deflation. Always in float64. About 10 n^3 operations; no eigenvectors, so only the block that is still
 * coupled is worked on. (Golub and Van Loan, Matrix Computations, sections 7.4 and 7.5.)
 */

import { checkWhole } from '../checks.ts';
import { NumericsError, ShapeError } from '../errors.ts';
import { checkNumbers } from '../options.ts';

/** Eigenvalues, real and imaginary parts; conjugate pairs stand next to each other. */
export interface Eigenvalues {
  real: Float64Array;
  imaginary: Float64Array;
}

/**
 * All eigenvalues of a real matrix, in no particular order.
 * @param matrix [n, n], row-major, not changed
 * @throws ShapeError when it is not n times n; NumericsError when it is not finite
 */
export function eigenvalues(matrix: ArrayLike<number>, n: number): Eigenvalues {
  checkNumbers('eigenvalues', 'matrix', matrix);
  checkWhole('eigenvalues', 'n', n, 0, 2 ** 15);
  if (matrix.length !== n * n) {
    throw new ShapeError(
      `eigenvalues: expected a matrix of shape [${n}, ${n}], got ${matrix.length} elements`,
    );
  }
  const found = { real: new Float64Array(n), imaginary: new Float64Array(n) };
  const h = Float64Array.from(matrix);
  let largest = 0;
  for (const value of h) {
    if (!Number.isFinite(value)) {
      throw new NumericsError(`eigenvalues: expected a finite matrix, got an element ${value}`);
    }
    largest = Math.max(largest, Math.abs(value));
  }
  if (largest === 0) return found;
  // Away from overflow and underflow: an entry 1e-30 of the largest is far below the rounding error. Then Frobenius norm 1, which every orthogonal
  // similarity keeps, so that rounding errors have one size throughout.
  for (let i = 0; i < h.length; i++) h[i] = Math.abs(h[i]) < 1e-30 * largest ? 0 : h[i] / largest;
  balance(h, n);
  const norm = Math.sqrt(h.reduce((sum, value) => sum + value * value, 0));
  for (let i = 0; i < h.length; i++) h[i] /= norm;
  reduceToHessenberg(h, n);
  iterate(h, n, found);
  for (let i = 0; i < n; i++) {
    found.real[i] *= largest * norm;
    found.imaginary[i] *= largest * norm;
  }
  return found;
}

// --- internal ---

/**
 * Brings row i and column i near one sum by the similarity D^-1 A D with powers of two, which round nothing
 * (Parlett and Reinsch, 1969). Without it a matrix of very unequal entries can make the iteration stall.
 */
function balance(a: Float64Array, n: number): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < n; i++) {
      let column = 0;
      let row = 0;
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        column += Math.abs(a[j * n + i]);
        row += Math.abs(a[i * n + j]);
      }
      if (column === 0 || row === 0) continue;
      const scale = 2 ** Math.round(Math.log2(row / column) / 2);
      if (column * scale + row / scale >= 0.95 * (column + row)) continue;
      changed = true;
      for (let j = 0; j < n; j++) {
        a[i * n + j] /= scale;
        a[j * n + i] *= scale;
      }
    }
  }
}

/** Replaces a [n, n] by an orthogonally similar matrix that is zero below the first subdiagonal. */
function reduceToHessenberg(a: Float64Array, n: number): void {
  const v = new Float64Array(n);
  const sums = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    const first = k + 1;
    let tail = 0;
    for (let i = first + 1; i < n; i++) tail += a[i * n + k] * a[i * n + k];
    if (tail === 0) continue;
    const x = a[first * n + k];
    const alpha = x > 0 ? -Math.sqrt(x * x + tail) : Math.sqrt(x * x + tail);
    for (let i = first; i < n; i++) v[i] = a[i * n + k];
    v[first] -= alpha;
    const beta = 2 / (v[first] * v[first] + tail);
    a[first * n + k] = alpha;
    for (let i = first + 1; i < n; i++) a[i * n + k] = 0;

    // From the left, row by row: sums = v' A, then A -= beta v sums.
    sums.fill(0, first);
    for (let i = first; i < n; i++) {
      const vi = v[i];
      const row = i * n;
      for (let j = first; j < n; j++) sums[j] += vi * a[row + j];
    }
    for (let i = first; i < n; i++) {
      const factor = beta * v[i];
      const row = i * n;
      for (let j = first; j < n; j++) a[row + j] -= factor * sums[j];
    }
    // From the right: A -= beta (A v) v'.
    for (let row = 0; row < n * n; row += n) {
      let sum = 0;
      for (let j = first; j < n; j++) sum += a[row + j] * v[j];
      sum *= beta;
      for (let j = first; j < n; j++) a[row + j] -= sum * v[j];
    }
  }
}

/** A block gets an unusual shift after this many sweeps without an eigenvalue, and is given up after ten times as many. */
const sweepsPerShift = 10;

/** QR iteration on a Hessenberg matrix; an eigenvalue or a pair leaves at the bottom of the block [low, high]. */
function iterate(h: Float64Array, n: number, found: Eigenvalues): void {
  let high = n - 1;
  let sweeps = 0;
  while (high >= 0) {
    const low = startOfBlock(h, n, high);
    if (low >= high - 1) {
      if (low === high) found.real[high] = h[high * n + high];
      else solvePair(h, n, high, found);
      high = low - 1;
      sweeps = 0;
      continue;
    }
    if (sweeps === 10 * sweepsPerShift) {
      throw new NumericsError(
        `eigenvalues: no convergence after ${sweeps} sweeps on a block of ${high - low + 1} rows`,
      );
    }
    sweeps++;
    const end = high * n + high;
    const shifts = { a: h[end - n - 1], d: h[end], bc: h[end - n] * h[end - 1] };
    if (sweeps % sweepsPerShift === 0) {
      // Breaks the cycles that the regular shifts can fall into (a cyclic permutation is left as it is by them).
      const size = Math.abs(h[end - 1]) + Math.abs(h[end - n - 2]);
      shifts.a = shifts.d += 0.75 * size;
      shifts.bc = -0.4375 * size * size;
    }
    sweep(h, n, low, high, shifts);
  }
}

/**
 * Goes up from `high` to the first negligible subdiagonal element, which it sets to zero. Negligible is less
 * than the rounding error of a matrix of norm 1: every eigenvalue is exact for a matrix that near.
 */
function startOfBlock(h: Float64Array, n: number, high: number): number {
  for (let row = high; row > 0; row--) {
    const diagonal = row * n + row;
    if (Math.abs(h[diagonal - 1]) <= Number.EPSILON) {
      h[diagonal - 1] = 0;
      return row;
    }
  }
  return 0;
}

/** The eigenvalues of the 2 by 2 block that ends at `high`. */
function solvePair(h: Float64Array, n: number, high: number, found: Eigenvalues): void {
  const end = high * n + high;
  const half = (h[end - n - 1] - h[end]) / 2;
  const product = h[end - n] * h[end - 1];
  const discriminant = half * half + product;
  if (discriminant >= 0) {
    // The root farther from h[end] first; the other by division, without cancellation.
    const far = half + (half < 0 ? -1 : 1) * Math.sqrt(discriminant);
    found.real[high - 1] = h[end] + far;
    found.real[high] = far === 0 ? h[end] : h[end] - product / far;
  } else {
    found.real.fill(h[end] + half, high - 1, high + 1);
    found.imaginary[high - 1] = Math.sqrt(-discriminant);
    found.imaginary[high] = -found.imaginary[high - 1];
  }
}

/** The eigenvalues of a 2 by 2 matrix with the diagonal a, d and the product bc of the other two elements. */
interface Shifts {
  a: number;
  d: number;
  bc: number;
}

/**
 * One double-shifted sweep over rows and columns low..high: chases the bulge that the first column of
 * (h - shift_1)(h - shift_2) makes, with reflectors of three rows.
 */
function sweep(h: Float64Array, n: number, low: number, high: number, { a, d, bc }: Shifts): void {
  const top = low * n + low;
  // By differences of diagonal elements: with trace and determinant, nearly equal eigenvalues would cancel.
  let x = (h[top] - a) * (h[top] - d) - bc + h[top + 1] * h[top + n];
  let y = h[top + n] * (h[top] - a + (h[top + n + 1] - d));
  let z = h[top + n] * h[top + 2 * n + 1];
  for (let k = low; k < high; k++) {
    const last = k === high - 1;
    if (k > low) {
      x = h[k * n + k - 1];
      y = h[(k + 1) * n + k - 1];
      z = last ? 0 : h[(k + 2) * n + k - 1];
    }
    const size = Math.abs(x) + Math.abs(y) + Math.abs(z);
    if (size === 0) continue;
    x /= size;
    y /= size;
    z /= size;
    const norm = Math.sqrt(x * x + y * y + z * z);
    const alpha = x > 0 ? -norm : norm;
    if (k > low) {
      h[k * n + k - 1] = alpha * size;
      h[(k + 1) * n + k - 1] = 0;
      if (!last) h[(k + 2) * n + k - 1] = 0;
    }
    // The reflector is 1 - tau (1, u, w)' (1, u, w).
    const u = y / (x - alpha);
    const w = z / (x - alpha);
    const tau = (alpha - x) / alpha;
    if (last) reflectTwo(h, n, low, k, tau, u);
    else reflectThree(h, n, low, high, k, tau, u, w);
  }
}

function reflectThree(
  h: Float64Array,
  n: number,
  low: number,
  high: number,
  k: number,
  tau: number,
  u: number,
  w: number,
): void {
  const tauU = tau * u;
  const tauW = tau * w;
  const row = k * n;
  const next = row + n;
  const third = next + n;
  for (let j = k; j <= high; j++) {
    const sum = h[row + j] + u * h[next + j] + w * h[third + j];
    h[row + j] -= tau * sum;
    h[next + j] -= tauU * sum;
    h[third + j] -= tauW * sum;
  }
  const stop = Math.min(high, k + 3) * n + k;
  for (let at = low * n + k; at <= stop; at += n) {
    const sum = h[at] + u * h[at + 1] + w * h[at + 2];
    h[at] -= tau * sum;
    h[at + 1] -= tauU * sum;
    h[at + 2] -= tauW * sum;
  }
}

/** The last reflector of a sweep: rows and columns k and k + 1. */
function reflectTwo(h: Float64Array, n: number, low: number, k: number, tau: number, u: number): void {
  const row = k * n;
  for (let j = k; j <= k + 1; j++) {
    const sum = h[row + j] + u * h[row + n + j];
    h[row + j] -= tau * sum;
    h[row + n + j] -= tau * u * sum;
  }
  for (let at = low * n + k; at <= (k + 1) * n + k; at += n) {
    const sum = h[at] + u * h[at + 1];
    h[at] -= tau * sum;
    h[at + 1] -= tau * u * sum;
  }
}
