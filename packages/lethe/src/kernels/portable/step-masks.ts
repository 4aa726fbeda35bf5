/** Masks of one step, as the recurrent kernels use them. */
import type { Real } from '../../tensor/dtype.ts';
import type { Active, Mask } from '../contract/fields.ts';
import type { View } from './panels.ts';

/** Whether row b counts at step t. */
export function isActive(p: Active & { T: number }, t: number, b: number): boolean {
  return t >= (p.start ? p.start[b] : 0) && t < (p.stop ? p.stop[b] : p.T);
}

/** Where the mask of row b at step t and gate g begins; 0 without a mask. */
export function maskAt(mask: Mask | undefined, t: number, b: number, g = 0): number {
  return mask ? g * mask.gate + t * mask.time + b * mask.batch : 0;
}

/** The rows of a mask at step t and gate g, [B, ...]. */
export function stepMask(mask: Mask | undefined, t: number, g = 0): View | undefined {
  return mask && { data: mask.data, offset: maskAt(mask, t, 0, g), row: mask.batch, column: 1 };
}

/** out[offset + ...] = rows [B, n] at `from` ∘ mask of step t and gate g. */
export function copyMasked(
  rows: Real,
  from: number,
  B: number,
  n: number,
  mask: Mask | undefined,
  t: number,
  out: Real,
  offset: number,
  g = 0,
): void {
  if (!mask) {
    for (let i = 0; i < B * n; i++) out[offset + i] = rows[from + i];
    return;
  }
  for (let b = 0; b < B; b++) {
    const by = maskAt(mask, t, b, g);
    for (let j = 0; j < n; j++) out[offset + b * n + j] = rows[from + b * n + j] * mask.data[by + j];
  }
}

/** out[offset + ...] += rows [B, n] ∘ mask of step t and gate g. */
export function addMaskedRows(
  rows: Float64Array,
  B: number,
  n: number,
  mask: Mask | undefined,
  t: number,
  out: Real,
  offset: number,
  g = 0,
): void {
  for (let b = 0; b < B; b++) {
    const by = maskAt(mask, t, b, g);
    for (let j = 0; j < n; j++) {
      const value = rows[b * n + j];
      out[offset + b * n + j] += mask ? value * mask.data[by + j] : value;
    }
  }
}
