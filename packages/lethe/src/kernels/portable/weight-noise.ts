/** Weights that are Gaussians: drawing them, their sums, the gradient of their description length. See the contract. */
import type {
  GaussianKlBackward,
  GaussianSums,
  NoisyWeights,
  NoisyWeightsBackward,
} from '../contract/arrays.ts';

export function noisyWeights({ n, mean, logDeviation, epsilon, out }: NoisyWeights): void {
  for (let i = 0; i < n; i++) out[i] = mean[i] + Math.exp(logDeviation[i]) * epsilon[i];
}

export function noisyWeightsBackward(p: NoisyWeightsBackward): void {
  const { n, logDeviation, epsilon, dOut, dMean, dLogDeviation } = p;
  for (let i = 0; i < n; i++) {
    dMean[i] += dOut[i];
    dLogDeviation[i] += dOut[i] * epsilon[i] * Math.exp(logDeviation[i]);
  }
}

export function gaussianSums({ n, mean, logDeviation }: GaussianSums): [number, number, number, number] {
  const sums: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    sums[0] += mean[i];
    sums[1] += mean[i] * mean[i];
    sums[2] += Math.exp(2 * logDeviation[i]);
    sums[3] += logDeviation[i];
  }
  return sums;
}

export function gaussianKlBackward(p: GaussianKlBackward): void {
  const { n, mean, logDeviation, priorMean, priorVariance, scale, dMean, dLogDeviation } = p;
  for (let i = 0; i < n; i++) {
    dMean[i] += (scale * (mean[i] - priorMean)) / priorVariance;
    dLogDeviation[i] += scale * (Math.exp(2 * logDeviation[i]) / priorVariance - 1);
  }
}
