/** The NADE readout, frame by frame. See the contract. */
import { type Real, realZeros } from '../../tensor/dtype.ts';
import type { NadeBackward, NadeForward } from '../contract/nade.ts';
import { logistic, softplus } from './activation.ts';

const KAPPA = Math.PI / 8;

export function nadeForward(p: NadeForward): void {
  const { T, B, D, K, visible, weightIn, weightOut, order, logits, stepMask, rowLoss } = p;
  const h = realZeros(K);
  for (let m = 0; m < T * B; m++) {
    const weight = stepMask ? stepMask[m] : 1;
    rowLoss[m] = 0;
    if (weight === 0) {
      logits.fill(0, m * D, (m + 1) * D);
      continue;
    }
    const a = p.biases.slice(m * (K + D), m * (K + D) + K) as Real;
    let sum = 0;
    let stale = true;
    for (const i of order) {
      if (stale) activate(p, m, a, h);
      const at = m * (K + D) + K + i;
      let z = p.biases[at];
      for (let k = 0; k < K; k++) z += weightOut[i * K + k] * h[k];
      logits[m * D + i] = z;
      const v = visible[m * D + i];
      const shrunk = z * shrink(p.variances, at);
      sum += softplus(shrunk) - v * shrunk;
      stale = v !== 0;
      if (stale) for (let k = 0; k < K; k++) a[k] += v * weightIn[i * K + k];
    }
    rowLoss[m] = weight * sum;
  }
}

export function nadeBackward(p: NadeBackward): void {
  const { T, B, D, K, visible, weightIn, weightOut, order, logits, dRowLoss } = p;
  const dz = realZeros(D);
  for (let m = 0; m < T * B; m++) {
    const row = m * (K + D);
    if (p.fresh) {
      p.dBiases?.fill(0, row, row + K + D);
      p.dVariances?.fill(0, row, row + K + D);
    }
    if (dRowLoss[m] === 0) continue;
    for (let i = 0; i < D; i++) {
      const z = logits[m * D + i];
      const at = row + K + i;
      const c = shrink(p.variances, at);
      dz[i] = dRowLoss[m] * (logistic(c * z) - visible[m * D + i]) * c;
      if (p.dBiases) p.dBiases[at] += dz[i];
      if (p.variances && p.dVariances) p.dVariances[at] -= 0.5 * KAPPA * c * c * z * dz[i];
    }
    // The pre-activations before every dimension that changed them, last first when they are gone back through.
    const before: Real[] = [];
    let a = p.biases.slice(m * (K + D), m * (K + D) + K) as Real;
    for (const i of order) {
      const v = visible[m * D + i];
      if (v === 0) continue;
      before.push(a);
      a = a.map((x: number, k: number) => x + v * weightIn[i * K + k]) as Real;
    }
    const h = realZeros(K);
    const dh = realZeros(K);
    const da = realZeros(K);
    activate(p, m, a, h);
    for (let at = D - 1; at >= 0; at--) {
      const i = order[at];
      const v = visible[m * D + i];
      if (v !== 0) {
        addThroughActivation(p, m, a, dh, da);
        for (let k = 0; k < K && p.dWeightIn; k++) p.dWeightIn[i * K + k] += v * da[k];
        a = before.pop()!;
        activate(p, m, a, h);
      }
      for (let k = 0; k < K; k++) {
        if (p.dWeightOut) p.dWeightOut[i * K + k] += dz[i] * h[k];
        dh[k] += dz[i] * weightOut[i * K + k];
      }
    }
    addThroughActivation(p, m, a, dh, da);
    for (let k = 0; k < K && p.dBiases; k++) p.dBiases[row + k] += da[k];
  }
}

// --- internal ---

/** What the units of frame m multiply with. */
function maskAt({ B, maskHidden: mask }: NadeForward | NadeBackward, m: number, k: number): number {
  return mask ? mask.data[Math.floor(m / B) * mask.time + (m % B) * mask.batch + k] : 1;
}

function shrink(variance: Real | undefined, at: number): number {
  return variance ? 1 / Math.sqrt(1 + KAPPA * variance[at]) : 1;
}

/** The hidden units h from their pre-activations a. */
function activate(p: NadeForward | NadeBackward, m: number, a: Real, h: Real): void {
  for (let k = 0; k < p.K; k++) {
    h[k] = maskAt(p, m, k) * logistic(a[k] * shrink(p.variances, m * (p.K + p.D) + k));
  }
}

/** Takes the gradient of the hidden units over to their pre-activations, and to their variance. */
function addThroughActivation(p: NadeBackward, m: number, a: Real, dh: Real, da: Real): void {
  for (let k = 0; k < p.K; k++) {
    const at = m * (p.K + p.D) + k;
    const c = shrink(p.variances, at);
    const s = logistic(c * a[k]);
    const dx = dh[k] * maskAt(p, m, k) * s * (1 - s);
    da[k] += c * dx;
    if (p.variances && p.dVariances) {
      p.dVariances[at] -= 0.5 * KAPPA * c * c * c * a[k] * dx;
    }
    dh[k] = 0;
  }
}
