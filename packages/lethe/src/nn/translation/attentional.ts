/** The attentional output, tanh([h; c] W + b) (Luong, Pham, Manning 2015, eq. 5). */
import { affineOf } from '../../autograd/ops/matmul.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Linear } from '../linear.ts';
import { tanhUnits } from '../transfer.ts';

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
  return tanhUnits(affineOf([states, context], weight, bias));
}
