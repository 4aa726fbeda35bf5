/** Units of several pieces: maxout and lp, beside the activations of one piece. */
import type { Real } from '../../tensor/dtype.ts';
import type { TransferFunction, TransferUnits, TransferUnitsBackward } from '../contract/deep.ts';
import { activationOf, slopeOf } from './activation.ts';

/** A function of `pieces` numbers that stand `stride` apart in an array. */
export interface Transfer {
  /** the unit of the pieces from `at` on */
  value(a: Real, at: number): number;
  /** writes the gradients of the pieces, from `to` on, given the unit's; `a` and `da` may be one array */
  give(unit: number, d: number, a: Real | undefined, at: number, da: Real, to: number): void;
  /** whether it needs its pieces on the way back */
  pools: boolean;
}

/**
 * @param doublings the order of lp units is 2^doublings
 */
export function transferOf(
  name: TransferFunction,
  pieces: number,
  stride: number,
  doublings: number,
): Transfer {
  if (name === 'maxout') {
    const value = (a: Real, at: number) => {
      let best = a[at];
      // keeps NaN, so that a diverged net is noticed
      for (let c = 1; c < pieces; c++) best = Math.max(best, a[at + c * stride]);
      return best;
    };
    return {
      pools: true,
      value,
      give: (unit, d, a, at, da, to) => {
        let left = d;
        for (let c = 0; c < pieces; c++) {
          const isLargest = a![at + c * stride] === unit;
          da[to + c * stride] = isLargest ? left : 0;
          if (isLargest) left = 0;
        }
      },
    };
  }
  if (name === 'lp') {
    const order = 2 ** doublings;
    return {
      pools: true,
      value: (a, at) => {
        let largest = 0;
        for (let c = 0; c < pieces; c++) largest = Math.max(largest, Math.abs(a[at + c * stride]));
        // Shares of the largest: 30^256 is more than the largest float64, .01^256 less than the smallest.
        const whole = largest > 0 ? largest : 1;
        let sum = 0;
        for (let c = 0; c < pieces; c++) sum += (Math.abs(a[at + c * stride]) / whole) ** order;
        return largest * (sum / pieces) ** (1 / order);
      },
      give: (unit, d, a, at, da, to) => {
        for (let c = 0; c < pieces; c++) {
          const one = a![at + c * stride];
          // sign(a) (|a| / u)^(p - 1) / pieces; the norm has no slope at 0
          const slope =
            unit > 0 && d !== 0 ? (Math.sign(one) * (Math.abs(one) / unit) ** (order - 1)) / pieces : 0;
          da[to + c * stride] = d * slope;
        }
      },
    };
  }
  const f = activationOf(name);
  const slope = slopeOf(name);
  return {
    pools: false,
    value: (a, at) => f(a[at]),
    give: (unit, d, _a, _at, da, to) => {
      da[to] = d * slope(unit);
    },
  };
}

/** Computes the units of an array of pieces. */
export function transferForward({ M, H, P, activation, doublings, a, units }: TransferUnits): void {
  const { value } = transferOf(activation, P, H, doublings);
  for (let m = 0; m < M; m++) {
    for (let j = 0; j < H; j++) units[m * H + j] = value(a, m * P * H + j);
  }
}

/** Adds the gradients of the pieces. */
export function transferBackward(p: TransferUnitsBackward): void {
  const { M, H, P, activation, doublings, a, units, dUnits, da } = p;
  const { give } = transferOf(activation, P, H, doublings);
  const own = new Float64Array(P * H);
  for (let m = 0; m < M; m++) {
    for (let j = 0; j < H; j++) give(units[m * H + j], dUnits[m * H + j], a, m * P * H + j, own, j);
    for (let k = 0; k < P * H; k++) da[m * P * H + k] += own[k];
  }
}
