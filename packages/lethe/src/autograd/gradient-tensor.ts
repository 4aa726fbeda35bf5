/**
 * Gradients as tensors. Of a table of which a step uses few rows it is known which rows of its gradient may be other than zero, until somebody takes the
 * numbers: who has them may write anywhere, such as who adds up the gradients of several batches.
 */
import type { Real } from '../tensor/dtype.ts';
import type { ScratchOrigin } from '../tensor/scratch.ts';
import { Tensor } from '../tensor/tensor.ts';
import { usedRows } from './used-rows.ts';

/** The gradient of a parameter as a tensor. */
export function gradientTensor(shape: readonly number[], gradient: Real, scope: ScratchOrigin): Tensor {
  return usedRows.has(gradient)
    ? new RowGradient(shape, gradient, scope)
    : new Tensor(shape, gradient, scope);
}

/** The numbers of a gradient for who only reads them. */
export function numbersOf(gradient: Tensor): Real {
  return gradient instanceof RowGradient ? gradient.numbers() : gradient.data;
}

// --- internal ---

class RowGradient extends Tensor {
  override get data(): Real {
    usedRows.delete(super.data);
    return super.data;
  }

  override toArray(): number[] {
    return Array.from(super.data);
  }

  numbers(): Real {
    return super.data;
  }
}
