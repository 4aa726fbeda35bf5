/** Moments of f(X), X ~ N(mu, s²), by integration and by sampling: what the forms of the library are held against. */
import type { NoiseStream, StreamPlace } from 'lethe';

export const activations = {
  sigmoid: (x: number): number => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  relu: (x: number): number => Math.max(0, x),
  identity: (x: number): number => x,
} as const;

export type ActivationName = keyof typeof activations;

/**
 * Mean and variance by Simpson's rule over mu ± 9 s in steps of s / 50, or of 0.15 where that is less,
 * split at 0, where relu has its kink. The error is below 1e-6 times the square of the largest value of f.
 */
export function integratedMoments(
  f: (x: number) => number,
  mu: number,
  s: number,
): { mean: number; variance: number } {
  if (s === 0) return { mean: f(mu), variance: 0 };
  const [low, high] = [mu - 9 * s, mu + 9 * s];
  const edges = low < 0 && high > 0 ? [low, 0, high] : [low, high];
  const total = { weight: 0, first: 0, second: 0 };
  for (let i = 1; i < edges.length; i++) simpson(f, mu, s, edges[i - 1], edges[i], total);
  const mean = total.first / total.weight;
  return { mean, variance: Math.max(0, total.second / total.weight - mean * mean) };
}

/** What a sample says of a distribution, each with its standard error. */
export interface SampledMoments {
  mean: number;
  meanError: number;
  variance: number;
  varianceError: number;
}

/** Moments of f(X) from `count` draws of the stream. */
export function sampledMoments(
  f: (x: number) => number,
  mu: number,
  s: number,
  draws: { stream: NoiseStream; place: StreamPlace; count: number },
): SampledMoments {
  return momentsOfSample(draws.stream.normals(draws.place, draws.count, mu, s), f);
}

/** Mean and variance of a sample with their standard errors: sqrt(v / n) and sqrt((m4 - v²) / n). */
export function momentsOfSample(
  sample: ArrayLike<number>,
  f: (x: number) => number = activations.identity,
): SampledMoments {
  const count = sample.length;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += f(sample[i]) / count;
  let [squares, fourths] = [0, 0];
  for (let i = 0; i < count; i++) {
    const square = (f(sample[i]) - mean) ** 2;
    squares += square;
    fourths += square * square;
  }
  const variance = squares / (count - 1);
  const varianceError = Math.sqrt(Math.max(0, fourths / count - variance * variance) / count);
  return { mean, meanError: Math.sqrt(variance / count), variance, varianceError };
}

// --- internal ---

function simpson(
  f: (x: number) => number,
  mu: number,
  s: number,
  from: number,
  to: number,
  total: { weight: number; first: number; second: number },
): void {
  const intervals = 2 * Math.max(1, Math.ceil((to - from) / Math.min(s / 50, 0.15) / 2));
  const h = (to - from) / intervals;
  for (let i = 0; i <= intervals; i++) {
    const x = from + i * h;
    const z = (x - mu) / s;
    const weight = h * Math.exp(-0.5 * z * z) * (i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2);
    const y = f(x);
    total.weight += weight;
    total.first += weight * y;
    total.second += weight * y * y;
  }
}
