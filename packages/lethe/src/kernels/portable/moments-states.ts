/** What the recurrent kernels in moments share: states as mean and variance, and what noise makes of them. */
import type { Real } from '../../tensor/dtype.ts';
import type { NoiseMoments } from '../contract/fields.ts';
import type { MomentsRnnForward } from '../contract/moments.ts';

/** Mean and variance from an offset on; no variance is 0. */
export interface MomentsAt {
  mean: Real;
  variance?: Real;
  from: number;
}

/** The state before step t. */
export function previous(
  p: Pick<MomentsRnnForward, 'B' | 'H' | 'h0' | 'h0Variance' | 'hMean' | 'hVariance'>,
  t: number,
): MomentsAt {
  if (t === 0) return { mean: p.h0, variance: p.h0Variance, from: 0 };
  return { mean: p.hMean, variance: p.hVariance, from: (t - 1) * p.B * p.H };
}

/** to = noise.square mean² + noise.variance variance, over `count` elements, from `offset` on. */
export function noisyVariance(
  noise: NoiseMoments,
  { mean, variance, from }: MomentsAt,
  count: number,
  to: Float64Array,
  offset = 0,
): Float64Array {
  for (let i = 0; i < count; i++) {
    const m = mean[from + i];
    to[offset + i] = noise.square * m * m + (variance ? noise.variance * variance[from + i] : 0);
  }
  return to;
}
