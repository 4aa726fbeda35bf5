/** Parameters and gradients of an update without the rows whose gradient is known to be zero. */
import { eachUsedPart } from '../autograd/used-rows.ts';
import type { Real } from '../tensor/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** The parts that an update of descent without decay or momentum changes, in pairs. */
export function usedParts(
  tensors: readonly Tensor[],
  gradients: readonly Real[],
): { parameters: Real[]; gradients: Real[] } {
  const used = { parameters: [] as Real[], gradients: [] as Real[] };
  for (const [i, { data }] of tensors.entries()) {
    eachUsedPart(gradients[i], (part, from) => {
      used.gradients.push(part);
      used.parameters.push(data.subarray(from, from + part.length) as Real);
    });
  }
  return used;
}
