/**
 * Eigenvalues of a real square matrix without symmetry. They are those of its irreducible blocks, which are
 * found from the graph of its elements; each block is balanced, reduced to Hessenberg form by Householder
 * reflections and taken apart by the implicitly double-shifted QR iteration of Francis (1961) with deflation.
 * Always in float64. About 10 n^3 operations; no eigenvectors, so only the block that is still coupled is
 * worked on. (Golub and Van Loan, Matrix Computations, sections 7.4 and 7.5.)
 */

import { checkWhole } from '../checks.ts';
import { NumericsError, ShapeError } from '../errors.ts';
import { checkNumbers } from '../options.ts';
import { strongComponents } from './strong-components.ts';

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
  // Away from overflow and underflow: an entry 1e-30 of the largest is far below the rounding error.
  for (let i = 0; i < h.length; i++) h[i] = Math.abs(h[i]) < 1e-30 * largest ? 0 : h[i] / largest;
  let at = 0;
  solve(h, n, 0, (real, imaginary) => {
    found.real[at] = real * largest;
    found.imaginary[at++] = imaginary * largest;
  });
  return found;
}

// --- internal ---

/** Takes one eigenvalue after the other. */
type Found = (real: number, imaginary: number) => void;

/** A block that stalls is taken apart anew as a matrix of its own, at most this often one within the other. */
const deepest = 8;

/** Finds the eigenvalues of `a` [n, n], which is overwritten, by those of its irreducible blocks. */
function solve(a: Float64Array, n: number, depth: number, found: Found): void {
  for (const rows of strongComponents(a, n)) {
    const size = rows.length;
    if (size === 1) {
      found(a[rows[0] * n + rows[0]], 0);
      continue;
    }
    const h = new Float64Array(size * size);
    for (const [i, row] of rows.entries())
      for (let j = 0; j < size; j++) h[i * size + j] = a[row * n + rows[j]];
    balance(h, size);
    // Frobenius norm 1, which every orthogonal similarity keeps, so that rounding errors have one size throughout.
    const norm = Math.sqrt(h.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < h.length; i++) h[i] /= norm;
    reduceToHessenberg(h, size);
    iterate(h, size, depth, (real, imaginary) => found(real * norm, imaginary * norm));
  }
}

/**
 * Brings row i and column i near one sum by the similarity D^-1 A D with powers of two, which round nothing
 * (Parlett and Reinsch, 1969). Without it a matrix of very unequal entries can make the iteration stall.
 * It ends for an irreducible matrix; rounds are bounded, since the smallest entries may underflow on the way.
 */
function balance(a: Float64Array, n: number): void {
  let changed = true;
  for (let round = 0; changed && round < 1000; round++) {
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

/** A block gets an unusual shift after this many sweeps without an eigenvalue, and is taken apart anew after four times as many. */
const sweepsPerShift = 10;

/** QR iteration on a Hessenberg matrix; an eigenvalue or a pair leaves at the bottom of the block [low, high]. */
function iterate(h: Float64Array, n: number, depth: number, found: Found): void {
  let high = n - 1;
  let sweeps = 0;
  while (high >= 0) {
    const low = startOfBlock(h, n, high);
    if (low >= high - 1) {
      if (low === high) found(h[high * n + high], 0);
      else solvePair(h, n, high, found);
      high = low - 1;
      sweeps = 0;
      continue;
    }
    if (sweeps === 4 * sweepsPerShift) {
      // What is left can be as unequal as a whole matrix before it is balanced (a nearly nilpotent block, say):
      // the rounding errors of its largest entries then hide the shifts.
      if (depth === deepest) {
        throw new NumericsError(`eigenvalues: no convergence on a block of ${high - low + 1} rows`);
      }
      solve(diagonalBlock(h, n, low, high), high - low + 1, depth + 1, found);
      high = low - 1;
      sweeps = 0;
      continue;
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

/** A copy of rows and columns low..high. */
function diagonalBlock(h: Float64Array, n: number, low: number, high: number): Float64Array {
  const size = high - low + 1;
  const block = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const start = (low + i) * n + low;
    block.set(h.subarray(start, start + size), i * size);
  }
  return block;
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
function solvePair(h: Float64Array, n: number, high: number, found: Found): void {
  const end = high * n + high;
  const half = (h[end - n - 1] - h[end]) / 2;
  const product = h[end - n] * h[end - 1];
  const discriminant = half * half + product;
  if (discriminant >= 0) {
    // The root farther from h[end] first; the other by division, without cancellation.
    const far = half + (half < 0 ? -1 : 1) * Math.sqrt(discriminant);
    found(h[end] + far, 0);
    found(far === 0 ? h[end] : h[end] - product / far, 0);
  } else {
    const imaginary = Math.sqrt(-discriminant);
    found(h[end] + half, imaginary);
    found(h[end] + half, -imaginary);
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
