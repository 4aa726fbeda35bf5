/**
 * The core of every portable matrix product: operands packed into float64 panels four wide, so that the inner
 * loop reads two contiguous streams and keeps a 4x4 tile of sums in registers (sums are float64 whatever the
 * element type). The left operand is packed in groups of four rows, the right one in panels of four columns;
 * recurrent weights are packed once and used for every step.
 *
 * Measured on one core of a Xeon (Node 20, processor time): 4.8 GFLOP/s at [512, 400] x [400, 400] with packing, 4.3
 * at 32 rows and in the recurrent forward pass; a loop over rows of C that adds four at once, unpacked, has 1.7.
 */
import type { Real } from '../../tensor/dtype.ts';
import { type Workspace, workspace } from './workspace.ts';

const TILE = 4;
const tile = new Float64Array(TILE * TILE);

/** A matrix seen through strides: element (i, j) is `data[offset + i*row + j*column]`. */
export interface View {
  data: Real;
  offset: number;
  row: number;
  column: number;
}

/** A packed left operand [m, k] or right operand [k, n]; `length` is m or n. */
export interface Packed {
  k: number;
  length: number;
  data: Float64Array;
}

/** Row-major [rows, columns] matrix at `offset` as a view. */
export function rowMajor(data: Real, columns: number, offset = 0): View {
  return { data, offset, row: columns, column: 1 };
}

/** The transpose of a view. */
export function transposed(view: View): View {
  return { data: view.data, offset: view.offset, row: view.column, column: view.row };
}

/** A place where an operand is packed, reused from call to call. */
export function packing(): (view: View, length: number, k: number, factor?: View) => Packed {
  const space: Workspace = workspace();
  return (view, length, k, factor) => {
    const groups = Math.ceil(length / TILE);
    const data = space(groups * TILE * k);
    for (let g = 0; g < groups; g++) {
      const width = Math.min(TILE, length - g * TILE);
      packGroup(view, g * TILE, width, k, factor, data, g * TILE * k);
    }
    return { k, length, data };
  };
}

/**
 * C = alpha A B (+ C when `accumulate`) for packed A [m, k] and B [k, n]; C row-major with `stride` numbers a row.
 */
export function multiply(
  a: Packed,
  b: Packed,
  c: Real,
  offset: number,
  stride: number,
  alpha: number,
  accumulate: boolean,
): void {
  const k = a.k;
  const m = a.length;
  const n = b.length;
  for (let j = 0; j < n; j += TILE) {
    const columns = Math.min(TILE, n - j);
    for (let i = 0; i < m; i += TILE) {
      const rows = Math.min(TILE, m - i);
      // A lone row, the common case at batch 1, would waste three quarters of a full tile.
      if (rows === 1) dotRow(k, a.data, i * k, b.data, j * k);
      else dotTile(k, a.data, i * k, b.data, j * k);
      for (let r = 0; r < rows; r++) {
        let to = offset + (i + r) * stride + j;
        for (let s = 0; s < columns; s++, to++) {
          const value = alpha * tile[r * TILE + s];
          c[to] = accumulate ? c[to] + value : value;
        }
      }
    }
  }
}

// --- internal ---

/**
 * Packs `width` rows of a view (or columns, for a transposed one), starting at `first`, as [k][4] with zeros
 * for the missing ones, each element times the one of `factor` at the same place.
 */
function packGroup(
  view: View,
  first: number,
  width: number,
  k: number,
  factor: View | undefined,
  out: Float64Array,
  at: number,
): void {
  if (width < TILE) out.fill(0, at, at + TILE * k);
  for (let r = 0; r < width; r++) {
    const data = view.data;
    let from = view.offset + (first + r) * view.row;
    const step = view.column;
    let to = at + r;
    if (factor) {
      const scale = factor.data;
      let by = factor.offset + (first + r) * factor.row;
      const byStep = factor.column;
      for (let p = 0; p < k; p++) {
        out[to] = data[from] * scale[by];
        to += TILE;
        from += step;
        by += byStep;
      }
    } else {
      for (let p = 0; p < k; p++) {
        out[to] = data[from];
        to += TILE;
        from += step;
      }
    }
  }
}

/** The 4x4 tile of sums over p of a[p, r] b[p, s]. */
function dotTile(k: number, a: Float64Array, ia: number, b: Float64Array, ib: number): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  for (let p = 0; p < k; p++) {
    const b0 = b[ib];
    const b1 = b[ib + 1];
    const b2 = b[ib + 2];
    const b3 = b[ib + 3];
    let x = a[ia];
    c00 += x * b0;
    c01 += x * b1;
    c02 += x * b2;
    c03 += x * b3;
    x = a[ia + 1];
    c10 += x * b0;
    c11 += x * b1;
    c12 += x * b2;
    c13 += x * b3;
    x = a[ia + 2];
    c20 += x * b0;
    c21 += x * b1;
    c22 += x * b2;
    c23 += x * b3;
    x = a[ia + 3];
    c30 += x * b0;
    c31 += x * b1;
    c32 += x * b2;
    c33 += x * b3;
    ia += TILE;
    ib += TILE;
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c03;
  tile[4] = c10;
  tile[5] = c11;
  tile[6] = c12;
  tile[7] = c13;
  tile[8] = c20;
  tile[9] = c21;
  tile[10] = c22;
  tile[11] = c23;
  tile[12] = c30;
  tile[13] = c31;
  tile[14] = c32;
  tile[15] = c33;
}

/** The first row of the tile alone. */
function dotRow(k: number, a: Float64Array, ia: number, b: Float64Array, ib: number): void {
  let c0 = 0;
  let c1 = 0;
  let c2 = 0;
  let c3 = 0;
  for (let p = 0; p < k; p++) {
    const x = a[ia];
    c0 += x * b[ib];
    c1 += x * b[ib + 1];
    c2 += x * b[ib + 2];
    c3 += x * b[ib + 3];
    ia += TILE;
    ib += TILE;
  }
  tile[0] = c0;
  tile[1] = c1;
  tile[2] = c2;
  tile[3] = c3;
}
