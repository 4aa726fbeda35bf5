/**
 * GRU over a whole sequence, forward and backward: see GruForward in the contract for the equations. r u, u being
 * the masked state in front of the candidate, is computed again where the reset gate stands in front of the product.
 */
import type { Real } from '../../tensor/dtype.ts';
import type { GruBackward, GruForward } from '../contract/gated.ts';
import { logistic } from './activation.ts';
import {
  addBackProduct,
  addProducts,
  addRecurrentGradient,
  inputGradients,
  kept,
  packRecurrent,
  packRecurrentTransposed,
  projectInput,
  stateBefore,
} from './gates.ts';
import { addRowSums } from './matmul.ts';
import { copyMasked, isActive, maskAt } from './step-masks.ts';
import { workspace } from './workspace.ts';

const G = 3;
const carrySpace = workspace();
const resetSpace = workspace();
const candidateSpace = workspace();

/** Computes gates, h and y for every step, and the recurrent side of the candidate. */
export function gruForward(p: GruForward): void {
  const { T, B, H, gates, biasRec, recurrentCandidate: u } = p;
  projectInput(p, G);
  const weights = packRecurrent(p, G);
  const size = B * H;
  const reset = resetSpace(size);
  const candidate = candidateSpace(size);
  for (let t = 0; t < T; t++) {
    const { data, from } = stateBefore(p, t);
    const at = t * B * G * H;
    addProducts(data, from, H, p.maskRecurrent, t, B, weights.slice(0, 2), gates, at, G * H, H);
    if (p.resetAfter) {
      // The product of the candidate alone, with the mask of its own gate.
      copyMasked(data, from, B, H, p.maskRecurrent, t, reset, 0, 2);
      candidate.fill(0, 0, size);
      addProducts(reset, 0, H, undefined, t, B, weights.slice(2), candidate, 0, H, H);
    }
    for (let b = 0; b < B; b++) {
      for (let j = 0; j < H; j++) {
        const gate = at + b * G * H + j;
        gates[gate] = logistic(gates[gate] + biasRec[j]);
        gates[gate + H] = logistic(gates[gate + H] + biasRec[H + j]);
        if (p.resetAfter) u[t * size + b * H + j] = candidate[b * H + j] + biasRec[2 * H + j];
      }
    }
    if (!p.resetAfter) {
      resetState(p, t, reset, 0);
      candidate.fill(0, 0, size);
      addProducts(reset, 0, H, undefined, t, B, weights.slice(2), candidate, 0, H, H);
    }
    for (let b = 0; b < B; b++) finishRow(p, t, b, data, from + b * H, candidate);
  }
}

/** Adds the gradients of parameters, input and initial state; da and daRec hold those of the pre-activations. */
export function gruBackward(p: GruBackward): void {
  const { T, B, H, gates, da, daRec, resetAfter } = p;
  const weights = packRecurrentTransposed(p, G);
  const size = B * H;
  const carry = carrySpace(size);
  carry.fill(0, 0, size);
  if (p.dhLast) carry.set(p.dhLast.subarray(0, size));
  // r u of all steps, before the gates are lost to their gradients.
  const resets = resetAfter ? undefined : resetSpace(T * size);
  if (resets) for (let t = 0; t < T; t++) resetState(p, t, resets, t * size);
  const back = candidateSpace(size);
  const r = new Float64Array(size);
  for (let t = T - 1; t >= 0; t--) {
    const at = t * B * G * H;
    for (let b = 0; b < B; b++) {
      for (let j = 0; j < H; j++) r[b * H + j] = gates[at + b * G * H + j];
      stepGradients(p, t, b, carry);
    }
    if (resetAfter) {
      addBackProduct(daRec, H, t * size, B, H, weights[2], p.maskRecurrent, t, 2, carry, 0);
    } else {
      // The gradient of r u = that of n's pre-activation times U_n; it belongs to r and to u.
      back.fill(0, 0, size);
      addBackProduct(da, G * H, at + 2 * H, B, H, weights[2], undefined, t, 2, back, 0);
      const { data, from } = stateBefore(p, t);
      for (let b = 0; b < B; b++) {
        const mask = maskAt(p.maskRecurrent, t, b, 2);
        const active = isActive(p, t, b);
        for (let j = 0; j < H; j++) {
          const i = b * H + j;
          const by = p.maskRecurrent ? p.maskRecurrent.data[mask + j] : 1;
          da[at + b * G * H + j] = active ? back[i] * data[from + i] * by * r[i] * (1 - r[i]) : 0;
          carry[i] += back[i] * r[i] * by;
        }
      }
    }
    for (let g = 0; g < 2; g++) {
      addBackProduct(da, G * H, at + g * H, B, H, weights[g], p.maskRecurrent, t, g, carry, 0);
    }
  }
  if (p.dh0) for (let i = 0; i < size; i++) p.dh0[i] += carry[i];
  recurrentGradients(p, resets);
  inputGradients(p, G);
}

/** r ∘ u of step t, [B, H]. */
function resetState(p: GruForward | GruBackward, t: number, out: Float64Array, offset: number): void {
  const { B, H, gates } = p;
  const { data, from } = stateBefore(p, t);
  copyMasked(data, from, B, H, p.maskRecurrent, t, out, offset, 2);
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < H; j++) out[offset + b * H + j] *= gates[(t * B + b) * G * H + j];
  }
}

/** Candidate, state and output of row b. */
function finishRow(
  p: GruForward,
  t: number,
  b: number,
  before: Real,
  from: number,
  candidate: Float64Array,
): void {
  const { H, B, gates, h, y, maskUpdate, maskCell, zoneout, maskOutput, biasRec } = p;
  const row = t * B + b;
  const active = isActive(p, t, b);
  const update = maskAt(maskUpdate, t, b);
  const cell = maskAt(maskCell, t, b);
  const zone = maskAt(zoneout, t, b);
  const out = maskAt(maskOutput, t, b);
  for (let j = 0; j < H; j++) {
    const at = row * G * H + j;
    const old = before[from + j];
    const recurrent = p.resetAfter
      ? gates[at] * p.recurrentCandidate[row * H + j]
      : candidate[b * H + j] + biasRec[2 * H + j];
    const n = Math.tanh(gates[at + 2 * H] + recurrent);
    gates[at + 2 * H] = n;
    let value = old;
    if (active) {
      const z = gates[at + H];
      value = (1 - z) * (maskUpdate ? n * maskUpdate.data[update + j] : n) + z * old;
      if (maskCell) value *= maskCell.data[cell + j];
      const keep = kept(zoneout, zone + j, p.zoneoutRate);
      if (keep !== 0) value = keep * old + (1 - keep) * value;
    }
    // In this order because h and y may be one array.
    h[row * H + j] = value;
    y[row * H + j] = maskOutput ? value * maskOutput.data[out + j] : value;
  }
}

/** From the gradient of the state to those of the pre-activations; that of r waits for the product without resetAfter. */
function stepGradients(p: GruBackward, t: number, b: number, carry: Float64Array): void {
  const { B, H, gates, da, daRec, dy, maskUpdate, maskCell, zoneout, maskOutput } = p;
  const { data: before, from } = stateBefore(p, t);
  const row = t * B + b;
  const active = isActive(p, t, b);
  const update = maskAt(maskUpdate, t, b);
  const cell = maskAt(maskCell, t, b);
  const zone = maskAt(zoneout, t, b);
  const out = maskAt(maskOutput, t, b);
  for (let j = 0; j < H; j++) {
    const unit = b * H + j;
    const at = row * G * H + j;
    const d = carry[unit] + (maskOutput ? dy[row * H + j] * maskOutput.data[out + j] : dy[row * H + j]);
    if (!active) {
      carry[unit] = d;
      for (let g = 0; g < G; g++) da[at + g * H] = 0;
      daRec[row * H + j] = 0;
      continue;
    }
    const r = gates[at];
    const z = gates[at + H];
    const n = gates[at + 2 * H];
    const byUpdate = maskUpdate ? maskUpdate.data[update + j] : 1;
    const keep = kept(zoneout, zone + j, p.zoneoutRate);
    const dh = (1 - keep) * d * (maskCell ? maskCell.data[cell + j] : 1);
    const dan = dh * (1 - z) * byUpdate * (1 - n * n);
    carry[unit] = keep * d + dh * z;
    if (p.resetAfter) {
      da[at] = dan * p.recurrentCandidate[row * H + j] * r * (1 - r);
      daRec[row * H + j] = dan * r;
    }
    da[at + H] = dh * (before[from + unit] - n * byUpdate) * z * (1 - z);
    da[at + 2 * H] = dan;
  }
}

/** dW_rec and its bias: r and z side by side, the candidate from its own gradient. */
function recurrentGradients(p: GruBackward, resets: Float64Array | undefined): void {
  const { T, B, H, da, daRec } = p;
  const width = G * H;
  if (p.fresh) p.dwRec.fill(0);
  const sums = new Float64Array(width);
  addRowSums(da, T * B, width, sums);
  if (p.resetAfter) {
    sums.fill(0, 2 * H);
    addRowSums(daRec, T * B, H, sums.subarray(2 * H));
  }
  for (let j = 0; j < width; j++) p.dbiasRec[j] += sums[j];
  const parts = p.maskRecurrent?.gate ? 2 : 1;
  for (let g = 0; g < parts; g++) addRecurrentGradient(p, G, g, (2 * H) / parts, da, width, g * H);
  if (resets) {
    addRecurrentGradient(p, G, 2, H, da, width, 2 * H, (t, to, offset) =>
      to.set(resets.subarray(t * B * H, (t + 1) * B * H), offset),
    );
  } else addRecurrentGradient(p, G, 2, H, daRec, H, 0);
}
