/** The gradient of every operation that the tape records, against central differences. */
import { describe, expect, it } from 'vitest';
import { checkGradients } from '../autograd/check.ts';
import { add, mul } from '../autograd/ops/arithmetic.ts';
import { sumAxis } from '../autograd/ops/reduce.ts';
import { reshape } from '../autograd/ops/shape.ts';
import { NoiseStream } from '../random/stream.ts';
import { dtype } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import { everyOperation } from './every-operation.suite.ts';

/** Outputs weighted by numbers of both signs, so that errors of one element are not made good by another. */
function weighted(outputs: Tensor | readonly Tensor[]): Tensor {
  const stream = new NoiseStream(3);
  return [outputs].flat().reduce<Tensor>(
    (sum, output, k) => {
      const weights = new Tensor(output.shape, stream.normals({ site: 'sample', layer: k }, output.size));
      return add(sum, sumAxis(reshape(mul(output, weights), [1, output.size]), 1));
    },
    new Tensor([1], new Float64Array(1)),
  );
}

describe.skipIf(dtype !== 'f64')('every operation in float64', () => {
  it.each(Object.entries(everyOperation))('%s has the gradient of its values', (_, { inputs, f }) => {
    const { worst, comparisons } = checkGradients(inputs, () => weighted(f(...inputs)), { directions: 3 });
    expect(comparisons.length).toBe(3 * inputs.length);
    expect(worst).toBeLessThan(1e-6);
  });
});
