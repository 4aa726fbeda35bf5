/** The two faces of a layer's output: as it leaves the layer, with output noise, and the states without it. */
import { addMasked } from '../../autograd/ops/mask.ts';
import { gradientOf, hasGradient } from '../../autograd/tape.ts';
import type { Mask } from '../../kernels/contract/fields.ts';
import type { Real } from '../../tensor/dtype.ts';
import { Tensor } from '../../tensor/tensor.ts';

/** Tensors over y and h, [T, B, H]; one and the same without output noise. */
export function outputTensors(
  y: Real,
  h: Real,
  shape: readonly number[],
): { output: Tensor; states: Tensor } {
  const output = new Tensor(shape, y);
  return { output, states: h === y ? output : new Tensor(shape, h) };
}

/**
 * What the backward kernel gets for y. The kernel applies the output mask itself; only where somebody used the
 * states as well, both gradients are put together here and the mask is left out.
 */
export function outputGradient(
  { output, states }: { output: Tensor; states: Tensor },
  maskOutput: Mask | undefined,
): { dy: Real; maskOutput: Mask | undefined } {
  if (states === output || !maskOutput || !hasGradient(states)) {
    return { dy: gradientOf(output), maskOutput };
  }
  const dy = gradientOf(states);
  addMasked(dy, gradientOf(output), maskOutput, output.shape);
  return { dy, maskOutput: undefined };
}
