/**
 * What the portable LSTM and GRU share: the products of one step, gate by gate, and the gradients of the weights.
 * Columns of weights are G blocks of H, one for each gate.
 */
import type { Real } from '../../tensor/dtype.ts';
import type { Mask } from '../contract/fields.ts';
import type { GruBackward, GruForward, LstmBackward, LstmForward } from '../contract/gated.ts';
import { addRowSums, addStepProducts } from './matmul.ts';
import { multiply, type Packed, packing, rowMajor, type View } from './panels.ts';
import { addMaskedRows, copyMasked, stepMask } from './step-masks.ts';
import { workspace } from './workspace.ts';

const GATES = 4;
const packsIn = Array.from({ length: GATES }, packing);
const packsRec = Array.from({ length: GATES }, packing);
const packRows = packing();
const productSpace = workspace();

/** Columns [from, from + H) of a matrix with rows of `width`, as a right operand of a product takes them. */
export function columnBlock(matrix: Real, width: number, from: number): View {
  return { data: matrix, offset: from, row: 1, column: width };
}

/** The transpose of columns [from, ...) of a matrix with rows of `width`, as a right operand takes it. */
export function rowBlock(matrix: Real, width: number, from: number): View {
  return { data: matrix, offset: from, row: width, column: 1 };
}

type Gated = Omit<LstmForward, 'y'> | Omit<GruForward, 'y'>;

/** gates [T, B, G*H] = bias + (x ∘ maskInput)(W_in ∘ maskWeightIn). */
export function projectInput(p: Gated, G: number): void {
  const { T, B, I, H, gates, x, wIn, maskInput, maskWeightIn } = p;
  const width = G * H;
  const weights = blocks(G, (g) =>
    packsIn[g](columnBlock(wIn, width, g * H), H, I, maskWeightIn && columnBlock(maskWeightIn, width, g * H)),
  );
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) gates.set(p.bias, (t * B + b) * width);
    addProducts(x, t * B * I, I, maskInput, t, B, weights, gates, t * B * width, width, H);
  }
}

/** The packed recurrent weights of gates [0, G), for {@link addProducts}. */
export function packRecurrent(p: Gated, G: number): Packed[] {
  const { H, wRec, maskWeight } = p;
  return blocks(G, (g) =>
    packsRec[g](columnBlock(wRec, G * H, g * H), H, H, maskWeight && columnBlock(maskWeight, G * H, g * H)),
  );
}

/** The same transposed, for {@link addBackProduct}. */
export function packRecurrentTransposed(p: Gated, G: number): Packed[] {
  const { H, wRec, maskWeight } = p;
  return blocks(G, (g) =>
    packsRec[g](rowBlock(wRec, G * H, g * H), H, H, maskWeight && rowBlock(maskWeight, G * H, g * H)),
  );
}

/** out (rows of `width`, a block of H for each weight) += (rows ∘ mask of the gate) weights[g]. */
export function addProducts(
  rows: Real,
  from: number,
  n: number,
  mask: Mask | undefined,
  t: number,
  B: number,
  weights: readonly Packed[],
  out: Real,
  offset: number,
  width: number,
  H: number,
): void {
  let left: Packed | undefined;
  for (const [g, weight] of weights.entries()) {
    if (!left || mask?.gate) left = packRows(rowMajor(rows, n, from), B, n, stepMask(mask, t, g));
    multiply(left, weight, out, offset + g * H, width, 1, true);
  }
}

/** out [B, n] += (d weights) ∘ mask of gate g, d being H columns of rows of `width` from `from` on. */
export function addBackProduct(
  d: Real,
  width: number,
  from: number,
  B: number,
  H: number,
  weights: Packed,
  mask: Mask | undefined,
  t: number,
  g: number,
  out: Real,
  offset: number,
): void {
  const n = weights.length;
  const product = productSpace(B * n);
  multiply(packRows(rowMajor(d, width, from), B, H), weights, product, 0, n, 1, false);
  addMaskedRows(product, B, n, mask, t, out, offset, g);
}

/** dW_in, db and dx from da [T, B, G*H]. */
export function inputGradients(p: LstmBackward | GruBackward, G: number): void {
  const { T, B, I, H, x, da, dx, wIn, maskInput, maskWeightIn } = p;
  const width = G * H;
  if (p.fresh) p.dwIn.fill(0);
  addRowSums(da, T * B, width, p.dbias);
  const parts = maskInput?.gate ? G : 1;
  for (let g = 0; g < parts; g++) {
    addStepProducts({
      T,
      B,
      m: I,
      n: width / parts,
      left: (t, to, offset) => copyMasked(x, t * B * I, B, I, maskInput, t, to, offset, g),
      right: da,
      rightWidth: width,
      rightFrom: g * H,
      sum: p.dwIn,
      sumWidth: width,
      sumFrom: g * H,
      alpha: 1,
      factor: maskWeightIn,
    });
  }
  if (!dx) return;
  const weights = blocks(G, (g) =>
    packsIn[g](rowBlock(wIn, width, g * H), I, H, maskWeightIn && rowBlock(maskWeightIn, width, g * H)),
  );
  for (let t = 0; t < T; t++) {
    for (let g = 0; g < G; g++) {
      addBackProduct(da, width, t * B * width + g * H, B, H, weights[g], maskInput, t, g, dx, t * B * I);
    }
  }
}

/**
 * The gradient of n columns of the recurrent weights from column `to` on: sum over steps of (states before ∘
 * mask of gate g)^T d, d being n columns of rows of `width` from `from` on.
 */
export function addRecurrentGradient(
  p: LstmBackward | GruBackward,
  G: number,
  g: number,
  n: number,
  d: Real,
  width: number,
  from: number,
  left?: (t: number, to: Float64Array, offset: number) => void,
): void {
  const { T, B, H, h, h0, maskRecurrent } = p;
  addStepProducts({
    T,
    B,
    m: H,
    n,
    left:
      left ??
      ((t, to, offset) => {
        if (t === 0) copyMasked(h0, 0, B, H, maskRecurrent, 0, to, offset, g);
        else copyMasked(h, (t - 1) * B * H, B, H, maskRecurrent, t, to, offset, g);
      }),
    right: d,
    rightWidth: width,
    rightFrom: from,
    sum: p.dwRec,
    sumWidth: G * H,
    sumFrom: g * H,
    alpha: 1,
    factor: p.maskWeight,
  });
}

/** The state before step t and where it begins. */
export function stateBefore(
  p: { h: Real; h0: Real; B: number; H: number },
  t: number,
): { data: Real; from: number } {
  return t === 0 ? { data: p.h0, from: 0 } : { data: p.h, from: (t - 1) * p.B * p.H };
}

/** Share of the old value that unit `at` of a zoneout mask or rate keeps. */
export function kept(mask: Mask | undefined, at: number, rate: number | undefined): number {
  return mask ? mask.data[at] : (rate ?? 0);
}

// --- internal ---

function blocks(G: number, make: (g: number) => Packed): Packed[] {
  return Array.from({ length: G }, (_, g) => make(g));
}
