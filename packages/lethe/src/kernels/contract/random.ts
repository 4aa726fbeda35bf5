/** Draws of random numbers. Conventions: kernels.ts. */

import type { Real } from '../../tensor/dtype.ts';
import type { StreamAddress } from './fields.ts';

/** out_i = (u32_i >= floor(rate * 2^32)) ? scale : 0 */
export interface BernoulliMask extends StreamAddress {
  rate: number;
  /** value of a kept element, e.g. 1/(1-rate) */
  scale: number;
  /** value of a dropped element; default 0 (zoneout masks use kept 0, dropped 1) */
  dropped?: number;
  out: Real;
}

/**
 * Standard normal draws by Box-Muller on the pairs (u0,u1), (u2,u3) of each block:
 * a = (u0 + 0.5) 2^-32, phi = 2 pi (u1 + 0.5) 2^-32; z0 = sqrt(-2 ln a) cos phi, z1 = sqrt(-2 ln a) sin phi; out = mean + deviation * z.
 */
export interface NormalDraw extends StreamAddress {
  mean: number;
  deviation: number;
  out: Real;
}

/** out_i = low + (high - low) * (u32_i + 0.5) 2^-32 */
export interface UniformDraw extends StreamAddress {
  low: number;
  high: number;
  out: Real;
}

/** Raw draws. */
export interface BitsDraw extends StreamAddress {
  out: Uint32Array;
}
