/**
 * Recurrent layer with a deep transition over a whole sequence, forward and backward: see DeepRnnForward in the contract for the
 * equations. Every block of the recurrent weights is packed once, with its mask.
 */
import type { Real } from '../../tensor/dtype.ts';
import type { DeepRnnBackward, DeepRnnForward } from '../contract/deep.ts';
import { addRowSums, addStepProducts } from './matmul.ts';
import { multiply, type Packed, packing, rowMajor, transposed, type View } from './panels.ts';
import { newStates, stateGradients } from './plain-states.ts';
import { addMaskedRows, copyMasked, maskAt } from './step-masks.ts';
import { type Transfer, transferOf } from './transfer.ts';
import { workspace } from './workspace.ts';

const packInput = packing();
const packRows = packing();
const packState = packing();
const stepSpace = workspace();
const maskedSpace = workspace();
const stateSpace = workspace();
const carrySpace = workspace();

/** Computes units, n, h and y for every step. */
export function deepRnnForward(p: DeepRnnForward): void {
  const { T, B, I, H, N, x, h, units } = p;
  const row = (N * p.P + p.Q) * H;
  const [inner, last] = transfersOf(p);
  const wIn = packInput(
    columns(p.wIn, p.P * H),
    p.P * H,
    I,
    p.maskWeightIn && columns(p.maskWeightIn, p.P * H),
  );
  const wRec = packBlocks(p, false);
  const a = stepSpace(B * row);
  const state = stateSpace(B * H);
  const below = maskedSpace(B * Math.max(I, H));
  for (let t = 0; t < T; t++) {
    const previous = t === 0 ? p.h0 : h;
    const from = t === 0 ? 0 : (t - 1) * B * H;
    for (let b = 0; b < B; b++) a.set(p.bias.subarray(0, row), b * row);
    copyMasked(x, t * B * I, B, I, p.maskInput, t, below, 0);
    multiply(packRows(rowMajor(below, I), B, I), wIn, a, 0, row, 1, true);
    copyMasked(previous, from, B, H, p.maskRecurrent, t, state, 0);
    const states = packState(rowMajor(state, H), B, H);
    multiply(states, wRec(0, p.P), a, 0, row, 1, true);
    for (let l = 0; l < N; l++) {
      for (let b = 0; b < B; b++) {
        const to = ((t * B + b) * N + l) * H;
        const mask = maskAt(p.maskTransition, t, b) + l * H;
        for (let j = 0; j < H; j++) {
          const unit = inner.value(a, b * row + l * p.P * H + j);
          units[to + j] = unit;
          below[b * H + j] = p.maskTransition ? unit * p.maskTransition.data[mask + j] : unit;
        }
      }
      const next = l + 1;
      const pieces = next < N ? p.P : p.Q;
      const rows = packRows(rowMajor(below, H), B, H);
      multiply(rows, wRec(next * p.P, pieces), a, next * p.P * H, row, 1, true);
    }
    if (p.S) multiply(states, wRec(N * p.P + p.Q, p.Q), a, N * p.P * H, row, 1, true);
    if (p.a && (inner.pools || last.pools)) p.a.set(a.subarray(0, B * row), t * B * row);
    for (let b = 0; b < B; b++) {
      const at = b * row + N * p.P * H;
      for (let j = 0; j < H; j++) a[at + j] = last.value(a, at + j);
    }
    newStates(p, t, a, N * p.P * H, row);
  }
}

/** Adds the gradients of parameters, input and initial state; da holds those of the pre-activations. */
export function deepRnnBackward(p: DeepRnnBackward): void {
  const { T, B, I, H, N, da, n, units } = p;
  const row = (N * p.P + p.Q) * H;
  const [inner, last] = transfersOf(p);
  const wRec = packBlocks(p, true);
  const wIn = p.dx
    ? packInput(rowMajor(p.wIn, p.P * H), I, p.P * H, p.maskWeightIn && rowMajor(p.maskWeightIn, p.P * H))
    : undefined;
  const carry = carrySpace(B * H);
  carry.fill(0, 0, B * H);
  if (p.dhLast) carry.set(p.dhLast.subarray(0, B * H));
  const product = stepSpace(B * Math.max(I, H));

  for (let t = T - 1; t >= 0; t--) {
    stateGradients(p, t, carry, product);
    for (let b = 0; b < B; b++) {
      for (let j = 0; j < H; j++) {
        const at = (t * B + b) * row + N * p.P * H + j;
        last.give(n[(t * B + b) * H + j], product[b * H + j], p.a, at, da, at);
      }
    }
    const rows = (block: number, pieces: number) =>
      packRows({ data: da, offset: t * B * row + block * H, row, column: 1 }, B, pieces * H);
    for (let l = N - 1; l >= 0; l--) {
      const pieces = l + 1 < N ? p.P : p.Q;
      multiply(rows((l + 1) * p.P, pieces), wRec((l + 1) * p.P, pieces), product, 0, H, 1, false);
      for (let b = 0; b < B; b++) {
        const mask = maskAt(p.maskTransition, t, b) + l * H;
        for (let j = 0; j < H; j++) {
          let d = product[b * H + j];
          if (p.maskTransition) d *= p.maskTransition.data[mask + j];
          const at = (t * B + b) * row + l * p.P * H + j;
          inner.give(units[((t * B + b) * N + l) * H + j], d, p.a, at, da, at);
        }
      }
    }
    if (t > 0 || p.dh0) {
      multiply(rows(0, p.P), wRec(0, p.P), product, 0, H, 1, false);
      if (p.S) multiply(rows(N * p.P, p.Q), wRec(N * p.P + p.Q, p.Q), product, 0, H, 1, true);
      addMaskedRows(product, B, H, p.maskRecurrent, t, carry, 0);
    }
    if (p.dx && wIn) {
      multiply(rows(0, p.P), wIn, product, 0, I, 1, false);
      addMaskedRows(product, B, I, p.maskInput, t, p.dx, t * B * I);
    }
  }
  if (p.dh0) for (let i = 0; i < B * H; i++) p.dh0[i] += carry[i];
  weightGradients(p);
}

// --- internal ---

function transfersOf(p: DeepRnnForward | DeepRnnBackward): [Transfer, Transfer] {
  return [transferOf(p.inner, p.P, p.H, p.doublings), transferOf(p.activation, p.Q, p.H, p.doublings)];
}

/** The columns of a row-major matrix as the rows of a view. */
function columns(matrix: Real, width: number): View {
  return transposed(rowMajor(matrix, width));
}

const spaces = new Map<string, ReturnType<typeof packing>>();

/** A place for the panels of some blocks, reused from call to call. */
function spaceOf(key: string): ReturnType<typeof packing> {
  let space = spaces.get(key);
  if (!space) spaces.set(key, (space = packing()));
  return space;
}

/** The operand that `count` blocks of the recurrent weights from `first` on are, packed when first asked for. */
function packBlocks(
  { H, N, P, Q, S, wRec, maskWeight }: DeepRnnForward | DeepRnnBackward,
  isBackward: boolean,
): (first: number, count: number) => Packed {
  const made = new Map<number, Packed>();
  return (first, count) => {
    const known = made.get(first);
    if (known) return known;
    const view = (data: Real): View => ({ data, offset: first * H, row: (N * P + Q + S * Q) * H, column: 1 });
    const space = spaceOf(`${isBackward} ${first}`);
    // A right operand is packed by its columns, hence transposed; so is its mask.
    const packed = isBackward
      ? space(view(wRec), H, count * H, maskWeight && view(maskWeight))
      : space(transposed(view(wRec)), count * H, H, maskWeight && transposed(view(maskWeight)));
    made.set(first, packed);
    return packed;
  };
}

function weightGradients(p: DeepRnnBackward): void {
  const { T, B, I, H, N, P, Q, S, da, units, maskTransition } = p;
  const row = (N * P + Q) * H;
  addRowSums(da, T * B, row, p.dbias);
  const all = { T, B, right: da, rightWidth: row, alpha: 1 };
  addStepProducts({
    ...all,
    m: I,
    n: P * H,
    left: (t, to, offset) => copyMasked(p.x, t * B * I, B, I, p.maskInput, t, to, offset),
    sum: p.dwIn,
    factor: p.maskWeightIn,
  });
  const recurrent = { ...all, m: H, sum: p.dwRec, sumWidth: row + S * Q * H, factor: p.maskWeight };
  const states = (t: number, to: Float64Array, offset: number) => {
    if (t === 0) copyMasked(p.h0, 0, B, H, p.maskRecurrent, 0, to, offset);
    else copyMasked(p.h, (t - 1) * B * H, B, H, p.maskRecurrent, t, to, offset);
  };
  addStepProducts({ ...recurrent, n: P * H, left: states });
  if (S) addStepProducts({ ...recurrent, n: Q * H, left: states, rightFrom: N * P * H, sumFrom: row });
  for (let l = 1; l <= N; l++) {
    addStepProducts({
      ...recurrent,
      n: (l < N ? P : Q) * H,
      left: (t, to, offset) => {
        for (let b = 0; b < B; b++) {
          const from = ((t * B + b) * N + l - 1) * H;
          const mask = maskAt(maskTransition, t, b) + (l - 1) * H;
          for (let j = 0; j < H; j++) {
            const unit = units[from + j];
            to[offset + b * H + j] = maskTransition ? unit * maskTransition.data[mask + j] : unit;
          }
        }
      },
      rightFrom: l * P * H,
      sumFrom: l * P * H,
    });
  }
}
