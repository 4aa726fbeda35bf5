/**
 * Probabilities by their logarithms, in float64. A probability rounded to 0 or 1 has lost the logarithm that a loss needs: 1 - p of
 * a logit of 36 is 2.3e-16, a unit in the last place of 1.
 */

import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumbers } from '../options.ts';

/** log of the logistic function, log(1 / (1 + e^-z)); that of its complement is `logSigmoid(-z)`. */
export function logSigmoid(z: number): number {
  if (typeof z !== 'number') throw new ConfigError(`logSigmoid: expected z to be a number, got ${found(z)}`);
  return z < 0 ? z - Math.log1p(Math.exp(z)) : -Math.log1p(Math.exp(-z));
}

/** log softmax: z_k - log(sum of e^z). */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  checkNumbers('logSoftmax', 'logits', logits);
  const total = logSumExp(logits);
  return Float64Array.from(logits, (z) => z - total);
}

/** log(sum of e^x), -Infinity of nothing. */
export function logSumExp(values: ArrayLike<number>): number {
  checkNumbers('logSumExp', 'values', values);
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i] > largest) largest = values[i];
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - largest);
  return largest + Math.log(sum);
}

/** The logarithm of the mean of e^x, by the differences to the largest, so that logarithms near 0 keep their digits. */
export function logMeanExp(values: ArrayLike<number>): number {
  checkNumbers('logMeanExp', 'values', values);
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i] > largest) largest = values[i];
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.expm1(values[i] - largest);
  return largest + Math.log1p(sum / values.length);
}

/** The means of S predictions, element by element: log p of log p_s. */
export function logMean(samples: readonly ArrayLike<number>[]): Float64Array {
  if (samples.length === 1) return Float64Array.from(samples[0]);
  const own = new Float64Array(samples.length);
  return Float64Array.from({ length: samples[0].length }, (_, k) => {
    for (let s = 0; s < own.length; s++) own[s] = samples[s][k];
    return logMeanExp(own);
  });
}

/** -p log p of log p; 0 where p is 0. */
export function surprise(logP: number): number {
  const p = Math.exp(logP);
  return p === 0 ? 0 : -p * logP;
}
