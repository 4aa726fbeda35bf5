/** Linear readouts with their loss, row by row. See the contract. */
import { realZeros } from '../../tensor/dtype.ts';
import type { ReadoutNll, ReadoutSquares } from '../contract/loss.ts';
import { softmaxNllBackward, softmaxNllForward } from './softmax-nll.ts';

export function readoutNll(p: ReadoutNll): void {
  const { K, bias, scale = 1, smoothing } = p;
  const own = { M: 1, K, dLogits: realZeros(K), scale, smoothing, fresh: true };
  p.dbias?.fill(0);
  readout(p, (z, m) => {
    if (bias) for (let k = 0; k < K; k++) z[k] += bias[k];
    const targets = p.targets.subarray(m, m + 1);
    const stepMask = p.stepMask?.subarray(m, m + 1);
    const call = { ...own, logits: z, targets, stepMask };
    softmaxNllForward({
      ...call,
      rowLoss: p.rowLoss.subarray(m, m + 1),
      rowNll: p.rowNll?.subarray(m, m + 1),
    });
    softmaxNllBackward(call);
    if (p.dbias) for (let k = 0; k < K; k++) p.dbias[k] += own.dLogits[k];
    return own.dLogits;
  });
}

export function readoutSquares(p: ReadoutSquares): number {
  const { K, scale = 1 } = p;
  const slopes = realZeros(K);
  let sum = 0;
  readout(p, (z) => {
    for (let k = 0; k < K; k++) {
      sum += z[k] * z[k];
      slopes[k] = 2 * scale * z[k];
    }
    return slopes;
  });
  return sum;
}

// --- internal ---

/** For every row the products around `slopesOf`, which makes the gradient of the logits from the logits. */
function readout(
  { M, I, K, x, w, dx, dw }: ReadoutSquares,
  slopesOf: (z: ReturnType<typeof realZeros>, m: number) => ReturnType<typeof realZeros>,
): void {
  const z = realZeros(K);
  dw?.fill(0);
  dx?.fill(0);
  for (let m = 0; m < M; m++) {
    for (let k = 0; k < K; k++) {
      let sum = 0;
      for (let i = 0; i < I; i++) sum += x[m * I + i] * w[k * I + i];
      z[k] = sum;
    }
    const slopes = slopesOf(z, m);
    for (let k = 0; k < K && (dx || dw); k++) {
      const d = slopes[k];
      if (d === 0) continue;
      if (dx) for (let i = 0; i < I; i++) dx[m * I + i] += d * w[k * I + i];
      if (dw) for (let i = 0; i < I; i++) dw[k * I + i] += d * x[m * I + i];
    }
  }
}
