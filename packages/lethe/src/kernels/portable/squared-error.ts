/** Squared error, of a Gaussian output its expectation, forward and backward. Rows with stepMask 0 are not read. */
import type { SquaredError, SquaredErrorBackward } from '../contract/loss.ts';

/** rowLoss_m = stepMask_m sum_k ((y_mk - mean_mk)^2 + variance_mk). */
export function squaredErrorForward(p: SquaredError): void {
  const { M, K, mean, variance, targets, stepMask, rowLoss } = p;
  for (let m = 0; m < M; m++) {
    const weight = stepMask ? stepMask[m] : 1;
    let sum = 0;
    if (weight !== 0) {
      for (let i = m * K; i < (m + 1) * K; i++) {
        const d = targets[i] - mean[i];
        sum += d * d + (variance ? variance[i] : 0);
      }
    }
    rowLoss[m] = weight === 0 ? 0 : weight * sum;
  }
}

/** Adds the gradients of scale * sum_m rowLoss_m. */
export function squaredErrorBackward(p: SquaredErrorBackward): void {
  const { M, K, mean, targets, stepMask, scale, dMean, dVariance } = p;
  if (p.fresh) for (const gradient of [dMean, dVariance]) gradient?.fill(0, 0, M * K);
  for (let m = 0; m < M; m++) {
    const weight = scale * (stepMask ? stepMask[m] : 1);
    if (weight === 0) continue;
    for (let i = m * K; i < (m + 1) * K; i++) {
      if (dMean) dMean[i] += 2 * weight * (mean[i] - targets[i]);
      if (dVariance) dVariance[i] += weight;
    }
  }
}
