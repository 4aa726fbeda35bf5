/** Gradients as optimizers and norms take them: the tensors of `gradients`, or arrays of the caller's own. */
import { numbersOf } from '../autograd/gradient-tensor.ts';
import { checkArray } from '../checks.ts';
import { checkReal } from '../tensor/check.ts';
import type { Real } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';

/**
 * The numbers of each.
 * @throws ConfigError for what is neither; LetheError with code E_SCRATCH if the scope that a tensor was made in has ended
 */
export function arraysOf(where: string, gradients: readonly (Tensor | Real)[]): Real[] {
  checkArray(where, 'gradients', gradients, 'tensors or arrays of numbers, one for each parameter');
  return gradients.map((gradient, i) => {
    if (gradient instanceof Tensor) return numbersOf(gradient);
    checkReal(where, `gradients[${i}]`, gradient);
    return gradient;
  });
}
