/** Closed forms without approximation, linear maps of noisy inputs and products, against Monte Carlo. */
import { linear, NoiseStream, Tensor, tensor } from 'lethe';
import { fast } from 'lethe/dropout';
import { type Gaussian, productMoments } from 'lethe/moments';
import { momentsOfSample, type SampledMoments } from './true-moments.ts';

/** A closed form beside what a sample says. */
export interface MapCheck {
  name: string;
  mean: number;
  variance: number;
  sampled: SampledMoments;
}

const inputs = 20;
const rate = 0.3;

/** A weighted sum of Gaussian inputs under dropout, and the product of two Gaussians, by `count` draws. */
export function mapChecks(seed: number, count: number): MapCheck[] {
  const stream = new NoiseStream(seed);
  return [linearCheck(stream, count), productCheck(stream, count)];
}

// --- internal ---

function linearCheck(stream: NoiseStream, count: number): MapCheck {
  const layer = linear({ inputSize: inputs, outputSize: 1, dropout: fast({ input: rate }) }, stream);
  const weights = layer.parameters.weight.data;
  const means = stream.normals({ site: 'init', entry: 2 }, inputs);
  const variances = stream.uniforms({ site: 'init', entry: 3 }, inputs, 0.1, 1);
  const sums = new Float64Array(count);
  for (let i = 0; i < inputs; i++) {
    const x = stream.normals({ site: 'sample', layer: i }, count, means[i], Math.sqrt(variances[i]));
    const u = stream.uniforms({ site: 'sample', layer: i, entry: 1 }, count);
    for (let k = 0; k < count; k++) if (u[k] >= rate) sums[k] += weights[i] * x[k];
  }
  const [mean, variance] = [means, variances].map((values) => new Tensor([1, inputs], values));
  const closed = layer.forward({ mean, variance }, stream) as Gaussian;
  return {
    name: `sum of ${inputs} Gaussian inputs, dropout ${rate}`,
    mean: closed.mean.item(),
    variance: closed.variance.item(),
    sampled: momentsOfSample(sums),
  };
}

function productCheck(stream: NoiseStream, count: number): MapCheck {
  const [a, b] = [
    { mean: 0.7, variance: 0.3 },
    { mean: -1.2, variance: 0.4 },
  ];
  const [x, y] = [a, b].map(({ mean, variance }, i) =>
    stream.normals({ site: 'sample', layer: inputs + i }, count, mean, Math.sqrt(variance)),
  );
  const gaussian = ({ mean, variance }: typeof a): Gaussian => ({
    mean: tensor([mean]),
    variance: tensor([variance]),
  });
  const closed = productMoments(gaussian(a), gaussian(b));
  const products = Float64Array.from(x, (value, k) => value * y[k]);
  return {
    name: 'product of two Gaussians',
    mean: closed.mean.item(),
    variance: closed.variance.item(),
    sampled: momentsOfSample(products),
  };
}
