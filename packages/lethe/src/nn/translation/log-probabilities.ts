/** Logarithms of the probabilities of all words. */
import { kernels } from '../../kernels/engine.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ReadoutParameters } from '../readout/table.ts';

/** log softmax(x weight^T + bias) of every row. */
export function logProbabilities(x: Tensor, { weight, bias }: ReadoutParameters, logs: Real): void {
  const [K, I] = weight.shape;
  const M = x.size / I;
  kernels().matmul({
    ...{ m: M, n: K, k: I, a: x.data, b: weight.data, transposeB: true, bias: bias?.data, c: logs },
  });
  // The loss of any class is log sum exp less its logit.
  const rowLoss = allocate(M);
  kernels().softmaxNllForward({ M, K, logits: logs, targets: new Int32Array(M), rowLoss });
  for (let m = 0; m < M; m++) {
    const total = rowLoss[m] + logs[m * K];
    for (let k = m * K; k < (m + 1) * K; k++) logs[k] -= total;
  }
}
