/**
 * Bernoulli negative log-likelihood from logits, forward and backward. softplus keeps every digit at any logit,
 * so nothing is clamped; rows with stepMask 0 are not read.
 */
import type { BernoulliNll, BernoulliNllBackward } from '../contract/loss.ts';
import { logistic, softplus } from './activation.ts';

const KAPPA = Math.PI / 8;

/** rowLoss_m = stepMask_m sum_k (softplus(z_mk) - y_mk z_mk), z shrunk by its variance if there is one. */
export function bernoulliNllForward(p: BernoulliNll): void {
  const { M, K, logits, variance, targets, stepMask, rowLoss } = p;
  for (let m = 0; m < M; m++) {
    const weight = stepMask ? stepMask[m] : 1;
    let sum = 0;
    if (weight !== 0) {
      for (let i = m * K; i < (m + 1) * K; i++) {
        const z = variance ? logits[i] / Math.sqrt(1 + KAPPA * variance[i]) : logits[i];
        sum += softplus(z) - targets[i] * z;
      }
    }
    rowLoss[m] = weight === 0 ? 0 : weight * sum;
  }
}

/** Adds the gradients of scale * sum_m rowLoss_m. */
export function bernoulliNllBackward(p: BernoulliNllBackward): void {
  const { M, K, logits, variance, targets, stepMask, scale, dLogits, dVariance } = p;
  if (p.fresh) for (const gradient of [dLogits, dVariance]) gradient?.fill(0, 0, M * K);
  for (let m = 0; m < M; m++) {
    const weight = scale * (stepMask ? stepMask[m] : 1);
    if (weight === 0) continue;
    for (let i = m * K; i < (m + 1) * K; i++) {
      const c = variance ? 1 / Math.sqrt(1 + KAPPA * variance[i]) : 1;
      const dz = weight * (logistic(c * logits[i]) - targets[i]);
      dLogits[i] += dz * c;
      if (variance && dVariance) dVariance[i] -= 0.5 * KAPPA * c * c * c * logits[i] * dz;
    }
  }
}
