/** The reference operations `rnn`, `lstm` and `gru`: recurrent layers with masks, run on the kernels directly. */

import type { Real } from 'lethe';
import { DataError } from 'lethe';
import { kernels, realFrom, realZeros } from 'lethe/engine';
import { activation } from './activation.ts';
import { type GoldenCase, input, shapedInput } from './case-file.ts';
import { type Computed, cotangent } from './compare.ts';
import { caseMasks, type Sizes } from './masks.ts';

/** T, B, I from x [T, B, I] and H from w_rec [H, G*H], G being the number of gates. */
export function recurrentSizes(golden: GoldenCase, G = 1): Sizes {
  const x = input(golden, 'x').shape;
  const wRec = input(golden, 'w_rec').shape;
  if (x.length !== 3) throw new DataError(`input "x" should have shape [time, batch, input], found [${x}]`);
  if (x[0] === 0) throw new DataError('input "x" should have at least one time step');
  if (wRec.length !== 2) throw new DataError(`input "w_rec" should be a matrix, found [${wRec}]`);
  return { T: x[0], B: x[1], I: x[2], H: wRec[0], G };
}

/** The inputs that every recurrent layer has, checked; a missing state is zero. */
export function recurrentInputs(golden: GoldenCase, { T, B, I, H, G }: Sizes) {
  return {
    T,
    B,
    I,
    H,
    x: realFrom(shapedInput(golden, 'x', [T, B, I]).data),
    h0: stateInput(golden, 'h0', B, H),
    wIn: realFrom(shapedInput(golden, 'w_in', [I, G * H]).data),
    wRec: realFrom(shapedInput(golden, 'w_rec', [H, G * H]).data),
    bias: realFrom(shapedInput(golden, 'b', [G * H]).data),
  };
}

/** A state of the case, [B, H], or zeros. */
export function stateInput(golden: GoldenCase, name: string, B: number, H: number): Real {
  return golden.inputs[name] ? realFrom(shapedInput(golden, name, [B, H]).data) : realZeros(B * H);
}

/** Zeros for the gradients that every recurrent layer has. */
export function recurrentGradients({ T, B, I, H, G }: Sizes) {
  return {
    w_in: realZeros(I * G * H),
    w_rec: realZeros(H * G * H),
    b: realZeros(G * H),
    h0: realZeros(B * H),
    x: realZeros(T * B * I),
  };
}

/** Computes y, the last state h, and their gradients. */
export function runRnn(golden: GoldenCase): Computed {
  const sizes = recurrentSizes(golden);
  const { T, B, H } = sizes;
  const forward = {
    ...recurrentInputs(golden, sizes),
    ...caseMasks(golden, sizes, [...common, 'cell']),
    activation: activation(golden),
    n: realZeros(T * B * H),
    h: realZeros(T * B * H),
  };
  const y = realZeros(T * B * H);
  kernels().rnnForward({ ...forward, y });
  const grads = recurrentGradients(sizes);
  kernels().rnnBackward({ ...forward, ...wanted(golden, sizes, grads), da: realZeros(T * B * H) });
  return { outputs: { y, h: last(forward.h, sizes) }, grads };
}

/** Computes y, the last states h and c, and their gradients. */
export function runLstm(golden: GoldenCase): Computed {
  const sizes = recurrentSizes(golden, 4);
  const { T, B, H } = sizes;
  const forward = {
    ...recurrentInputs(golden, sizes),
    c0: stateInput(golden, 'c0', B, H),
    ...caseMasks(golden, sizes, [...common, 'cell', 'update', 'zoneout_cell']),
    gates: realZeros(4 * T * B * H),
    c: realZeros(T * B * H),
    h: realZeros(T * B * H),
  };
  const y = realZeros(T * B * H);
  kernels().lstmForward({ ...forward, y });
  const grads = { ...recurrentGradients(sizes), c0: realZeros(B * H) };
  kernels().lstmBackward({
    ...forward,
    ...wanted(golden, sizes, grads),
    dcLast: realFrom(cotangent(golden, 'c', B * H)),
    dc0: grads.c0,
    da: realZeros(4 * T * B * H),
  });
  return { outputs: { y, h: last(forward.h, sizes), c: last(forward.c, sizes) }, grads };
}

/** Computes y, the last state h, and their gradients. */
export function runGru(golden: GoldenCase): Computed {
  const sizes = recurrentSizes(golden, 3);
  const { T, B, H } = sizes;
  const forward = {
    ...recurrentInputs(golden, sizes),
    biasRec: realFrom(shapedInput(golden, 'b_rec', [3 * H]).data),
    resetAfter: golden.config.resetAfter !== false,
    ...caseMasks(golden, sizes, [...common, 'cell', 'update']),
    gates: realZeros(3 * T * B * H),
    recurrentCandidate: realZeros(T * B * H),
    h: realZeros(T * B * H),
  };
  const y = realZeros(T * B * H);
  kernels().gruForward({ ...forward, y });
  const grads = { ...recurrentGradients(sizes), b_rec: realZeros(3 * H) };
  kernels().gruBackward({
    ...forward,
    ...wanted(golden, sizes, grads),
    dbiasRec: grads.b_rec,
    da: realZeros(3 * T * B * H),
    daRec: realZeros(T * B * H),
  });
  return { outputs: { y, h: last(forward.h, sizes) }, grads };
}

// --- internal ---

/** Sites that every cell has. */
const common = ['input', 'recurrent', 'output', 'weight', 'weight_in', 'zoneout_hidden'];

/** The gradients asked for, under the kernels' names. */
function wanted(golden: GoldenCase, { T, B, H }: Sizes, grads: ReturnType<typeof recurrentGradients>) {
  return {
    dy: realFrom(cotangent(golden, 'y', T * B * H)),
    dhLast: realFrom(cotangent(golden, 'h', B * H)),
    dwIn: grads.w_in,
    dwRec: grads.w_rec,
    dbias: grads.b,
    dh0: grads.h0,
    dx: grads.x,
  };
}

/** The last step of a sequence [T, B, H]. */
function last(sequence: Real, { T, B, H }: Sizes): Real {
  return sequence.subarray((T - 1) * B * H) as Real;
}
