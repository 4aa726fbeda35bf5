/**
 * Fast dropout through gated cells: what LSTM and GRU share. Mean and variance of the four pre-activations of all
 * steps, and everything behind their gradients. A cell (moments-lstm.ts, moments-gru.ts) says what happens to one
 * unit. Its recurrent gate g stands in block `columns[g]` of the pre-activations, its input gate g in block g.
 */
import type { Real } from '../../tensor/dtype.ts';
import type { NoiseMoments } from '../contract/fields.ts';
import type {
  MomentsGruBackward,
  MomentsGruForward,
  MomentsLstmBackward,
  MomentsLstmForward,
} from '../contract/moments.ts';
import { columnBlock, rowBlock } from './gates.ts';
import { addRowSums, addStepProducts } from './matmul.ts';
import { type MomentsAt, noisyVariance, previous } from './moments-states.ts';
import { multiply, type Packed, packing, rowMajor } from './panels.ts';
import { isActive } from './step-masks.ts';
import { workspace } from './workspace.ts';

/** Blocks of the pre-activations. */
const BLOCKS = 4;

/** One unit of a cell. `at` is its place in [T, B, 4H], `unit` in [B, H], `here` in [T, B, H]. */
export interface MomentsCell {
  /** of the recurrent gates */
  columns: readonly number[];
  /** sets mean and variance of h at `here` from the pre-activations */
  forward(t: number, unit: number, here: number, at: number): void;
  /**
   * Sets daMean and daVariance from the gradient of h; returns nothing: what flows past the pre-activations to
   * the state before is written to `past` (mean, variance).
   */
  backward(
    t: number,
    unit: number,
    here: number,
    at: number,
    dMean: number,
    dVariance: number,
    past: Float64Array,
  ): void;
  /** an inactive step: c and its gradient stay */
  rest(t: number, unit: number, here: number): void;
}

type Forward = MomentsLstmForward | MomentsGruForward;
type Backward = MomentsLstmBackward | MomentsGruBackward;

const packs = {
  mean: Array.from({ length: BLOCKS }, packing),
  variance: Array.from({ length: BLOCKS }, packing),
  rows: packing(),
  inputs: packing(),
};
const noisySpace = workspace();
const productSpace = workspace();
const carrySpace = workspace();
const past = new Float64Array(2);

/** Computes pre-activations and states of every step. */
export function momentsGatesForward(p: Forward, cell: MomentsCell, biasRec?: Real): void {
  const { T, B, H, aMean, aVariance, hMean, hVariance } = p;
  const G = cell.columns.length;
  projectInput(p, G);
  const mean = pack(packs.mean, G, H, (g) => columnBlock(p.wRec, G * H, g * H), H, false);
  const variance = pack(packs.variance, G, H, (g) => columnBlock(p.wRec, G * H, g * H), H, true);
  const width = BLOCKS * H;
  for (let t = 0; t < T; t++) {
    const before = previous(p, t);
    for (let b = 0; b < B; b++) {
      const row = (t * B + b) * width;
      if (G < BLOCKS) {
        // The recurrent side of the candidate begins empty.
        aMean.fill(0, row + cell.columns[G - 1] * H, row + (cell.columns[G - 1] + 1) * H);
        aVariance.fill(0, row + cell.columns[G - 1] * H, row + (cell.columns[G - 1] + 1) * H);
      }
      if (!biasRec) continue;
      for (let g = 0; g < G; g++) {
        for (let j = 0; j < H; j++) aMean[row + cell.columns[g] * H + j] += biasRec[g * H + j];
      }
    }
    const states = packs.rows(rowMajor(before.mean, H, before.from), B, H);
    for (let g = 0; g < G; g++) {
      multiply(
        states,
        mean[g],
        aMean,
        t * B * width + cell.columns[g] * H,
        width,
        p.noiseRecurrent.mean,
        true,
      );
    }
    const noisy = packs.rows(
      rowMajor(noisyVariance(p.noiseRecurrent, before, B * H, noisySpace(B * H)), H),
      B,
      H,
    );
    for (let g = 0; g < G; g++) {
      multiply(noisy, variance[g], aVariance, t * B * width + cell.columns[g] * H, width, 1, true);
    }
    for (let b = 0; b < B; b++) {
      const active = isActive(p, t, b);
      for (let j = 0; j < H; j++) {
        const unit = b * H + j;
        const here = t * B * H + unit;
        if (active) cell.forward(t, unit, here, (t * B + b) * width + j);
        else {
          hMean[here] = before.mean[before.from + unit];
          hVariance[here] = before.variance ? before.variance[before.from + unit] : 0;
          cell.rest(t, unit, here);
        }
      }
    }
  }
}

/** Adds the gradients of parameters, inputs and initial hidden state. */
export function momentsGatesBackward(p: Backward, cell: MomentsCell, dbiasRec?: Real): void {
  const { T, B, H, daMean, daVariance, noiseRecurrent: noise } = p;
  const G = cell.columns.length;
  const width = BLOCKS * H;
  const size = B * H;
  const mean = pack(packs.mean, G, H, (g) => rowBlock(p.wRec, G * H, g * H), H, false);
  const variance = pack(packs.variance, G, H, (g) => rowBlock(p.wRec, G * H, g * H), H, true);
  const carry = carrySpace(2 * size);
  carry.fill(0, 0, 2 * size);
  const product = productSpace(size);
  for (let t = T - 1; t >= 0; t--) {
    for (let b = 0; b < B; b++) stepGradients(p, cell, t, b, carry);
    for (let g = 0; g < G; g++) {
      const from = t * B * width + cell.columns[g] * H;
      multiply(packs.rows(rowMajor(daMean, width, from), B, H), mean[g], carry, 0, H, noise.mean, true);
      multiply(packs.rows(rowMajor(daVariance, width, from), B, H), variance[g], product, 0, H, 1, g > 0);
    }
    const before = previous(p, t);
    for (let i = 0; i < size; i++) {
      carry[i] += 2 * noise.square * before.mean[before.from + i] * product[i];
      carry[size + i] += noise.variance * product[i];
    }
  }
  if (p.dh0) for (let i = 0; i < size; i++) p.dh0[i] += carry[i];
  if (p.dh0Variance) for (let i = 0; i < size; i++) p.dh0Variance[i] += carry[size + i];
  for (let g = 0; g < G; g++) {
    weightGradient(p, G, g, p.noiseRecurrent, p.wRec, p.dwRec, H, cell.columns[g], (t) => previous(p, t));
    weightGradient(p, G, g, p.noiseInput, p.wIn, p.dwIn, p.I, g, (t) => inputAt(p, t));
  }
  const sums = new Float64Array(width);
  addRowSums(daMean, T * B, width, sums);
  for (let g = 0; g < G; g++) {
    for (let j = 0; j < H; j++) {
      p.dbias[g * H + j] += sums[g * H + j];
      if (dbiasRec) dbiasRec[g * H + j] += sums[cell.columns[g] * H + j];
    }
  }
  inputGradients(p, G);
}

/** The cell's derivative of a drawn pre-activation: mean + epsilon sqrt(variance). */
export function drawn(mean: number, variance: number, epsilon: number): number {
  return mean + epsilon * Math.sqrt(variance);
}

/** Slope of {@link drawn} in the variance; at 0 no noise arrives there, so none is passed on. */
export function drawnSlope(variance: number, epsilon: number): number {
  return variance > 0 ? (0.5 * epsilon) / Math.sqrt(variance) : 0;
}

// --- internal ---

function inputAt(p: Forward, t: number): MomentsAt {
  return { mean: p.x, variance: p.xVariance, from: t * p.B * p.I };
}

function pack(
  spaces: readonly ReturnType<typeof packing>[],
  G: number,
  length: number,
  view: (g: number) => ReturnType<typeof columnBlock>,
  k: number,
  squared: boolean,
): Packed[] {
  return Array.from({ length: G }, (_, g) => spaces[g](view(g), length, k, squared ? view(g) : undefined));
}

function projectInput(p: Forward, G: number): void {
  const { T, B, I, H, wIn, aMean, aVariance } = p;
  const width = BLOCKS * H;
  const mean = pack(packs.mean, G, H, (g) => columnBlock(wIn, G * H, g * H), I, false);
  const variance = pack(packs.variance, G, H, (g) => columnBlock(wIn, G * H, g * H), I, true);
  for (let t = 0; t < T; t++) {
    const x = inputAt(p, t);
    const at = t * B * width;
    for (let b = 0; b < B; b++) aMean.set(p.bias, at + b * width);
    const rows = packs.rows(rowMajor(x.mean, I, x.from), B, I);
    for (let g = 0; g < G; g++) multiply(rows, mean[g], aMean, at + g * H, width, p.noiseInput.mean, true);
    const noisy = packs.rows(rowMajor(noisyVariance(p.noiseInput, x, B * I, noisySpace(B * I)), I), B, I);
    for (let g = 0; g < G; g++) multiply(noisy, variance[g], aVariance, at + g * H, width, 1, false);
  }
}

/** From the gradient of the state after step t to that of the pre-activations; the carry keeps what passes by. */
function stepGradients(p: Backward, cell: MomentsCell, t: number, b: number, carry: Float64Array): void {
  const { B, H, daMean, daVariance, dhMean, dhVariance } = p;
  const size = B * H;
  const active = isActive(p, t, b);
  for (let j = 0; j < H; j++) {
    const unit = b * H + j;
    const here = t * size + unit;
    const at = (t * B + b) * BLOCKS * H + j;
    past[0] = carry[unit] + dhMean[here];
    past[1] = carry[size + unit] + (dhVariance ? dhVariance[here] : 0);
    if (active) cell.backward(t, unit, here, at, past[0], past[1], past);
    else {
      for (let g = 0; g < BLOCKS; g++) {
        daMean[at + g * H] = 0;
        daVariance[at + g * H] = 0;
      }
    }
    carry[unit] = past[0];
    carry[size + unit] = past[1];
  }
}

/** dW += noise.mean u^T daMean + 2 W ∘ (V(noise, u)^T daVariance), the columns of gate g. */
function weightGradient(
  p: Backward,
  G: number,
  g: number,
  noise: NoiseMoments,
  w: Real,
  dw: Real,
  m: number,
  column: number,
  rowsAt: (t: number) => MomentsAt,
): void {
  const { T, B, H } = p;
  const place = {
    T,
    B,
    m,
    n: H,
    sum: dw,
    sumWidth: G * H,
    sumFrom: g * H,
    rightWidth: BLOCKS * H,
    rightFrom: column * H,
  };
  addStepProducts({
    ...place,
    left: (t, to, offset) => {
      const { mean, from } = rowsAt(t);
      to.set(mean.subarray(from, from + B * m), offset);
    },
    right: p.daMean,
    alpha: noise.mean,
  });
  addStepProducts({
    ...place,
    left: (t, to, offset) => {
      noisyVariance(noise, rowsAt(t), B * m, to, offset);
    },
    right: p.daVariance,
    alpha: 2,
    factor: w,
  });
}

function inputGradients(p: Backward, G: number): void {
  const { T, B, I, H, wIn, dx, dxVariance, noiseInput: noise } = p;
  if (!dx && !dxVariance) return;
  const width = BLOCKS * H;
  const mean = pack(packs.mean, G, I, (g) => rowBlock(wIn, G * H, g * H), H, false);
  const variance = pack(packs.variance, G, I, (g) => rowBlock(wIn, G * H, g * H), H, true);
  const product = productSpace(B * I);
  for (let t = 0; t < T; t++) {
    const to = t * B * I;
    for (let g = 0; g < G; g++) {
      const from = t * B * width + g * H;
      if (dx)
        multiply(packs.rows(rowMajor(p.daMean, width, from), B, H), mean[g], dx, to, I, noise.mean, true);
      multiply(packs.rows(rowMajor(p.daVariance, width, from), B, H), variance[g], product, 0, I, 1, g > 0);
    }
    for (let i = 0; i < B * I; i++) {
      if (dx) dx[to + i] += 2 * noise.square * p.x[to + i] * product[i];
      if (dxVariance) dxVariance[to + i] += noise.variance * product[i];
    }
  }
}
