/** LSTM over a whole sequence, forward and backward: see LstmForward in the contract for the equations. */
import type { LstmBackward, LstmForward } from '../contract/gated.ts';
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
import { isActive, maskAt } from './step-masks.ts';
import { workspace } from './workspace.ts';

const G = 4;
const carrySpace = workspace();

/** Computes gates, c, h and y for every step. */
export function lstmForward(p: LstmForward): void {
  const { T, B, H, gates, c, h, y, maskUpdate, maskCell, zoneout, zoneoutCell, maskOutput } = p;
  projectInput(p, G);
  const weights = packRecurrent(p, G);
  for (let t = 0; t < T; t++) {
    const before = stateBefore(p, t);
    const cellBefore = t === 0 ? p.c0 : c;
    addProducts(before.data, before.from, H, p.maskRecurrent, t, B, weights, gates, t * B * G * H, G * H, H);
    for (let b = 0; b < B; b++) {
      const row = t * B + b;
      const active = isActive(p, t, b);
      const update = maskAt(maskUpdate, t, b);
      const cell = maskAt(maskCell, t, b);
      const zone = maskAt(zoneout, t, b);
      const zoneCell = maskAt(zoneoutCell, t, b);
      const out = maskAt(maskOutput, t, b);
      for (let j = 0; j < H; j++) {
        const hOld = before.data[before.from + b * H + j];
        const cOld = cellBefore[before.from + b * H + j];
        let cNew = cOld;
        let hNew = hOld;
        if (active) {
          const at = row * G * H + j;
          const i = logistic(gates[at]);
          const f = logistic(gates[at + H]);
          const g = Math.tanh(gates[at + 2 * H]);
          const o = logistic(gates[at + 3 * H]);
          gates[at] = i;
          gates[at + H] = f;
          gates[at + 2 * H] = g;
          gates[at + 3 * H] = o;
          cNew = f * cOld + i * (maskUpdate ? g * maskUpdate.data[update + j] : g);
          if (maskCell) cNew *= maskCell.data[cell + j];
          hNew = o * Math.tanh(cNew);
          const zc = kept(zoneoutCell, zoneCell + j, p.zoneoutCellRate);
          const zh = kept(zoneout, zone + j, p.zoneoutRate);
          if (zc !== 0) cNew = zc * cOld + (1 - zc) * cNew;
          if (zh !== 0) hNew = zh * hOld + (1 - zh) * hNew;
        }
        c[row * H + j] = cNew;
        // In this order because h and y may be one array.
        h[row * H + j] = hNew;
        y[row * H + j] = maskOutput ? hNew * maskOutput.data[out + j] : hNew;
      }
    }
  }
}

/** Adds the gradients of parameters, input and initial state; da holds those of the pre-activations. */
export function lstmBackward(p: LstmBackward): void {
  const { T, B, H, gates, c, da, dy, maskUpdate, maskCell, zoneout, zoneoutCell, maskOutput } = p;
  const weights = packRecurrentTransposed(p, G);
  const size = B * H;
  const carry = carrySpace(2 * size);
  carry.fill(0, 0, 2 * size);
  if (p.dhLast) carry.set(p.dhLast.subarray(0, size));
  if (p.dcLast) carry.set(p.dcLast.subarray(0, size), size);
  for (let t = T - 1; t >= 0; t--) {
    const cellBefore = t === 0 ? p.c0 : c;
    const from = t === 0 ? 0 : (t - 1) * size;
    for (let b = 0; b < B; b++) {
      const row = t * B + b;
      const active = isActive(p, t, b);
      const update = maskAt(maskUpdate, t, b);
      const cell = maskAt(maskCell, t, b);
      const zone = maskAt(zoneout, t, b);
      const zoneCell = maskAt(zoneoutCell, t, b);
      const out = maskAt(maskOutput, t, b);
      for (let j = 0; j < H; j++) {
        const unit = b * H + j;
        const at = row * G * H + j;
        const d = carry[unit] + (maskOutput ? dy[row * H + j] * maskOutput.data[out + j] : dy[row * H + j]);
        if (!active) {
          carry[unit] = d;
          for (let g = 0; g < G; g++) da[at + g * H] = 0;
          continue;
        }
        const i = gates[at];
        const f = gates[at + H];
        const g = gates[at + 2 * H];
        const o = gates[at + 3 * H];
        const byUpdate = maskUpdate ? maskUpdate.data[update + j] : 1;
        const byCell = maskCell ? maskCell.data[cell + j] : 1;
        const cOld = cellBefore[from + unit];
        const tc = Math.tanh((f * cOld + i * g * byUpdate) * byCell);
        const zh = kept(zoneout, zone + j, p.zoneoutRate);
        const zc = kept(zoneoutCell, zoneCell + j, p.zoneoutCellRate);
        const dh = (1 - zh) * d;
        const dc = ((1 - zc) * carry[size + unit] + dh * o * (1 - tc * tc)) * byCell;
        carry[unit] = zh * d;
        carry[size + unit] = zc * carry[size + unit] + dc * f;
        da[at] = dc * g * byUpdate * i * (1 - i);
        da[at + H] = dc * cOld * f * (1 - f);
        da[at + 2 * H] = dc * i * byUpdate * (1 - g * g);
        da[at + 3 * H] = dh * tc * o * (1 - o);
      }
    }
    for (let g = 0; g < G; g++) {
      const from = t * B * G * H + g * H;
      addBackProduct(da, G * H, from, B, H, weights[g], p.maskRecurrent, t, g, carry, 0);
    }
  }
  if (p.dh0) for (let i = 0; i < size; i++) p.dh0[i] += carry[i];
  if (p.dc0) for (let i = 0; i < size; i++) p.dc0[i] += carry[size + i];
  if (p.fresh) p.dwRec.fill(0);
  const parts = p.maskRecurrent?.gate ? G : 1;
  for (let g = 0; g < parts; g++) addRecurrentGradient(p, G, g, (G * H) / parts, da, G * H, g * H);
  inputGradients(p, G);
}
