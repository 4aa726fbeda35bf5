/** Targets as heads of continuous values learn them: what departs from the base, in units of the window's scale. */
import { reshape, slice, type Tensor, zeros } from 'lethe';
import type { Steps } from './head.ts';

/** [steps, rows]; 0 where there is no target, and a mask leaves it out. */
export function residuals(target: Float64Array, { steps, rows, base, scale }: Steps): Tensor {
  const out = zeros([steps, rows]);
  for (let m = 0; m < target.length; m++) {
    if (!Number.isNaN(target[m])) out.data[m] = (target[m] - base[m]) / scale[m];
  }
  return out;
}

/** Number k of every step, [steps, rows]. */
export function numberOf(output: Tensor, k: number, { steps, rows }: Steps): Tensor {
  return reshape(slice(output, 2, k, k + 1), [steps, rows]);
}
