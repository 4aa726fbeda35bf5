/** Fast dropout through the LSTM: see MomentsLstmForward in the contract for the equations. */
import type { Real } from '../../tensor/dtype.ts';
import type { MomentsLstmBackward, MomentsLstmForward } from '../contract/moments.ts';
import { logistic } from './activation.ts';
import { type ActivationMoments, momentsOf } from './moments-functions.ts';
import {
  drawn,
  drawnSlope,
  type MomentsCell,
  momentsGatesBackward,
  momentsGatesForward,
} from './moments-gates.ts';
import { independent, independentGradient, type Pair } from './product-moments.ts';
import { workspace } from './workspace.ts';

const carrySpace = workspace();
const out = new Float64Array(4);

/** Computes pre-activations, cells and states of every step. */
export function momentsLstmForward(p: MomentsLstmForward): void {
  momentsGatesForward(p, lstmCell(p));
}

/** Adds the gradients of parameters, inputs and initial state. */
export function momentsLstmBackward(p: MomentsLstmBackward): void {
  const size = p.B * p.H;
  const carry = carrySpace(2 * size);
  carry.fill(0, 0, 2 * size);
  if (p.dcMeanLast) carry.set(p.dcMeanLast.subarray(0, size));
  if (p.dcVarianceLast) carry.set(p.dcVarianceLast.subarray(0, size), size);
  momentsGatesBackward(p, lstmCell(p, { p, carry }));
  if (p.dc0) for (let i = 0; i < size; i++) p.dc0[i] += carry[i];
  if (p.dc0Variance) for (let i = 0; i < size; i++) p.dc0Variance[i] += carry[size + i];
}

/** An activation's moments as pairs. */
export function pairs(moments: ActivationMoments): {
  value: (a: Pair) => Pair;
  gradient: (a: Pair, d: Pair) => Pair;
} {
  return {
    value: ([mean, variance]) => {
      moments.value(mean, variance, out);
      return [out[0], out[1]];
    },
    gradient: ([mean, variance], [dm, dv]) => {
      moments.gradient(mean, variance, out);
      return [out[0] * dm + out[2] * dv, out[1] * dm + out[3] * dv];
    },
  };
}

// --- internal ---

/** The units of one call; `back` holds the gradients and the carried gradient of c. */
function lstmCell(
  p: MomentsLstmForward,
  back?: { p: MomentsLstmBackward; carry: Float64Array },
): MomentsCell {
  const { H, B, aMean, aVariance, cMean, cVariance, hMean, hVariance, epsilon } = p;
  const size = B * H;
  const gate = pairs(momentsOf({ ...p, activation: 'sigmoid' }));
  const squash = pairs(momentsOf({ ...p, activation: 'tanh' }));
  const cellBefore = (t: number, unit: number): Pair =>
    t === 0
      ? [p.c0[unit], p.c0Variance ? p.c0Variance[unit] : 0]
      : [cMean[(t - 1) * size + unit], cVariance[(t - 1) * size + unit]];
  const read = (at: number, g: number): Pair => [aMean[at + g * H], aVariance[at + g * H]];
  const draw = (at: number, g: number): number => {
    const [mean, variance] = read(at, g);
    return drawn(mean, variance, (epsilon as Real)[at + g * H]);
  };
  const set = (here: number, c: Pair, h: Pair): void => {
    [cMean[here], cVariance[here]] = c;
    [hMean[here], hVariance[here]] = h;
  };
  return {
    columns: [0, 1, 2, 3],
    rest: (t, unit, here) => {
      [cMean[here], cVariance[here]] = cellBefore(t, unit);
    },
    forward(t, unit, here, at) {
      const before = cellBefore(t, unit);
      if (epsilon) {
        const c = logistic(draw(at, 1)) * before[0] + logistic(draw(at, 0)) * Math.tanh(draw(at, 2));
        set(here, [c, 0], [logistic(draw(at, 3)) * Math.tanh(c), 0]);
        return;
      }
      const fc = independent(gate.value(read(at, 1)), before);
      const ig = independent(gate.value(read(at, 0)), squash.value(read(at, 2)));
      const c: Pair = [fc[0] + ig[0], fc[1] + ig[1]];
      set(here, c, independent(gate.value(read(at, 3)), squash.value(c)));
    },
    backward(t, unit, here, at, dMean, dVariance, past) {
      const { p: gradients, carry } = back!;
      const { daMean, daVariance } = gradients;
      const before = cellBefore(t, unit);
      const c: Pair = [cMean[here], cVariance[here]];
      const a = [0, 1, 2, 3].map((g) => read(at, g));
      let da: Pair[];
      if (epsilon) {
        const [i, f, o] = [logistic(draw(at, 0)), logistic(draw(at, 1)), logistic(draw(at, 3))];
        const g = Math.tanh(draw(at, 2));
        const tc = Math.tanh(c[0]);
        const dc = carry[unit] + dMean * o * (1 - tc * tc);
        const slopes = [
          dc * g * i * (1 - i),
          dc * before[0] * f * (1 - f),
          dc * i * (1 - g * g),
          dMean * tc * o * (1 - o),
        ];
        da = slopes.map((dx, k) => [dx, dx * drawnSlope(a[k][1], epsilon[at + k * H])]);
        carry[unit] = dc * f;
        carry[size + unit] = 0;
      } else {
        const [i, f, o] = [gate.value(a[0]), gate.value(a[1]), gate.value(a[3])];
        const g = squash.value(a[2]);
        const tc = squash.value(c);
        const d: Pair = [dMean, dVariance];
        const through = squash.gradient(c, independentGradient(tc, o, d));
        const dc: Pair = [carry[unit] + through[0], carry[size + unit] + through[1]];
        da = [
          gate.gradient(a[0], independentGradient(i, g, dc)),
          gate.gradient(a[1], independentGradient(f, before, dc)),
          squash.gradient(a[2], independentGradient(g, i, dc)),
          gate.gradient(a[3], independentGradient(o, tc, d)),
        ];
        [carry[unit], carry[size + unit]] = independentGradient(before, f, dc);
      }
      for (let g = 0; g < 4; g++) [daMean[at + g * H], daVariance[at + g * H]] = da[g];
      past.fill(0);
    },
  };
}
