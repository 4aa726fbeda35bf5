/** Fast dropout through the GRU: see MomentsGruForward in the contract for the equations. */

import type { Real } from '../../tensor/dtype.ts';
import type { MomentsGruBackward, MomentsGruForward } from '../contract/moments.ts';
import { logistic } from './activation.ts';
import { momentsOf } from './moments-functions.ts';
import {
  drawn,
  drawnSlope,
  type MomentsCell,
  momentsGatesBackward,
  momentsGatesForward,
} from './moments-gates.ts';
import { pairs } from './moments-lstm.ts';
import { previous } from './moments-states.ts';
import { independent, independentGradient, type Pair } from './product-moments.ts';

/** Computes pre-activations and states of every step. */
export function momentsGruForward(p: MomentsGruForward): void {
  momentsGatesForward(p, gruCell(p), p.biasRec);
}

/** Adds the gradients of parameters, inputs and initial state. */
export function momentsGruBackward(p: MomentsGruBackward): void {
  momentsGatesBackward(p, gruCell(p, p), p.dbiasRec);
}

// --- internal ---

function gruCell(p: MomentsGruForward, back?: MomentsGruBackward): MomentsCell {
  const { H, aMean, aVariance, hMean, hVariance, epsilon } = p;
  const gate = pairs(momentsOf({ ...p, activation: 'sigmoid' }));
  const squash = pairs(momentsOf({ ...p, activation: 'tanh' }));
  const stateBefore = (t: number, unit: number): Pair => {
    const { mean, variance, from } = previous(p, t);
    return [mean[from + unit], variance ? variance[from + unit] : 0];
  };
  const read = (at: number, g: number): Pair => [aMean[at + g * H], aVariance[at + g * H]];
  const draw = (at: number, g: number): number => {
    const [mean, variance] = read(at, g);
    return drawn(mean, variance, (epsilon as Real)[at + g * H]);
  };
  const candidate = (at: number, r: Pair): Pair => {
    const [mean, variance] = independent(r, read(at, 3));
    const input = read(at, 2);
    return [input[0] + mean, input[1] + variance];
  };
  return {
    columns: [0, 1, 3],
    rest: () => {},
    forward(t, unit, here, at) {
      const [mh, vh] = stateBefore(t, unit);
      if (epsilon) {
        const z = logistic(draw(at, 1));
        const n = Math.tanh(draw(at, 2) + logistic(draw(at, 0)) * draw(at, 3));
        hMean[here] = (1 - z) * n + z * mh;
        hVariance[here] = 0;
        return;
      }
      const [mz, vz] = gate.value(read(at, 1));
      const [mn, vn] = squash.value(candidate(at, gate.value(read(at, 0))));
      hMean[here] = (1 - mz) * mn + mz * mh;
      hVariance[here] = (1 - mz) ** 2 * vn + mz * mz * vh + vz * ((mn - mh) ** 2 + vn + vh);
    },
    backward(t, unit, _here, at, dm, dv, past) {
      const { daMean, daVariance } = back!;
      const [mh, vh] = stateBefore(t, unit);
      const a = [0, 1, 2, 3].map((g) => read(at, g));
      let da: Pair[];
      if (epsilon) {
        const [r, z, u] = [logistic(draw(at, 0)), logistic(draw(at, 1)), draw(at, 3)];
        const n = Math.tanh(draw(at, 2) + r * u);
        const dn = dm * (1 - z) * (1 - n * n);
        const slopes = [dn * u * r * (1 - r), dm * (mh - n) * z * (1 - z), dn, dn * r];
        da = slopes.map((dx, k) => [dx, dx * drawnSlope(a[k][1], epsilon[at + k * H])]);
        past[0] = dm * z;
        past[1] = 0;
      } else {
        const r = gate.value(a[0]);
        const [mz, vz] = gate.value(a[1]);
        const sum = candidate(at, r);
        const [mn, vn] = squash.value(sum);
        const shared = 2 * dv * vz * (mn - mh);
        const dSum = squash.gradient(sum, [dm * (1 - mz) + shared, dv * ((1 - mz) ** 2 + vz)]);
        const dz: Pair = [
          dm * (mh - mn) + 2 * dv * (mz * vh - (1 - mz) * vn),
          dv * ((mn - mh) ** 2 + vn + vh),
        ];
        da = [
          gate.gradient(a[0], independentGradient(r, a[3], dSum)),
          gate.gradient(a[1], dz),
          dSum,
          independentGradient(a[3], r, dSum),
        ];
        past[0] = dm * mz - shared;
        past[1] = dv * (mz * mz + vz);
      }
      for (let g = 0; g < 4; g++) [daMean[at + g * H], daVariance[at + g * H]] = da[g];
    },
  };
}
