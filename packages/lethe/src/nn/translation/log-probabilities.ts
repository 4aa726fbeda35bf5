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

/** log softmax(x weight^T + bias) of every row. */
export function logProbabilities(x: Tensor, readout: ReadoutParameters, logs: Real): void {
  const K = readout.weight.shape[0];
  const totals = logitsOf(x, readout, logs);
  for (let m = 0; m < totals.length; m++) {
    for (let k = m * K; k < (m + 1) * K; k++) logs[k] -= totals[m];
  }
}
