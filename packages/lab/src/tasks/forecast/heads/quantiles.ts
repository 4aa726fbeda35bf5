/** Quantiles as they are, by the pinball loss: no shape of a distribution is assumed. */
import { meanOverSteps, pinballLoss } from 'lethe';
import { meanOf } from 'lethe/moments';
import { type Distribution, type Head, maskOf } from './head.ts';
import { residuals } from './residuals.ts';

/** The deciles, and the ends of an interval of nine in ten. */
export const learnedLevels: readonly number[] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

export function quantileHead(): Head {
  const Q = learnedLevels.length;
  return {
    outputs: Q,
    parameters: {},
    loss: (output, target, at) =>
      meanOverSteps(pinballLoss(meanOf(output), residuals(target, at), learnedLevels), maskOf(target)),
    distribution(output, m, { base, scale }): Distribution {
      // Quantiles that cross are put in order (Chernozhukov et al. 2010).
      const values = Float64Array.from(meanOf(output).data.subarray(m * Q, (m + 1) * Q)).sort();
      const own = values.map((value) => base[m] + scale[m] * value);
      let mean = 0;
      for (let i = 0; i < 99; i++) mean += between(own, (i + 1) / 100) / 99;
      return { mean, spread: 0, quantiles: (levels) => levels.map((p) => between(own, p)) };
    },
  };
}

// --- internal ---

/** On the line through the two quantiles beside a level; beyond the outermost their line goes on. */
function between(values: Float64Array, p: number): number {
  let k = 1;
  while (k < learnedLevels.length - 1 && learnedLevels[k] < p) k++;
  const share = (p - learnedLevels[k - 1]) / (learnedLevels[k] - learnedLevels[k - 1]);
  return values[k - 1] + share * (values[k] - values[k - 1]);
}
