/**
 * Plain recurrent layer over a whole sequence, forward and backward: see RnnForward in the contract for the
 * equations. Weights are packed once, with their masks; a step is two packed products and one pass over [B, H].
 */
import type { Real } from '../../tensor/dtype.ts';
import type { RnnBackward, RnnForward } from '../contract/recurrent.ts';
import { activationOf, slopeOf } from './activation.ts';
import { addRowSums, addStepProducts } from './matmul.ts';
import { multiply, packing, rowMajor, transposed, type View } from './panels.ts';
import { newStates, stateGradients } from './plain-states.ts';
import { addMaskedRows, copyMasked, stepMask } from './step-masks.ts';
import { workspace } from './workspace.ts';

const packInput = packing();
const packRecurrent = packing();
const packStep = packing();
const stepSpace = workspace();
const carrySpace = workspace();

/** Computes n, h and y for every step. */
export function rnnForward(p: RnnForward): void {
  const { T, B, I, H, x, h } = p;
  const f = activationOf(p.activation);
  // A right operand is packed by its columns, hence transposed; so is its mask.
  const wIn = packInput(columns(p.wIn, H), H, I, p.maskWeightIn && columns(p.maskWeightIn, H));
  const wRec = packRecurrent(columns(p.wRec, H), H, H, p.maskWeight && columns(p.maskWeight, H));
  const a = stepSpace(B * H);
  for (let t = 0; t < T; t++) {
    const previous = t === 0 ? p.h0 : h;
    const from = t === 0 ? 0 : (t - 1) * B * H;
    for (let b = 0; b < B; b++) a.set(p.bias, b * H);
    multiply(packStep(rowMajor(x, I, t * B * I), B, I, stepMask(p.maskInput, t)), wIn, a, 0, H, 1, true);
    const u = packStep(rowMajor(previous, H, from), B, H, stepMask(p.maskRecurrent, t));
    multiply(u, wRec, a, 0, H, 1, true);
    for (let i = 0; i < B * H; i++) a[i] = f(a[i]);
    newStates(p, t, a, 0, H);
  }
}

/** Adds the gradients of parameters, input and initial state; da holds those of the pre-activations. */
export function rnnBackward(p: RnnBackward): void {
  const { T, B, I, H, x, n, h, da } = p;
  const slope = slopeOf(p.activation);
  const wRec = packRecurrent(rowMajor(p.wRec, H), H, H, p.maskWeight && rowMajor(p.maskWeight, H));
  const wIn = p.dx
    ? packInput(rowMajor(p.wIn, H), I, H, p.maskWeightIn && rowMajor(p.maskWeightIn, H))
    : undefined;
  const carry = carrySpace(B * H);
  carry.fill(0, 0, B * H);
  if (p.dhLast) carry.set(p.dhLast.subarray(0, B * H));
  const product = stepSpace(B * Math.max(I, H));

  for (let t = T - 1; t >= 0; t--) {
    stateGradients(p, t, carry, product);
    for (let i = 0, k = t * B * H; i < B * H; i++, k++) da[k] = product[i] * slope(n[k]);
    const rows = packStep(rowMajor(da, H, t * B * H), B, H);
    if (t > 0 || p.dh0) {
      multiply(rows, wRec, product, 0, H, 1, false);
      addMaskedRows(product, B, H, p.maskRecurrent, t, carry, 0);
    }
    if (p.dx && wIn) {
      multiply(rows, wIn, product, 0, I, 1, false);
      addMaskedRows(product, B, I, p.maskInput, t, p.dx, t * B * I);
    }
  }
  if (p.dh0) for (let i = 0; i < B * H; i++) p.dh0[i] += carry[i];

  addRowSums(da, T * B, H, p.dbias);
  addStepProducts({
    T,
    B,
    m: I,
    n: H,
    left: (t, to, offset) => copyMasked(x, t * B * I, B, I, p.maskInput, t, to, offset),
    right: da,
    sum: p.dwIn,
    alpha: 1,
    factor: p.maskWeightIn,
  });
  addStepProducts({
    T,
    B,
    m: H,
    n: H,
    left: (t, to, offset) => {
      if (t === 0) copyMasked(p.h0, 0, B, H, p.maskRecurrent, 0, to, offset);
      else copyMasked(h, (t - 1) * B * H, B, H, p.maskRecurrent, t, to, offset);
    },
    right: da,
    sum: p.dwRec,
    alpha: 1,
    factor: p.maskWeight,
  });
}

// --- internal ---

/** The columns of a row-major matrix as the rows of a view. */
function columns(matrix: Real, width: number): View {
  return transposed(rowMajor(matrix, width));
}
