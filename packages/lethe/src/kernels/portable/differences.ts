/** Element-wise sums of penalties and masks. See the contract. */
import type { AddDifference, AddMasked, SquaredDistance } from '../contract/arrays.ts';

export function squaredDistance({ n, a, b }: SquaredDistance): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

export function addDifference({ n, a, b, factor, target }: AddDifference): void {
  if (b) for (let i = 0; i < n; i++) target[i] += factor * (a[i] - b[i]);
  else for (let i = 0; i < n; i++) target[i] += factor * a[i];
}

export function addMasked({ T, B, n, source, mask, target }: AddMasked): void {
  const { data } = mask;
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const row = (t * B + b) * n;
      const maskRow = t * mask.time + b * mask.batch;
      for (let j = 0; j < n; j++) target[row + j] += source[row + j] * data[maskRow + j];
    }
  }
}
