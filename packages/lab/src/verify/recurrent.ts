/** The reference operation `rnn`: a plain recurrent layer with masks, run on the kernels directly. */
import { DataError } from 'lethe';
import { kernels, type Mask, type Real, realFrom, zeros } from 'lethe/internal';
import { activation } from './activation.ts';
import { type CaseArray, configNumber, type GoldenCase, input, shapedInput } from './case-file.ts';
import { type Computed, cotangent } from './compare.ts';

/** Sizes of a recurrent case. */
export interface Sizes {
  T: number;
  B: number;
  I: number;
  H: number;
}

/** T, B, I from x [T, B, I] and H from w_rec [H, H]. */
export function recurrentSizes(golden: GoldenCase): Sizes {
  const x = input(golden, 'x').shape;
  const wRec = input(golden, 'w_rec').shape;
  if (x.length !== 3) throw new DataError(`input "x" should have shape [time, batch, input], found [${x}]`);
  if (wRec.length !== 2) throw new DataError(`input "w_rec" should be a matrix, found [${wRec}]`);
  return { T: x[0], B: x[1], I: x[2], H: wRec[0] };
}

/** The inputs that every recurrent layer has, checked; a missing h0 is zero. */
export function recurrentInputs(golden: GoldenCase, { T, B, I, H }: Sizes) {
  return {
    x: realFrom(shapedInput(golden, 'x', [T, B, I]).data),
    h0: golden.inputs.h0 ? realFrom(shapedInput(golden, 'h0', [B, H]).data) : zeros(B * H),
    wIn: realFrom(shapedInput(golden, 'w_in', [I, H]).data),
    wRec: realFrom(shapedInput(golden, 'w_rec', [H, H]).data),
    bias: realFrom(shapedInput(golden, 'b', [H]).data),
  };
}

/** Computes y, the last state h, and their gradients. */
export function runRnn(golden: GoldenCase): Computed {
  const sizes = recurrentSizes(golden);
  const { T, B, I, H } = sizes;
  if (T === 0) throw new DataError('input "x" should have at least one time step');
  const forward = {
    ...sizes,
    ...recurrentInputs(golden, sizes),
    ...masks(golden, sizes),
    activation: activation(golden),
    zoneoutRate: configNumber(golden, 'zoneoutHiddenExpectation'),
    n: zeros(T * B * H),
    h: zeros(T * B * H),
  };
  const y = zeros(T * B * H);
  kernels().rnnForward({ ...forward, y });
  const grads = {
    w_in: zeros(I * H),
    w_rec: zeros(H * H),
    b: zeros(H),
    h0: zeros(B * H),
    x: zeros(T * B * I),
  };
  kernels().rnnBackward({
    ...forward,
    dy: realFrom(cotangent(golden, 'y', T * B * H)),
    dhLast: realFrom(cotangent(golden, 'h', B * H)),
    dwIn: grads.w_in,
    dwRec: grads.w_rec,
    dbias: grads.b,
    dh0: grads.h0,
    dx: grads.x,
    da: zeros(T * B * H),
  });
  return { outputs: { y, h: forward.h.subarray((T - 1) * B * H) }, grads };
}

// --- internal ---

interface Masks {
  maskInput?: Mask;
  maskRecurrent?: Mask;
  maskWeight?: Real;
  maskWeightIn?: Real;
  maskCell?: Mask;
  zoneout?: Mask;
  maskOutput?: Mask;
}

const SITES = {
  input: 'maskInput',
  recurrent: 'maskRecurrent',
  cell: 'maskCell',
  output: 'maskOutput',
} as const;

/** All masks of the case; one that an RNN has no place for is an error. */
function masks(golden: GoldenCase, { T, B, I, H }: Sizes): Masks {
  const found: Masks = {};
  for (const [name, array] of Object.entries(golden.inputs)) {
    if (!name.startsWith('mask.')) continue;
    const [, site, interval] = name.split('.');
    const key = Object.hasOwn(SITES, site) ? SITES[site as keyof typeof SITES] : undefined;
    if (name === 'mask.weight') found.maskWeight = realFrom(shapedInput(golden, name, [H, H]).data);
    else if (name === 'mask.weight_in') found.maskWeightIn = realFrom(shapedInput(golden, name, [I, H]).data);
    else if (name === 'mask.zoneout_hidden') found.zoneout = strided(name, array, [T, B, H]);
    else if (key && interval !== undefined) {
      const width = site === 'input' ? I : H;
      const added = strided(name, array, [interval === 'step' ? T : 1, B, width]);
      const present = found[key];
      found[key] = present ? product(present, added, [T, B, width]) : added;
    } else throw new DataError(`input "${name}" is no mask of a plain recurrent layer`);
  }
  if (found.zoneout && configNumber(golden, 'zoneoutHiddenExpectation') !== undefined) {
    throw new DataError('"mask.zoneout_hidden" and config "zoneoutHiddenExpectation" exclude each other');
  }
  return found;
}

/** A mask as the kernels see it: an axis of length 1 where more are expected is shared, as is a missing time axis. */
function strided(name: string, array: CaseArray, [time, batch, width]: readonly number[]): Mask {
  const shape = array.shape.length === 2 ? [1, ...array.shape] : array.shape;
  const fits =
    shape.length === 3 &&
    (shape[0] === time || shape[0] === 1) &&
    (shape[1] === batch || shape[1] === 1) &&
    shape[2] === width;
  if (!fits)
    throw new DataError(`input "${name}" should fit [${[time, batch, width]}], found [${array.shape}]`);
  return {
    data: realFrom(array.data),
    gate: 0,
    time: shape[0] === 1 ? 0 : shape[1] * width,
    batch: shape[1] === 1 ? 0 : width,
  };
}

/** Two masks on one site, such as one per step and one per sequence, multiply. */
function product(a: Mask, b: Mask, [time, batch, width]: readonly number[]): Mask {
  const data = zeros(time * batch * width);
  for (let i = 0; i < data.length; i++) {
    const [t, row, j] = [Math.floor(i / (batch * width)), Math.floor(i / width) % batch, i % width];
    data[i] = a.data[t * a.time + row * a.batch + j] * b.data[t * b.time + row * b.batch + j];
  }
  return { data, gate: 0, time: batch * width, batch: width };
}
