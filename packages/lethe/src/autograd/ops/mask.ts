/** A strided mask on the tape, for layers without a kernel of their own. */

import type { Mask } from '../../kernels/contract/fields.ts';
import { kernels } from '../../kernels/engine.ts';
import type { Real } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { gradientOf, recordOperation } from '../tape.ts';

/**
 * x ∘ mask.
 * @param x [time, batch, n], or [batch, n] as one step
 */
export function applyMask(x: Tensor, mask: Mask): Tensor {
  const y = new Tensor(x.shape, allocate(x.size));
  y.data.fill(0);
  addMasked(y.data, x.data, mask, x.shape);
  recordOperation(y, [x], () => addMasked(gradientOf(x), gradientOf(y), mask, x.shape));
  return y;
}

/** target += source ∘ mask, over an array of that shape. */
export function addMasked(target: Real, source: Real, mask: Mask, shape: readonly number[]): void {
  const [T, B, n] = shape.length === 3 ? shape : [1, ...shape];
  kernels().addMasked({ T, B, n, source, mask, target });
}
