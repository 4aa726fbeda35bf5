/** Categorical negative log-likelihood from logits: see SoftmaxNll in the contract. */
import type { SoftmaxNll, SoftmaxNllBackward } from '../contract/loss.ts';

/** Computes rowLoss and rowNll. */
export function softmaxNllForward(p: SoftmaxNll): void {
  const { M, K, logits, targets, stepMask, smoothing = 0, rowLoss, rowNll } = p;
  for (let m = 0; m < M; m++) {
    const counts = stepMask ? stepMask[m] : 1;
    if (counts === 0) {
      rowLoss[m] = 0;
      if (rowNll) rowNll[m] = 0;
      continue;
    }
    const { largest, sum } = row(p, m);
    const target = logits[m * K + targets[m]];
    const nll = Math.log(sum) + (largest - target);
    if (rowNll) rowNll[m] = counts * nll;
    rowLoss[m] = counts * (smoothing === 0 ? nll : nll + smoothing * (target - meanOf(p, m)));
  }
}

/** Adds to dLogits, or with `fresh` sets it. */
export function softmaxNllBackward(p: SoftmaxNllBackward): void {
  const { M, K, logits, targets, stepMask, smoothing = 0, dLogits } = p;
  if (p.fresh) dLogits.fill(0, 0, M * K);
  for (let m = 0; m < M; m++) {
    const scale = stepMask ? p.scale * stepMask[m] : p.scale;
    if (scale === 0) continue;
    const { largest, sum } = row(p, m);
    const others = (scale * smoothing) / K;
    for (let k = m * K; k < (m + 1) * K; k++)
      dLogits[k] += (scale * Math.exp(logits[k] - largest)) / sum - others;
    dLogits[m * K + targets[m]] -= scale * (1 - smoothing);
  }
}

// --- internal ---

/** The mean logit of a row. */
function meanOf({ K, logits }: Pick<SoftmaxNll, 'K' | 'logits'>, m: number): number {
  let sum = 0;
  for (let k = m * K; k < (m + 1) * K; k++) sum += logits[k];
  return sum / K;
}

/** The largest logit of a row, and the sum of exp(z - largest). */
function row({ K, logits }: Pick<SoftmaxNll, 'K' | 'logits'>, m: number): { largest: number; sum: number } {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = m * K; k < (m + 1) * K; k++) largest = Math.max(largest, logits[k]);
  let sum = 0;
  for (let k = m * K; k < (m + 1) * K; k++) sum += Math.exp(logits[k] - largest);
  return { largest, sum };
}
