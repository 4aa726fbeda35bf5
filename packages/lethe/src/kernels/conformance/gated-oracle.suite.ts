/**
 * The oracle of LSTM and GRU, plain and in moments: the contract's equations one unit at a time in float64, nothing
 * shared with either engine. Forward only.
 */

import type { Mask, NoiseMoments } from '../contract/fields.ts';
import type { GruForward, LstmForward } from '../contract/gated.ts';
import type { MomentsGruForward, MomentsLstmForward } from '../contract/moments.ts';
import { moments } from './oracle.suite.ts';

/** What comes of a run, [T, B, H] each. */
export interface Run {
  h: Float64Array;
  y: Float64Array;
  c: Float64Array;
}

/** h, c and y of the LSTM. */
export function lstm(p: Omit<LstmForward, 'gates' | 'h' | 'c' | 'y'>): Run {
  return run(p, 4, (t, b, j, old, a) => {
    const [i, f, g, o] = [logistic(a(0)), logistic(a(1)), Math.tanh(a(2)), logistic(a(3))];
    const fresh = (f * old.c(j) + i * g * at(p.maskUpdate, t, b, j)) * at(p.maskCell, t, b, j);
    const zc = at(p.zoneoutCell, t, b, j, 0, p.zoneoutCellRate ?? 0);
    return { c: zc * old.c(j) + (1 - zc) * fresh, h: o * Math.tanh(fresh) };
  });
}

/** h and y of the GRU. */
export function gru(p: Omit<GruForward, 'gates' | 'h' | 'y' | 'recurrentCandidate'>): Run {
  let resets: number[] = [];
  return run(p, 3, (t, b, j, old, _a, input, recurrent) => {
    const gate = (g: number, unit: number) =>
      logistic(input(g, unit) + recurrent(g, unit) + p.biasRec[g * p.H + unit]);
    // Every unit reads those of all.
    if (j === 0) resets = Array.from({ length: p.H }, (_, unit) => gate(0, unit));
    const z = gate(1, j);
    const ownBias = p.biasRec[2 * p.H + j];
    const candidate = p.resetAfter
      ? resets[j] * (recurrent(2, j) + ownBias)
      : recurrent(2, j, (unit) => resets[unit]) + ownBias;
    const n = Math.tanh(input(2, j) + candidate) * at(p.maskUpdate, t, b, j);
    return { c: 0, h: ((1 - z) * n + z * old.h(j)) * at(p.maskCell, t, b, j) };
  });
}

/** What comes of a moments run, [T, B, H] each. */
export interface MomentsRun {
  hMean: Float64Array;
  hVariance: Float64Array;
  cMean: Float64Array;
  cVariance: Float64Array;
}

type Pair = readonly [number, number];

/** The fast-dropout LSTM. */
export function momentsLstm(
  p: Omit<MomentsLstmForward, keyof MomentsRun | 'aMean' | 'aVariance'>,
): MomentsRun {
  return momentsRun(p, 4, [0, 1, 2, 3], undefined, ({ gate, squash, a, c }) => {
    if (p.epsilon) {
      const fresh = logistic(a(1)[0]) * c[0] + logistic(a(0)[0]) * Math.tanh(a(2)[0]);
      return { c: [fresh, 0], h: [logistic(a(3)[0]) * Math.tanh(fresh), 0] };
    }
    const kept = product(gate(a(1)), c);
    const added = product(gate(a(0)), squash(a(2)));
    const fresh: Pair = [kept[0] + added[0], kept[1] + added[1]];
    return { c: fresh, h: product(gate(a(3)), squash(fresh)) };
  });
}

/** The fast-dropout GRU. */
export function momentsGru(
  p: Omit<MomentsGruForward, 'hMean' | 'hVariance' | 'aMean' | 'aVariance'>,
): MomentsRun {
  return momentsRun(p, 3, [0, 1, 3], p.biasRec, ({ gate, squash, a, h: [mh, vh] }) => {
    if (p.epsilon) {
      const z = logistic(a(1)[0]);
      const n = Math.tanh(a(2)[0] + logistic(a(0)[0]) * a(3)[0]);
      return { c: [0, 0], h: [(1 - z) * n + z * mh, 0] };
    }
    const scaled = product(gate(a(0)), a(3));
    const [mn, vn] = squash([a(2)[0] + scaled[0], a(2)[1] + scaled[1]]);
    const [mz, vz] = gate(a(1));
    // Var[(1-z) n + z h] by the law of total variance: E over z of the variance, plus the variance of the mean.
    const within = ((1 - mz) ** 2 + vz) * vn + (mz ** 2 + vz) * vh;
    return { c: [0, 0], h: [(1 - mz) * mn + mz * mh, within + vz * (mn - mh) ** 2] };
  });
}

// --- internal ---

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function product([m1, v1]: Pair, [m2, v2]: Pair): Pair {
  // E[a²] E[b²] - E[ab]²
  return [m1 * m2, (m1 * m1 + v1) * (m2 * m2 + v2) - (m1 * m2) ** 2];
}

function at(mask: Mask | undefined, t: number, b: number, j: number, g = 0, absent = 1): number {
  return mask ? mask.data[g * mask.gate + t * mask.time + b * mask.batch + j] : absent;
}

function counts(p: { start?: Int32Array; stop?: Int32Array; T: number }, t: number, b: number): boolean {
  return (p.start?.[b] ?? 0) <= t && t < (p.stop?.[b] ?? p.T);
}

type Plain = Omit<LstmForward, 'gates' | 'h' | 'c' | 'y' | 'c0'> & { c0?: LstmForward['c0'] };

/** What a cell sees: the old state, whole pre-activations, and both sides of them apart. */
type Step = (
  t: number,
  b: number,
  j: number,
  old: { h: (j: number) => number; c: (j: number) => number },
  a: (g: number) => number,
  input: (g: number, unit: number) => number,
  recurrent: (g: number, unit: number, factor?: (unit: number) => number) => number,
) => { c: number; h: number };

function run(p: Plain, G: number, step: Step): Run {
  const { T, B, I, H } = p;
  const size = T * B * H;
  const [h, c, y] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const before = (t - 1) * B + b;
      const old = {
        h: (j: number) => (t === 0 ? p.h0[b * H + j] : h[before * H + j]),
        c: (j: number) => (t === 0 ? (p.c0?.[b * H + j] ?? 0) : c[before * H + j]),
      };
      const input = (g: number, unit: number): number => {
        let a = p.bias[g * H + unit];
        for (let i = 0; i < I; i++) {
          const w = i * G * H + g * H + unit;
          a += p.x[(t * B + b) * I + i] * at(p.maskInput, t, b, i, g) * p.wIn[w] * (p.maskWeightIn?.[w] ?? 1);
        }
        return a;
      };
      const recurrent = (g: number, unit: number, factor = (_: number) => 1): number => {
        let a = 0;
        for (let i = 0; i < H; i++) {
          const w = i * G * H + g * H + unit;
          const u = old.h(i) * at(p.maskRecurrent, t, b, i, g) * factor(i);
          a += u * p.wRec[w] * (p.maskWeight?.[w] ?? 1);
        }
        return a;
      };
      for (let j = 0; j < H; j++) {
        const to = (t * B + b) * H + j;
        const fresh = step(t, b, j, old, (g) => input(g, j) + recurrent(g, j), input, recurrent);
        const z = at(p.zoneout, t, b, j, 0, p.zoneoutRate ?? 0);
        const active = counts(p, t, b);
        h[to] = active ? z * old.h(j) + (1 - z) * fresh.h : old.h(j);
        c[to] = active ? fresh.c : old.c(j);
        y[to] = h[to] * at(p.maskOutput, t, b, j);
      }
    }
  }
  return { h, c, y };
}

type Moments = Omit<MomentsLstmForward, keyof MomentsRun | 'aMean' | 'aVariance' | 'c0'> & {
  c0?: MomentsLstmForward['c0'];
};

interface MomentsStep {
  gate: (a: Pair) => Pair;
  squash: (a: Pair) => Pair;
  /** pre-activation in block `column`, drawn where there is an epsilon */
  a: (column: number) => Pair;
  h: Pair;
  c: Pair;
}

function momentsRun(
  p: Moments,
  G: number,
  columns: readonly number[],
  biasRec: ArrayLike<number> | undefined,
  step: (values: MomentsStep) => { c: Pair; h: Pair },
): MomentsRun {
  const { T, B, I, H } = p;
  const size = T * B * H;
  const out: MomentsRun = {
    hMean: new Float64Array(size),
    hVariance: new Float64Array(size),
    cMean: new Float64Array(size),
    cVariance: new Float64Array(size),
  };
  const gate = ([mu, nu]: Pair): Pair => moments({ ...p, activation: 'sigmoid' }, mu, nu);
  const squash = ([mu, nu]: Pair): Pair => moments({ ...p, activation: 'tanh' }, mu, nu);
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const before = ((t - 1) * B + b) * H;
      const h = (j: number): Pair =>
        t === 0
          ? [p.h0[b * H + j], p.h0Variance?.[b * H + j] ?? 0]
          : [out.hMean[before + j], out.hVariance[before + j]];
      const c = (j: number): Pair =>
        t === 0
          ? [p.c0?.[b * H + j] ?? 0, p.c0Variance?.[b * H + j] ?? 0]
          : [out.cMean[before + j], out.cVariance[before + j]];
      const x = (i: number): Pair => {
        const from = (t * B + b) * I + i;
        return [p.x[from], p.xVariance?.[from] ?? 0];
      };
      for (let j = 0; j < H; j++) {
        const a = (column: number): Pair => {
          let [mean, variance] = [0, 0];
          if (column < G) {
            [mean, variance] = linear(x, p.noiseInput, p.wIn, I, G * H, column * H + j);
            mean += p.bias[column * H + j];
          }
          const g = columns.indexOf(column);
          if (g >= 0) {
            const [m, v] = linear(h, p.noiseRecurrent, p.wRec, H, G * H, g * H + j);
            mean += m + (biasRec?.[g * H + j] ?? 0);
            variance += v;
          }
          if (!p.epsilon) return [mean, variance];
          return [mean + p.epsilon[(t * B + b) * 4 * H + column * H + j] * Math.sqrt(variance), 0];
        };
        const active = counts(p, t, b);
        const next = active ? step({ gate, squash, a, h: h(j), c: c(j) }) : { h: h(j), c: c(j) };
        const to = (t * B + b) * H + j;
        [out.hMean[to], out.hVariance[to]] = next.h;
        [out.cMean[to], out.cVariance[to]] = next.c;
      }
    }
  }
  return out;
}

/** Mean and variance of sum_i w_i m_i u_i, m the noise. */
function linear(
  u: (i: number) => Pair,
  noise: NoiseMoments,
  w: ArrayLike<number>,
  count: number,
  width: number,
  column: number,
): Pair {
  let [mean, variance] = [0, 0];
  for (let i = 0; i < count; i++) {
    const [m, v] = u(i);
    const weight = w[i * width + column];
    mean += noise.mean * m * weight;
    variance += (noise.square * m * m + noise.variance * v) * weight * weight;
  }
  return [mean, variance];
}
