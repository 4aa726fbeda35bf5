/**
 * The oracle of the kernel suite: the contract's equations written one unit at a time in float64, nothing
 * shared with either engine. Forward only; gradients are checked against its finite differences.
 */
import type { Activation, Mask, MomentFunction, NoiseMoments } from '../contract/fields.ts';
import type { BernoulliNll, SquaredError } from '../contract/loss.ts';
import type { MomentsLinear, MomentsRnnForward } from '../contract/moments.ts';
import type { RnnForward } from '../contract/recurrent.ts';

const KAPPA = Math.PI / 8;

export function activate(activation: Activation, x: number): number {
  if (activation === 'tanh') return Math.tanh(x);
  if (activation === 'sigmoid') return 1 / (1 + Math.exp(-x));
  return activation === 'relu' ? Math.max(0, x) : x;
}

function at(mask: Mask | undefined, t: number, b: number, j: number, absent = 1): number {
  return mask ? mask.data[t * mask.time + b * mask.batch + j] : absent;
}

function counts(p: { start?: Int32Array; stop?: Int32Array; T: number }, t: number, b: number): boolean {
  return (p.start?.[b] ?? 0) <= t && t < (p.stop?.[b] ?? p.T);
}

/** h and y of the plain recurrent layer. */
export function rnn(p: Omit<RnnForward, 'n' | 'h' | 'y'>): { h: Float64Array; y: Float64Array } {
  const { T, B, I, H } = p;
  const h = new Float64Array(T * B * H);
  const y = new Float64Array(T * B * H);
  const state = (t: number, b: number, j: number) => (t < 0 ? p.h0[b * H + j] : h[(t * B + b) * H + j]);
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      for (let j = 0; j < H; j++) {
        let a = p.bias[j];
        for (let i = 0; i < I; i++) {
          const w = p.wIn[i * H + j] * (p.maskWeightIn?.[i * H + j] ?? 1);
          a += p.x[(t * B + b) * I + i] * at(p.maskInput, t, b, i) * w;
        }
        for (let i = 0; i < H; i++) {
          const w = p.wRec[i * H + j] * (p.maskWeight?.[i * H + j] ?? 1);
          a += state(t - 1, b, i) * at(p.maskRecurrent, t, b, i) * w;
        }
        const n = activate(p.activation, a) * at(p.maskCell, t, b, j);
        const z = at(p.zoneout, t, b, j, p.zoneoutRate ?? 0);
        const next = z * state(t - 1, b, j) + (1 - z) * n;
        h[(t * B + b) * H + j] = counts(p, t, b) ? next : state(t - 1, b, j);
        y[(t * B + b) * H + j] = h[(t * B + b) * H + j] * at(p.maskOutput, t, b, j);
      }
    }
  }
  return { h, y };
}

/** Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/15 + ...). */
export function normalCdf(x: number): number {
  if (Math.abs(x) > 9) return x > 0 ? 1 : 0;
  let term = x;
  let sum = x;
  for (let n = 1; n < 400 && term !== 0; n++) {
    term *= (x * x) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}

/** Of a standard normal variable, over ten deviations. */
const POINTS = Array.from({ length: 321 }, (_, i) => -10 + i / 16);
const DENSITIES = POINTS.map((z) => Math.exp((-z * z) / 2));

/** E[g(X)], X ~ N(mu, nu), by the trapezium rule: all digits for a smooth g. */
export function expectation(mu: number, nu: number, g: (x: number) => number): number {
  return average(POINTS.map((z) => g(mu + z * Math.sqrt(nu))));
}

/** The mean of values at the points. */
function average(values: readonly number[]): number {
  let sum = 0;
  let weight = 0;
  for (const [i, w] of DENSITIES.entries()) {
    sum += w * values[i];
    weight += w;
  }
  return sum / weight;
}

/** Mean and variance of an activation, from the definitions of methods and contract. */
export function moments(p: MomentFunction, mu: number, nu: number): [number, number] {
  const { activation, form } = p;
  if (activation === 'identity') return [mu, nu];
  if (activation === 'relu') {
    if (nu === 0) return [Math.max(0, mu), 0];
    const s = Math.sqrt(nu);
    const density = Math.exp((-mu * mu) / nu / 2) / Math.sqrt(2 * Math.PI);
    const mean = normalCdf(mu / s) * mu + density * s;
    return [mean, Math.max(0, (mu * mu + nu) * normalCdf(mu / s) + mu * s * density - mean ** 2)];
  }
  if (form === 'gauss-hermite') {
    const values = Array.from(p.nodes!, (x) => activate(activation, mu + Math.sqrt(nu) * x));
    const mean = values.reduce((sum, v, i) => sum + p.weights![i] * v, 0);
    return [mean, values.reduce((sum, v, i) => sum + p.weights![i] * (v - mean) ** 2, 0)];
  }
  if (activation === 'tanh') {
    const [mean, variance] = moments({ ...p, activation: 'sigmoid' }, 2 * mu, 4 * nu);
    return [2 * mean - 1, 4 * variance];
  }
  if (form === 'daunizeau') {
    const root = Math.sqrt(1 + 0.368 * nu);
    const mean = activate('sigmoid', mu / root);
    return [mean, mean * (1 - mean) * (1 - 1 / root)];
  }
  const mean = activate('sigmoid', mu / Math.sqrt(1 + KAPPA * nu));
  if (form === 'probit') {
    const values = POINTS.map((z) => normalCdf(Math.sqrt(KAPPA) * (mu + z * Math.sqrt(nu))));
    const centre = average(values);
    return [mean, average(values.map((value) => (value - centre) ** 2))];
  }
  const a = 4 - 2 * Math.SQRT2;
  const b = -Math.log(Math.SQRT2 - 1);
  const square = activate('sigmoid', (a * (mu - b)) / Math.sqrt(1 + KAPPA * a * a * nu));
  return [mean, Math.max(0, square - mean ** 2)];
}

function noisy(noise: NoiseMoments, mean: number, variance: number): number {
  return noise.square * mean * mean + noise.variance * variance;
}

/** Output moments of the linear map. */
export function linear(p: Omit<MomentsLinear, 'noisyVariance' | 'outMean' | 'outVariance'>) {
  const { M, I, O } = p;
  const outMean = new Float64Array(M * O);
  const outVariance = new Float64Array(M * O);
  for (let m = 0; m < M; m++) {
    for (let o = 0; o < O; o++) {
      outMean[m * O + o] = p.bias[o];
      for (let i = 0; i < I; i++) {
        const w = p.w[i * O + o];
        const mean = p.mean[m * I + i];
        outMean[m * O + o] += p.noise.mean * mean * w;
        outVariance[m * O + o] += noisy(p.noise, mean, p.variance?.[m * I + i] ?? 0) * w * w;
      }
    }
  }
  return { outMean, outVariance };
}

/** hMean and hVariance of the fast-dropout layer. */
export function momentsRnn(p: MomentsRnnForward): { hMean: Float64Array; hVariance: Float64Array } {
  const { T, B, I, H } = p;
  const hMean = new Float64Array(T * B * H);
  const hVariance = new Float64Array(T * B * H);
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const before = ((t - 1) * B + b) * H;
      const mean = (i: number) => (t === 0 ? p.h0[b * H + i] : hMean[before + i]);
      const variance = (i: number) => (t === 0 ? (p.h0Variance?.[b * H + i] ?? 0) : hVariance[before + i]);
      for (let j = 0; j < H; j++) {
        const to = (t * B + b) * H + j;
        let a = p.bias[j];
        let v = 0;
        for (let i = 0; i < I; i++) {
          const from = (t * B + b) * I + i;
          const w = p.wIn[i * H + j];
          a += p.noiseInput.mean * p.x[from] * w;
          v += noisy(p.noiseInput, p.x[from], p.xVariance?.[from] ?? 0) * w * w;
        }
        for (let i = 0; i < H; i++) {
          const w = p.wRec[i * H + j];
          a += p.noiseRecurrent.mean * mean(i) * w;
          v += noisy(p.noiseRecurrent, mean(i), variance(i)) * w * w;
        }
        if (!counts(p, t, b)) [hMean[to], hVariance[to]] = [mean(j), variance(j)];
        else if (p.epsilon) hMean[to] = activate(p.activation, a + p.epsilon[to] * Math.sqrt(v));
        else [hMean[to], hVariance[to]] = moments(p, a, v);
      }
    }
  }
  return { hMean, hVariance };
}

/** Row losses of the squared error. */
export function squaredError(p: Omit<SquaredError, 'rowLoss'>): Float64Array {
  const { M, K } = p;
  return Float64Array.from({ length: M }, (_, m) => {
    let loss = 0;
    for (let i = m * K; i < (m + 1) * K; i++)
      loss += (p.targets[i] - p.mean[i]) ** 2 + (p.variance?.[i] ?? 0);
    return loss * (p.stepMask?.[m] ?? 1);
  });
}

/** Row losses of the Bernoulli likelihood, straight from log probabilities (moderate logits only). */
export function bernoulli(p: Omit<BernoulliNll, 'rowLoss'>): Float64Array {
  const { M, K } = p;
  return Float64Array.from({ length: M }, (_, m) => {
    let loss = 0;
    for (let i = m * K; i < (m + 1) * K; i++) {
      const probability = activate('sigmoid', p.logits[i] / Math.sqrt(1 + KAPPA * (p.variance?.[i] ?? 0)));
      loss -= p.targets[i] * Math.log(probability) + (1 - p.targets[i]) * Math.log(1 - probability);
    }
    return loss * (p.stepMask?.[m] ?? 1);
  });
}
