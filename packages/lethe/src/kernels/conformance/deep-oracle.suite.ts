/** The oracle of deep transitions: the contract's equations one unit at a time in float64, nothing shared with an engine. */
import type { DeepRnnForward, MomentsDeepRnnForward, TransferFunction } from '../contract/deep.ts';
import type { Mask, NoiseMoments } from '../contract/fields.ts';
import { activate, moments } from './oracle.suite.ts';

function at(mask: Mask | undefined, t: number, b: number, j: number, absent = 1): number {
  return mask ? mask.data[t * mask.time + b * mask.batch + j] : absent;
}

/** A unit of its pieces. */
export function transfer(f: TransferFunction, pieces: readonly number[], doublings: number): number {
  if (f === 'maxout') return Math.max(...pieces);
  if (f !== 'lp') return activate(f, pieces[0]);
  const order = 2 ** doublings;
  const mean = pieces.reduce((sum, a) => sum + Math.abs(a) ** order, 0) / pieces.length;
  return mean ** (1 / order);
}

/** h and y. */
export function deepRnn(p: Omit<DeepRnnForward, 'n' | 'h' | 'y' | 'units' | 'a'>): {
  h: Float64Array;
  y: Float64Array;
} {
  const { T, B, I, H, N, P, Q, S } = p;
  const h = new Float64Array(T * B * H);
  const y = new Float64Array(T * B * H);
  const blocks = N * P + Q + S * Q;
  const weight = (i: number, block: number, j: number) => {
    const k = i * blocks * H + block * H + j;
    return p.wRec[k] * (p.maskWeight?.[k] ?? 1);
  };
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const before = Array.from({ length: H }, (_, i) =>
        t === 0 ? p.h0[b * H + i] : h[((t - 1) * B + b) * H + i],
      );
      const state = before.map((value, i) => value * at(p.maskRecurrent, t, b, i));
      let below = state;
      for (let l = 0; l <= N; l++) {
        const units: number[] = [];
        for (let j = 0; j < H; j++) {
          const pieces = Array.from({ length: l < N ? P : Q }, (_, c) => {
            const block = l * P + c;
            let a = p.bias[block * H + j];
            for (let i = 0; l === 0 && i < I; i++) {
              const k = i * P * H + c * H + j;
              a +=
                p.x[(t * B + b) * I + i] * at(p.maskInput, t, b, i) * p.wIn[k] * (p.maskWeightIn?.[k] ?? 1);
            }
            for (let i = 0; i < H; i++) a += below[i] * weight(i, block, j);
            for (let i = 0; l === N && S && i < H; i++) a += state[i] * weight(i, N * P + Q + c, j);
            return a;
          });
          units.push(transfer(l < N ? p.inner : p.activation, pieces, p.doublings));
        }
        below = l < N ? units.map((u, j) => u * at(p.maskTransition, t, b, l * H + j)) : units;
      }
      for (let j = 0; j < H; j++) {
        const to = (t * B + b) * H + j;
        const z = at(p.zoneout, t, b, j, p.zoneoutRate ?? 0);
        const isOn = (p.start?.[b] ?? 0) <= t && t < (p.stop?.[b] ?? T);
        h[to] = isOn ? z * before[j] + (1 - z) * below[j] * at(p.maskCell, t, b, j) : before[j];
        y[to] = h[to] * at(p.maskOutput, t, b, j);
      }
    }
  }
  return { h, y };
}

/** hMean and hVariance under fast dropout. */
export function momentsDeepRnn(p: MomentsDeepRnnForward): { hMean: Float64Array; hVariance: Float64Array } {
  const { T, B, I, H, N, S } = p;
  const hMean = new Float64Array(T * B * H);
  const hVariance = new Float64Array(T * B * H);
  const ld = (N + 1 + S) * H;
  const noisy = (noise: NoiseMoments, [mean, variance]: Moments) =>
    noise.square * mean * mean + noise.variance * variance;
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const at = ((t - 1) * B + b) * H;
      const before = Array.from({ length: H }, (_, i): Moments => {
        if (t > 0) return [hMean[at + i], hVariance[at + i]];
        return [p.h0[b * H + i], p.h0Variance?.[b * H + i] ?? 0];
      });
      let below = before;
      for (let l = 0; l <= N; l++) {
        const noise = l === 0 ? p.noiseRecurrent : p.noiseTransition;
        const f = l < N ? p.inner : p.activation;
        const read = below;
        below = Array.from({ length: H }, (_, j): Moments => {
          let a = p.bias[l * H + j];
          let v = 0;
          const addAll = (from: readonly Moments[], by: NoiseMoments, weight: (i: number) => number) => {
            for (const [i, u] of from.entries()) {
              a += by.mean * u[0] * weight(i);
              v += noisy(by, u) * weight(i) ** 2;
            }
          };
          if (l === 0) {
            const x = Array.from({ length: I }, (_, i): Moments => {
              const k = (t * B + b) * I + i;
              return [p.x[k], p.xVariance?.[k] ?? 0];
            });
            addAll(x, p.noiseInput, (i) => p.wIn[i * H + j]);
          }
          addAll(read, noise, (i) => p.wRec[i * ld + l * H + j]);
          if (l === N && S) addAll(before, p.noiseRecurrent, (i) => p.wRec[i * ld + (N + 1) * H + j]);
          if (!p.epsilon) return moments({ ...p, activation: f }, a, v);
          return [activate(f, a + p.epsilon[((t * B + b) * (N + 1) + l) * H + j] * Math.sqrt(v)), 0];
        });
      }
      const isOn = (p.start?.[b] ?? 0) <= t && t < (p.stop?.[b] ?? T);
      for (const [j, [mean, variance]] of (isOn ? below : before).entries()) {
        hMean[(t * B + b) * H + j] = mean;
        hVariance[(t * B + b) * H + j] = variance;
      }
    }
  }
  return { hMean, hVariance };
}

type Moments = [mean: number, variance: number];
