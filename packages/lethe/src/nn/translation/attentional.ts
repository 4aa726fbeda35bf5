/** The attentional output, tanh([h; c] W + b) (Luong, Pham, Manning 2015, eq. 5). */
import { tanh } from '../../autograd/ops/elementwise.ts';
import { affine } from '../../autograd/ops/matmul.ts';
import { concat } from '../../autograd/ops/shape.ts';
import { isRecording } from '../../autograd/tape.ts';
import { kernels } from '../../kernels/engine.ts';
import { allocate } from '../../tensor/scratch.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type { Linear } from '../linear.ts';
import { transfer } from '../transfer.ts';

/**
 * @param states [time, rows, hidden], h
 * @param context [time, rows, width], c
 * @returns [time, rows, features]
 */
export function attentional(
  { parameters: { weight, bias } }: Linear,
  states: Tensor,
  context: Tensor,
): Tensor {
  // Training keeps the bits of its runs.
  if (isRecording()) return tanh(affine(concat([states, context], -1), weight, bias));
  // Without gradients h and c are not put side by side first, and tanh is a kernel: a quarter of a search's time outside kernels.
  const [T, rows, top] = states.shape;
  const n = weight.shape[1];
  const y = allocate(T * rows * n);
  const call = { m: T * rows, n, c: y };
  kernels().matmul({ ...call, k: top, a: states.data, b: weight.data, bias: bias.data });
  const b = weight.data.subarray(top * n);
  kernels().matmul({ ...call, k: context.shape[2], a: context.data, b, accumulate: true });
  return transfer(new Tensor([T, rows, n], y), 'tanh', { pieces: 1, order: 1 });
}
