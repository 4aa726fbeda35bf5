/**
 * Recurrent layer with a deep transition under fast dropout, forward and backward: see MomentsDeepRnnForward in the contract for the
 * equations.
 */
import type { Real } from '../../tensor/dtype.ts';
import type { MomentsDeepRnnBackward, MomentsDeepRnnForward } from '../contract/deep.ts';
import type { NoiseMoments } from '../contract/fields.ts';
import { activationOf, slopeOf } from './activation.ts';
import { addRowSums, addStepProducts } from './matmul.ts';
import { momentsOf } from './moments-functions.ts';
import { type MomentsAt, noisyVariance, previous } from './moments-states.ts';
import { multiply, type Packed, packing, rowMajor, transposed, type View } from './panels.ts';
import { isActive } from './step-masks.ts';
import { workspace } from './workspace.ts';

const packs = { wIn: packing(), wInSquared: packing(), rows: packing() };
const noisySpace = workspace();
const productSpace = workspace();
const meanSpace = workspace();
const carryMeanSpace = workspace();
const carryVarianceSpace = workspace();
const out = new Float64Array(4);

/** Computes the moments of pre-activations, units and states for every step. */
export function momentsDeepRnnForward(p: MomentsDeepRnnForward): void {
  const { T, B, I, H, N, x, aMean, aVariance, hMean, hVariance } = p;
  const row = (N + 1) * H;
  const wInColumns = transposed(rowMajor(p.wIn, H));
  const wIn = packs.wIn(wInColumns, H, I);
  const wInSquared = packs.wInSquared(wInColumns, H, I, wInColumns);
  const block = packBlocks(p, false);
  const [inner, last] = unitsOf(p);
  const noisy = noisySpace(B * Math.max(I, H));
  /** adds what a block of the weights makes of B rows, `from.from` on and `stride` apart, to the pre-activations of a layer */
  const add = (t: number, layer: number, k: number, noise: NoiseMoments, from: MomentsAt, stride: number) => {
    const at = t * B * row + layer * H;
    const { mean, squared } = block(k);
    multiply(packs.rows(rows(from.mean, from.from, stride), B, H), mean, aMean, at, row, noise.mean, true);
    noisyRows(noise, from, B, H, stride, noisy);
    multiply(packs.rows(rowMajor(noisy, H), B, H), squared, aVariance, at, row, 1, true);
  };
  for (let t = 0; t < T; t++) {
    const before = previous(p, t);
    for (let b = 0; b < B; b++) {
      const at = (t * B + b) * row;
      aMean.set(p.bias.subarray(0, row), at);
      aVariance.fill(0, at, at + row);
    }
    const input = { mean: x, variance: p.xVariance, from: t * B * I };
    multiply(
      packs.rows(rowMajor(x, I, input.from), B, I),
      wIn,
      aMean,
      t * B * row,
      row,
      p.noiseInput.mean,
      true,
    );
    noisyVariance(p.noiseInput, input, B * I, noisy);
    multiply(packs.rows(rowMajor(noisy, I), B, I), wInSquared, aVariance, t * B * row, row, 1, true);
    add(t, 0, 0, p.noiseRecurrent, before, H);
    for (let l = 0; l < N; l++) {
      for (let b = 0; b < B; b++) {
        const to = ((t * B + b) * N + l) * H;
        for (let j = 0; j < H; j++) {
          inner.value((t * B + b) * row + l * H + j);
          p.unitsMean[to + j] = out[0];
          p.unitsVariance[to + j] = out[1];
        }
      }
      const units = { mean: p.unitsMean, variance: p.unitsVariance, from: (t * B * N + l) * H };
      add(t, l + 1, l + 1, p.noiseTransition, units, N * H);
    }
    if (p.S) add(t, N, N + 1, p.noiseRecurrent, before, H);
    for (let b = 0; b < B; b++) {
      const active = isActive(p, t, b);
      for (let j = 0; j < H; j++) {
        const i = (t * B + b) * H + j;
        const from = before.from + b * H + j;
        if (active) last.value((t * B + b) * row + N * H + j);
        hMean[i] = active ? out[0] : before.mean[from];
        hVariance[i] = active ? out[1] : before.variance ? before.variance[from] : 0;
      }
    }
  }
}

/** Adds the gradients of parameters, inputs and initial state. */
export function momentsDeepRnnBackward(p: MomentsDeepRnnBackward): void {
  const { T, B, I, H, N, daMean, daVariance, noiseInput, noiseRecurrent, noiseTransition } = p;
  const row = (N + 1) * H;
  const wInRows = rowMajor(p.wIn, H);
  const wantsInput = p.dx !== undefined || p.dxVariance !== undefined;
  const wIn = p.dx && packs.wIn(wInRows, I, H);
  const wInSquared = wantsInput ? packs.wInSquared(wInRows, I, H, wInRows) : undefined;
  const block = packBlocks(p, true);
  const [inner, last] = unitsOf(p);
  const carryMean = carryMeanSpace(B * H).fill(0, 0, B * H);
  const carryVariance = carryVarianceSpace(B * H).fill(0, 0, B * H);
  const means = meanSpace(B * Math.max(I, H));
  const product = productSpace(B * Math.max(I, H));

  for (let t = T - 1; t >= 0; t--) {
    newState(p, t, last, carryMean, carryVariance);
    /** what the gradients of a layer give to what a block read, in `means` and `product` */
    const back = (layer: number, k: number, noise: NoiseMoments, add: boolean) => {
      const { mean, squared } = block(k);
      const at = t * B * row + layer * H;
      multiply(packs.rows(rows(daMean, at, row), B, H), mean, means, 0, H, noise.mean, add);
      multiply(packs.rows(rows(daVariance, at, row), B, H), squared, product, 0, H, 1, add);
    };
    for (let l = N - 1; l >= 0; l--) {
      back(l + 1, l + 1, noiseTransition, false);
      for (let b = 0; b < B; b++) {
        for (let j = 0; j < H; j++) {
          const i = b * H + j;
          const unit = ((t * B + b) * N + l) * H + j;
          const [m, v] = [p.unitsMean[unit], p.unitsVariance[unit]];
          const dMean = means[i] + 2 * noiseTransition.square * m * product[i];
          inner.give((t * B + b) * row + l * H + j, m, v, dMean, noiseTransition.variance * product[i]);
        }
      }
    }
    back(0, 0, noiseRecurrent, false);
    if (p.S) back(N, N + 1, noiseRecurrent, true);
    const before = previous(p, t);
    for (let i = 0; i < B * H; i++) {
      carryMean[i] += means[i] + 2 * noiseRecurrent.square * before.mean[before.from + i] * product[i];
      carryVariance[i] += noiseRecurrent.variance * product[i];
    }
    if (!wInSquared) continue;
    const first = rows(daMean, t * B * row, row);
    if (p.dx && wIn) multiply(packs.rows(first, B, H), wIn, p.dx, t * B * I, I, noiseInput.mean, true);
    multiply(packs.rows(rows(daVariance, t * B * row, row), B, H), wInSquared, product, 0, I, 1, false);
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

/** Rows that stand `stride` apart. */
function rows(data: Real, offset: number, stride: number): View {
  return { data, offset, row: stride, column: 1 };
}

/** to [B, H] = V(noise, u) of rows that stand `stride` apart. */
function noisyRows(
  noise: NoiseMoments,
  { mean, variance, from }: MomentsAt,
  B: number,
  H: number,
  stride: number,
  to: Float64Array,
  offset = 0,
): void {
  for (let b = 0; b < B; b++) {
    noisyVariance(noise, { mean, variance, from: from + b * stride }, H, to, offset + b * H);
  }
}

/** Moments of a unit from those of its pre-activation number `at`, in `out`; and the way back. */
interface Units {
  value(at: number): void;
  give(at: number, mean: number, variance: number, dMean: number, dVariance: number): void;
}

function unitsOf(p: MomentsDeepRnnForward | MomentsDeepRnnBackward): [Units, Units] {
  const { aMean, aVariance, epsilon } = p;
  const { daMean, daVariance } = p as MomentsDeepRnnBackward;
  const of = (activation: MomentsDeepRnnForward['activation']): Units => {
    const f = activationOf(activation);
    const slope = slopeOf(activation);
    const { value, gradient } = momentsOf({ ...p, activation });
    return {
      value(at) {
        if (!epsilon) return value(aMean[at], aVariance[at], out);
        out[0] = f(aMean[at] + epsilon[at] * Math.sqrt(aVariance[at]));
        out[1] = 0;
      },
      give(at, mean, _, dMean, dVariance) {
        if (epsilon) {
          const da = dMean * slope(mean);
          const s = Math.sqrt(aVariance[at]);
          daMean[at] = da;
          // The square root has no slope at 0; no noise arrives there, so none is passed on.
          daVariance[at] = s > 0 ? (da * epsilon[at]) / (2 * s) : 0;
          return;
        }
        gradient(aMean[at], aVariance[at], out);
        daMean[at] = out[0] * dMean + out[2] * dVariance;
        daVariance[at] = out[1] * dMean + out[3] * dVariance;
      },
    };
  };
  return [of(p.inner), of(p.activation)];
}

/** From the gradient of the state after step t to that of its pre-activations; leaves in the carry what passes a row at rest. */
function newState(
  p: MomentsDeepRnnBackward,
  t: number,
  last: Units,
  carryMean: Float64Array,
  carryVariance: Float64Array,
): void {
  const { B, H, N, hMean, hVariance } = p;
  for (let b = 0; b < B; b++) {
    const active = isActive(p, t, b);
    for (let j = 0; j < H; j++) {
      const at = b * H + j;
      const i = (t * B + b) * H + j;
      const a = (t * B + b) * (N + 1) * H + N * H + j;
      const dMean = carryMean[at] + p.dhMean[i];
      const dVariance = carryVariance[at] + (p.dhVariance ? p.dhVariance[i] : 0);
      carryMean[at] = active ? 0 : dMean;
      carryVariance[at] = active ? 0 : dVariance;
      if (active) last.give(a, hMean[i], hVariance[i], dMean, dVariance);
      else {
        p.daMean[a] = 0;
        p.daVariance[a] = 0;
      }
    }
  }
}

const spaces = new Map<string, ReturnType<typeof packing>>();

function spaceOf(key: string): ReturnType<typeof packing> {
  let space = spaces.get(key);
  if (!space) spaces.set(key, (space = packing()));
  return space;
}

/** Block k of the recurrent weights and its squares as operands, packed when first asked for. */
function packBlocks(
  { H, N, S, wRec }: MomentsDeepRnnForward,
  isBackward: boolean,
): (k: number) => { mean: Packed; squared: Packed } {
  const made = new Map<number, { mean: Packed; squared: Packed }>();
  return (k) => {
    const known = made.get(k);
    if (known) return known;
    const own = rows(wRec, k * H, (N + 1 + S) * H);
    const view = isBackward ? own : transposed(own);
    const packed = {
      mean: spaceOf(`mean ${k}`)(view, H, H),
      squared: spaceOf(`squared ${k}`)(view, H, H, view),
    };
    made.set(k, packed);
    return packed;
  };
}

/** dW += noise.mean u^T daMean + 2 W ∘ (V(noise, u)^T daVariance) for all weights, and the bias. */
function weightGradients(p: MomentsDeepRnnBackward): void {
  const { T, B, I, H, N, S, daMean, daVariance } = p;
  const row = (N + 1) * H;
  addRowSums(daMean, T * B, row, p.dbias);
  const add = (
    noise: NoiseMoments,
    width: number,
    from: (t: number) => MomentsAt,
    stride: number,
    to: { layer: number; sum: Real; weight: Real; sumWidth: number; sumFrom: number },
  ) => {
    const { layer, sum, weight, sumWidth, sumFrom } = to;
    const common = { T, B, m: width, n: H, rightWidth: row, rightFrom: layer * H, sum, sumWidth, sumFrom };
    addStepProducts({
      ...common,
      left: (t, to, offset) => {
        const { mean, from: first } = from(t);
        for (let b = 0; b < B; b++) {
          to.set(mean.subarray(first + b * stride, first + b * stride + width), offset + b * width);
        }
      },
      right: daMean,
      alpha: noise.mean,
    });
    addStepProducts({
      ...common,
      left: (t, to, offset) => noisyRows(noise, from(t), B, width, stride, to, offset),
      right: daVariance,
      alpha: 2,
      factor: weight,
    });
  };
  const inputs = (t: number) => ({ mean: p.x, variance: p.xVariance, from: t * B * I });
  add(p.noiseInput, I, inputs, I, { layer: 0, sum: p.dwIn, weight: p.wIn, sumWidth: H, sumFrom: 0 });
  const recurrent = { sum: p.dwRec, weight: p.wRec, sumWidth: row + S * H };
  const states = (t: number) => previous(p, t);
  add(p.noiseRecurrent, H, states, H, { ...recurrent, layer: 0, sumFrom: 0 });
  if (S) add(p.noiseRecurrent, H, states, H, { ...recurrent, layer: N, sumFrom: row });
  for (let l = 1; l <= N; l++) {
    const units = (t: number) => ({
      mean: p.unitsMean,
      variance: p.unitsVariance,
      from: (t * B * N + l - 1) * H,
    });
    add(p.noiseTransition, H, units, N * H, { ...recurrent, layer: l, sumFrom: l * H });
  }
}
