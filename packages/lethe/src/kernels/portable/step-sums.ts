/** Sums over the steps of every row, and what adds to all of them. See the contract. */
import type { StepSums } from '../contract/arrays.ts';

export function sumSteps({ B, n, factors, steps, sums, ...p }: StepSums): void {
  sums.fill(0, 0, B * n);
  eachStep({ B, n, ...p }, (from, to) => {
    for (let j = 0; j < n; j++) sums[to + j] += steps[from + j];
  });
  if (!factors) return;
  for (let b = 0; b < B; b++) for (let j = b * n; j < (b + 1) * n; j++) sums[j] *= factors[b];
}

export function addToSteps({ factors, steps, sums, ...p }: StepSums): void {
  const { n } = p;
  eachStep(p, (to, from, b) => {
    const factor = factors?.[b] ?? 1;
    for (let j = 0; j < n; j++) steps[to + j] += factor * sums[from + j];
  });
}

// --- internal ---

/** Where the row of each step that counts begins, and that of its sum. */
function eachStep(
  { T, B, n, start, stop }: Pick<StepSums, 'T' | 'B' | 'n' | 'start' | 'stop'>,
  visit: (step: number, sum: number, b: number) => void,
): void {
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      if (t >= (start?.[b] ?? 0) && t < (stop?.[b] ?? T)) visit((t * B + b) * n, b * n, b);
    }
  }
}
