/** Weights that do not change for a while, as in evaluation and sampling. */
import { kernels } from '../kernels/engine.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Says that the tensors do not change until the returned function is called. In bf16 steps of at most four rows then read them
 * from rounded copies: about half the time of drawing text. In float32 nothing is copied. One promise holds at a time.
 */
export function fixedWeights(tensors: Iterable<Tensor>): () => void {
  if (kernels().precision() === 'f32') return () => {};
  kernels().keepRounded(Array.from(tensors, ({ data }) => data));
  return () => kernels().keepRounded([]);
}
