/**
 * Plain recurrent layer over a whole sequence, forward and backward: see RnnForward in the contract for the
 * equations. Weights are packed once, with their masks; a step is two packed products and one pass over [B, H].
 */
import type { Real } from '../../tensor/dtype.ts';
import type { RnnBackward, RnnForward } from '../contract/recurrent.ts';
import { activationOf, slopeOf } from './activation.ts';
import { addRowSums, addStepProducts } from './matmul.ts';
import { multiply, packing, rowMajor, transposed, type View } from './panels.ts';
import { addMaskedRows, copyMasked, isActive, stepMask } from './step-masks.ts';
import { workspace } from './workspace.ts';

const packInput = packing();
const packRecurrent = packing();
const packStep = packing();
const stepSpace = workspace();
const carrySpace = workspace();

/** Computes n, h and y for every step. */
export function rnnForward(p: RnnForward): void {
  const { T, B, I, H, x, n, h, y } = p;
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
    for (let b = 0; b < B; b++) {
      const row = (t * B + b) * H;
      const active = isActive(p, t, b);
      const { maskCell, zoneout, maskOutput } = p;
      const cell = maskCell ? t * maskCell.time + b * maskCell.batch : 0;
      const zone = zoneout ? t * zoneout.time + b * zoneout.batch : 0;
      const out = maskOutput ? t * maskOutput.time + b * maskOutput.batch : 0;
      const rate = p.zoneoutRate ?? 0;
      for (let j = 0; j < H; j++) {
        const before = previous[from + b * H + j];
        let value = before;
        if (active) {
          value = f(a[b * H + j]);
          n[row + j] = value;
          if (maskCell) value *= maskCell.data[cell + j];
          const z = zoneout ? zoneout.data[zone + j] : rate;
          if (z !== 0) value = z * before + (1 - z) * value;
        } else n[row + j] = value;
        // In this order because n, h and y may be one array.
        h[row + j] = value;
        y[row + j] = maskOutput ? value * maskOutput.data[out + j] : value;
      }
    }
  }
}

/** Adds the gradients of parameters, input and initial state; da holds those of the pre-activations. */
export function rnnBackward(p: RnnBackward): void {
  const { T, B, I, H, x, n, h, dy, da } = p;
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
    for (let b = 0; b < B; b++) {
      const row = (t * B + b) * H;
      const active = isActive(p, t, b);
      const { maskCell, zoneout, maskOutput } = p;
      const cell = maskCell ? t * maskCell.time + b * maskCell.batch : 0;
      const zone = zoneout ? t * zoneout.time + b * zoneout.batch : 0;
      const out = maskOutput ? t * maskOutput.time + b * maskOutput.batch : 0;
      const rate = p.zoneoutRate ?? 0;
      for (let j = 0; j < H; j++) {
        const at = b * H + j;
        const dh = carry[at] + (maskOutput ? dy[row + j] * maskOutput.data[out + j] : dy[row + j]);
        if (!active) {
          carry[at] = dh;
          da[row + j] = 0;
          continue;
        }
        const z = zoneout ? zoneout.data[zone + j] : rate;
        let dn = (1 - z) * dh;
        if (maskCell) dn *= maskCell.data[cell + j];
        da[row + j] = dn * slope(n[row + j]);
        carry[at] = z * dh;
      }
    }
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
