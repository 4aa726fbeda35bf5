/** Logarithms of the probabilities of all words. */
import { kernels } from '../../kernels/engine.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ReadoutParameters } from '../readout/table.ts';

/**
 * x weight^T + bias, and of every row log Σ exp, which it is larger by than the logarithms of the probabilities.
 * @param logits [rows, words], out
 * @returns [rows]
 */
export function logitsOf(x: Tensor, { weight, bias }: ReadoutParameters, logits: Real): Real {
  const [K, I] = weight.shape;
  const M = x.size / I;
  const shape = { m: M, n: K, k: I, transposeB: true };
  kernels().matmul({ ...shape, a: x.data, b: weight.data, bias: bias?.data, c: logits });
  // The loss of any word is that less its logit.
  const totals = allocate(M);
  kernels().softmaxNllForward({ M, K, logits, targets: new Int32Array(M), rowLoss: totals });
  for (let m = 0; m < M; m++) totals[m] += logits[m * K];
  return totals;
}

/**
 * The most probable words of every row, best first, with their logits and log Σ exp over all words: the logits of the others are never
 * written.
 * @returns words and logits [rows, count], totals [rows]
 */
export function mostProbableWords(
  x: Tensor,
  { weight, bias }: ReadoutParameters,
  count: number,
): { tokens: Int32Array; logits: Real; totals: Real } {
  const [K, I] = weight.shape;
  const M = x.size / I;
  const found = {
    tokens: new Int32Array(M * count),
    logits: allocate(M * count),
    totals: allocate(M),
  };
  const operands = { x: x.data, w: weight.data, bias: bias?.data };
  kernels().readoutTop({
    ...{ M, I, K, N: count, ...operands },
    ...{ classes: found.tokens, logits: found.logits, totals: found.totals },
  });
  return found;
}

/** log softmax(x weight^T + bias) of every row. */
export function logProbabilities(x: Tensor, readout: ReadoutParameters, logs: Real): void {
  const K = readout.weight.shape[0];
  const totals = logitsOf(x, readout, logs);
  for (let m = 0; m < totals.length; m++) {
    for (let k = m * K; k < (m + 1) * K; k++) logs[k] -= totals[m];
  }
}
