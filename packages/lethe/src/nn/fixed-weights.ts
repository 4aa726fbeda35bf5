/** Weights that do not change for a while, as in evaluation and sampling. */
import { checkTensors, found } from '../checks.ts';
import { ConfigError } from '../errors.ts';
import { kernels } from '../kernels/engine.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Says that the tensors do not change until the returned function is called. In bf16 steps of at most four rows then read them
 * from rounded copies: about half the time of drawing text. In float32 nothing is copied. One promise holds at a time.
 * @throws ConfigError for what are no tensors
 */
export function fixedWeights(tensors: Iterable<Tensor>): () => void {
  const isIterable = typeof tensors === 'object' && tensors !== null && Symbol.iterator in tensors;
  if (!isIterable) {
    throw new ConfigError(
      `fixedWeights: expected tensors, such as Object.values(layer.parameters), got ${found(tensors)}`,
    );
  }
  const all = [...tensors];
  checkTensors('fixedWeights', 'tensors', all);
  if (kernels().precision() === 'f32') return () => {};
  kernels().keepRounded(all.map(({ data }) => data));
  return () => kernels().keepRounded([]);
}
