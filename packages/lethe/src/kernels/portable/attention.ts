/** Attention over the positions of a memory. See the contract. */
import type { Real } from '../../tensor/dtype.ts';
import type { AttentionBackward, AttentionForward } from '../contract/attention.ts';
import { workspace } from './workspace.ts';

export function attentionForward(p: AttentionForward): void {
  const { T, B, S, K, E, C, columns, query, keys, v, memory, weights, context } = p;
  for (let t = 0, at = 0; t < T; t++) {
    for (let b = 0; b < B; b++, at++) {
      const count = p.last[b] + 1;
      const row = at * S;
      let largest = Number.NEGATIVE_INFINITY;
      for (let s = 0; s < count; s++) {
        const key = (s * C + columns[b]) * K;
        let score = 0;
        for (let k = 0; k < K; k++) {
          const q = query[at * K + k];
          score += v ? v[k] * Math.tanh(q + keys[key + k]) : q * keys[key + k];
        }
        weights[row + s] = score;
        largest = Math.max(largest, score);
      }
      let sum = 0;
      for (let s = 0; s < count; s++) {
        weights[row + s] = Math.exp(weights[row + s] - largest);
        sum += weights[row + s];
      }
      weights.fill(0, row + count, row + S);
      context.fill(0, at * E, (at + 1) * E);
      for (let s = 0; s < count; s++) {
        weights[row + s] /= sum;
        const from = (s * C + columns[b]) * E;
        for (let j = 0; j < E; j++) context[at * E + j] += weights[row + s] * memory[from + j];
      }
    }
  }
}

const slopeSpace = workspace();

export function attentionBackward(p: AttentionBackward): void {
  const { T, B, S, E, memory, weights, dWeights, dContext, dMemory } = p;
  const slopes = slopeSpace(S);
  for (let t = 0, at = 0; t < T; t++) {
    for (let b = 0; b < B; b++, at++) {
      const count = p.last[b] + 1;
      const [row, from] = [at * S, at * E];
      // A step that no loss counts may hold anything: 0 · NaN would bring it in.
      const isIdle = isZero(dContext, from, from + E) && (!dWeights || isZero(dWeights, row, row + count));
      if (isIdle) continue;
      let mean = 0;
      for (let s = 0; s < count; s++) {
        const place = (s * B + b) * E;
        let slope = dWeights ? dWeights[row + s] : 0;
        for (let j = 0; j < E; j++) {
          slope += dContext[from + j] * memory[place + j];
          if (dMemory) dMemory[place + j] += weights[row + s] * dContext[from + j];
        }
        slopes[s] = slope;
        mean += weights[row + s] * slope;
      }
      for (let s = 0; s < count; s++) slopes[s] = weights[row + s] * (slopes[s] - mean);
      scoresBackward(p, at, b, count, slopes);
    }
  }
}

// --- internal ---

/** From the gradients of the scores of query `at` to those of query, keys and v. */
function scoresBackward(
  p: AttentionBackward,
  at: number,
  b: number,
  count: number,
  slopes: Float64Array,
): void {
  const { B, K, query, keys, v, dQuery, dKeys, dv } = p;
  for (let s = 0; s < count; s++) {
    const key = (s * B + b) * K;
    for (let k = 0; k < K; k++) {
      const q = query[at * K + k];
      let [byQuery, byKey] = [slopes[s] * keys[key + k], slopes[s] * q];
      if (v) {
        const u = Math.tanh(q + keys[key + k]);
        byQuery = slopes[s] * v[k] * (1 - u * u);
        byKey = byQuery;
        if (dv) dv[k] += slopes[s] * u;
      }
      if (dQuery) dQuery[at * K + k] += byQuery;
      if (dKeys) dKeys[key + k] += byKey;
    }
  }
}

function isZero(data: Real, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (data[i] !== 0) return false;
  return true;
}
