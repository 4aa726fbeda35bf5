/**
 * Fast-dropout recurrent layer over a whole sequence, forward and backward: mean and variance propagated
 * together (J. Bayer et al., "On fast dropout and its applicability to recurrent networks", 2013), or, with
 * `epsilon`, the Gaussian pre-activation sampled. See MomentsRnnForward in the contract for the equations.
 */
import type { MomentsRnnBackward, MomentsRnnForward } from '../contract/moments.ts';
import { activationOf, slopeOf } from './activation.ts';
import { addRowSums, addStepProducts } from './matmul.ts';
import { type ActivationMoments, momentsOf } from './moments-functions.ts';
import { noisyVariance, previous } from './moments-states.ts';
import { multiply, packing, rowMajor, transposed } from './panels.ts';
import { isActive } from './step-masks.ts';
import { workspace } from './workspace.ts';

const packs = {
  wIn: packing(),
  wInSquared: packing(),
  wRec: packing(),
  wRecSquared: packing(),
  rows: packing(),
};
const noisySpace = workspace();
const productSpace = workspace();
const carryMeanSpace = workspace();
const carryVarianceSpace = workspace();
const out = new Float64Array(4);

/** Computes aMean, aVariance, hMean and hVariance for every step. */
export function momentsRnnForward(p: MomentsRnnForward): void {
  const { T, B, I, H, x, aMean, aVariance, hMean, hVariance, epsilon } = p;
  const { value } = momentsOf(p);
  const f = activationOf(p.activation);
  const wInColumns = transposed(rowMajor(p.wIn, H));
  const wRecColumns = transposed(rowMajor(p.wRec, H));
  const wIn = packs.wIn(wInColumns, H, I);
  const wInSquared = packs.wInSquared(wInColumns, H, I, wInColumns);
  const wRec = packs.wRec(wRecColumns, H, H);
  const wRecSquared = packs.wRecSquared(wRecColumns, H, H, wRecColumns);
  const noisy = noisySpace(B * Math.max(I, H));
  for (let t = 0; t < T; t++) {
    const at = t * B * H;
    const before = previous(p, t);
    for (let b = 0; b < B; b++) aMean.set(p.bias, at + b * H);
    const inputs = packs.rows(rowMajor(x, I, t * B * I), B, I);
    multiply(inputs, wIn, aMean, at, H, p.noiseInput.mean, true);
    const states = packs.rows(rowMajor(before.mean, H, before.from), B, H);
    multiply(states, wRec, aMean, at, H, p.noiseRecurrent.mean, true);

    const input = { mean: x, variance: p.xVariance, from: t * B * I };
    noisyVariance(p.noiseInput, input, B * I, noisy);
    multiply(packs.rows(rowMajor(noisy, I), B, I), wInSquared, aVariance, at, H, 1, false);
    noisyVariance(p.noiseRecurrent, before, B * H, noisy);
    multiply(packs.rows(rowMajor(noisy, H), B, H), wRecSquared, aVariance, at, H, 1, true);

    for (let b = 0; b < B; b++) {
      const row = at + b * H;
      const active = isActive(p, t, b);
      for (let j = 0; j < H; j++) {
        const i = row + j;
        if (!active) {
          const from = before.from + b * H + j;
          hMean[i] = before.mean[from];
          hVariance[i] = before.variance ? before.variance[from] : 0;
        } else if (epsilon) {
          hMean[i] = f(aMean[i] + epsilon[i] * Math.sqrt(aVariance[i]));
          hVariance[i] = 0;
        } else {
          value(aMean[i], aVariance[i], out);
          hMean[i] = out[0];
          hVariance[i] = out[1];
        }
      }
    }
  }
}

/** Adds the gradients of parameters, inputs and initial state. */
export function momentsRnnBackward(p: MomentsRnnBackward): void {
  const { T, B, I, H, daMean, daVariance, noiseInput, noiseRecurrent } = p;
  const wRecRows = rowMajor(p.wRec, H);
  const wRec = packs.wRec(wRecRows, H, H);
  const wRecSquared = packs.wRecSquared(wRecRows, H, H, wRecRows);
  const wInRows = rowMajor(p.wIn, H);
  const wantsInput = p.dx !== undefined || p.dxVariance !== undefined;
  const wIn = p.dx && packs.wIn(wInRows, I, H);
  const wInSquared = wantsInput ? packs.wInSquared(wInRows, I, H, wInRows) : undefined;
  const carryMean = carryMeanSpace(B * H);
  const carryVariance = carryVarianceSpace(B * H);
  carryMean.fill(0, 0, B * H);
  carryVariance.fill(0, 0, B * H);
  const product = productSpace(B * Math.max(I, H));
  const { gradient } = momentsOf(p);
  const slope = slopeOf(p.activation);

  for (let t = T - 1; t >= 0; t--) {
    const at = t * B * H;
    stepGradients(p, t, gradient, slope, carryMean, carryVariance);
    const means = packs.rows(rowMajor(daMean, H, at), B, H);
    multiply(means, wRec, carryMean, 0, H, noiseRecurrent.mean, true);
    if (p.dx && wIn) multiply(means, wIn, p.dx, t * B * I, I, noiseInput.mean, true);
    const variances = packs.rows(rowMajor(daVariance, H, at), B, H);
    multiply(variances, wRecSquared, product, 0, H, 1, false);
    const before = previous(p, t);
    for (let i = 0; i < B * H; i++) {
      carryMean[i] += 2 * noiseRecurrent.square * before.mean[before.from + i] * product[i];
      carryVariance[i] += noiseRecurrent.variance * product[i];
    }
    if (!wInSquared) continue;
    multiply(variances, wInSquared, product, 0, I, 1, false);
    for (let i = 0, k = t * B * I; i < B * I; i++, k++) {
      if (p.dx) p.dx[k] += 2 * noiseInput.square * p.x[k] * product[i];
      if (p.dxVariance) p.dxVariance[k] += noiseInput.variance * product[i];
    }
  }
  if (p.dh0) for (let i = 0; i < B * H; i++) p.dh0[i] += carryMean[i];
  if (p.dh0Variance) for (let i = 0; i < B * H; i++) p.dh0Variance[i] += carryVariance[i];
  weightGradients(p);
}

// --- internal ---

/**
 * From the gradient of the state after step t (what is carried, plus that of the outputs) to the gradient of
 * the pre-activation moments; leaves in the carry what passes straight to the state before.
 */
function stepGradients(
  p: MomentsRnnBackward,
  t: number,
  gradient: ActivationMoments['gradient'],
  slope: (y: number) => number,
  carryMean: Float64Array,
  carryVariance: Float64Array,
): void {
  const { B, H, aMean, aVariance, hMean, epsilon, daMean, daVariance } = p;
  for (let b = 0; b < B; b++) {
    const row = (t * B + b) * H;
    const active = isActive(p, t, b);
    for (let j = 0; j < H; j++) {
      const i = row + j;
      const at = b * H + j;
      const dMean = carryMean[at] + p.dhMean[i];
      const dVariance = carryVariance[at] + (p.dhVariance ? p.dhVariance[i] : 0);
      carryMean[at] = active ? 0 : dMean;
      carryVariance[at] = active ? 0 : dVariance;
      if (!active) {
        daMean[i] = 0;
        daVariance[i] = 0;
      } else if (epsilon) {
        const da = dMean * slope(hMean[i]);
        const s = Math.sqrt(aVariance[i]);
        daMean[i] = da;
        // The square root has no slope at 0; no noise arrives there, so none is passed on.
        daVariance[i] = s > 0 ? (da * epsilon[i]) / (2 * s) : 0;
      } else {
        gradient(aMean[i], aVariance[i], out);
        daMean[i] = out[0] * dMean + out[2] * dVariance;
        daVariance[i] = out[1] * dMean + out[3] * dVariance;
      }
    }
  }
}

/** dW += noise.mean u^T daMean + 2 W ∘ (V(noise, u)^T daVariance) for both weights, and the bias. */
function weightGradients(p: MomentsRnnBackward): void {
  const { T, B, I, H, daMean, daVariance } = p;
  addRowSums(daMean, T * B, H, p.dbias);
  const input = { T, B, m: I, n: H, sum: p.dwIn };
  addStepProducts({
    ...input,
    left: (t, to, offset) => to.set(p.x.subarray(t * B * I, (t + 1) * B * I), offset),
    right: daMean,
    alpha: p.noiseInput.mean,
  });
  addStepProducts({
    ...input,
    left: (t, to, offset) => {
      noisyVariance(p.noiseInput, { mean: p.x, variance: p.xVariance, from: t * B * I }, B * I, to, offset);
    },
    right: daVariance,
    alpha: 2,
    factor: p.wIn,
  });
  const recurrent = { T, B, m: H, n: H, sum: p.dwRec };
  addStepProducts({
    ...recurrent,
    left: (t, to, offset) => {
      const before = previous(p, t);
      to.set(before.mean.subarray(before.from, before.from + B * H), offset);
    },
    right: daMean,
    alpha: p.noiseRecurrent.mean,
  });
  addStepProducts({
    ...recurrent,
    left: (t, to, offset) => {
      noisyVariance(p.noiseRecurrent, previous(p, t), B * H, to, offset);
    },
    right: daVariance,
    alpha: 2,
    factor: p.wRec,
  });
}
