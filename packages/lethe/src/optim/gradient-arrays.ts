/** Gradients as optimizers and norms take them: the tensors of `gradients`, or arrays of the caller's own. */
import type { Real } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';

/**
 * The numbers of each.
 * @throws LetheError with code E_SCRATCH if the scope that a tensor was made in has ended
 */
export function arraysOf(gradients: readonly (Tensor | Real)[]): Real[] {
  return gradients.map((gradient) => (gradient instanceof Tensor ? gradient.data : gradient));
}
