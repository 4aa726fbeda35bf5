/** Frames drawn from a NADE, one dimension after the other. */

import { ConfigError } from '../../errors.ts';
import { logistic } from '../../kernels/portable/activation.ts';
import { type Gaussian, isGaussian, meanOf } from '../../moments/gaussian.ts';
import { checkNumber, checkOptionNames } from '../../options.ts';
import { checkStream, type NoiseStream } from '../../random/stream.ts';
import { type Real, realZeros } from '../../tensor/dtype.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { checkNade, type NadeBiases, type NadeWeights, nadeOrder } from './nade-nll.ts';

/** Options of {@link nadeSample}. */
export interface NadeSampleOptions {
  /** the dimension that comes at each place; of several orders, one is drawn for every row. @defaultValue 0, 1, … */
  order?: Int32Array | readonly Int32Array[];
  /** divides every logit: below 1 surer, above 1 wilder. @defaultValue 1 */
  temperature?: number;
}

/**
 * A frame for each row of the biases, drawn from the distribution whose likelihood {@link nadeNll} gives, exactly: dimension i is 1 with
 * probability logistic(z_i) given those before.
 * @param stream of the numbers, at the site `sample`, one for each dimension of each row; of several orders at entry 2, one for each row
 * @returns [.., dimensions] of zeros and ones, in memory of its own
 * @throws ShapeError; ConfigError for an order that is no permutation, or a temperature that is not above 0
 */
export function nadeSample(
  biases: NadeBiases,
  weights: NadeWeights,
  stream: NoiseStream,
  options: NadeSampleOptions = {},
): Tensor {
  checkOptionNames('nadeSample', options, ['order', 'temperature']);
  const { hidden, visible, D, K } = checkNade('nadeSample', biases, weights);
  checkStream('nadeSample', stream);
  const { temperature = 1 } = options;
  checkNumber('nadeSample', 'temperature', temperature, { above: 0 });
  const given = Array.isArray(options.order) ? (options.order as readonly Int32Array[]) : undefined;
  if (given?.length === 0) throw new ConfigError('nadeSample: expected at least one order, got none');
  const orders = (given ?? [options.order as Int32Array | undefined]).map((order) =>
    nadeOrder('nadeSample', order, D),
  );
  const [weightIn, weightOut] = [weights.weightIn.data, weights.weightOut.data];
  const { shape, data: b } = meanOf(visible);
  const frames = new Tensor(shape, realZeros(b.length));
  const uniform = stream.uniforms({ site: 'sample' }, b.length);
  const which = orders.length > 1 ? stream.uniforms({ site: 'sample', entry: 2 }, b.length / D) : undefined;
  const a = new Float64Array(K);
  const h = new Float64Array(K);
  for (let m = 0; m < b.length / D; m++) {
    const starts = meanOf(hidden).data.subarray(m * K, (m + 1) * K) as Real;
    a.set(starts);
    const order = orders[which ? Math.min(Math.floor(which[m] * orders.length), orders.length - 1) : 0];
    let isStale = true;
    for (const i of order) {
      // They change where a dimension is 1 and nowhere else.
      if (isStale) for (let k = 0; k < K; k++) h[k] = logistic(a[k] * shrink(hidden, m * K + k));
      let z = b[m * D + i];
      for (let k = 0; k < K; k++) z += weightOut[i * K + k] * h[k];
      const probability = logistic((z * shrink(visible, m * D + i)) / temperature);
      isStale = uniform[m * D + i] < probability;
      if (!isStale) continue;
      frames.data[m * D + i] = 1;
      for (let k = 0; k < K; k++) a[k] += weightIn[i * K + k];
    }
  }
  return frames;
}

// --- internal ---

function shrink(bias: Tensor | Gaussian, at: number): number {
  return isGaussian(bias) ? 1 / Math.sqrt(1 + (Math.PI / 8) * bias.variance.data[at]) : 1;
}
