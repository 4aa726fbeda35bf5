/** The negative binomial distribution as a head: counts whose variance exceeds their mean. */
import { digamma, logGamma } from '../../kernels/portable/gamma.ts';
import { checkOptionNames } from '../../options.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { pointwise } from './pointwise.ts';

/** Mean and dispersion, both of one shape. */
export interface NegativeBinomial {
  /** μ above 0 */
  mean: Tensor;
  /** a above 0: the variance is μ + a μ²; towards 0 a Poisson distribution */
  dispersion: Tensor;
}

/**
 * -log P(y) of a count, element by element, in nats, with r = 1/a:
 *
 *   log Γ(r) + log y! - log Γ(y + r) + (y + r) log(1 + a μ) - y log(a μ)
 *
 * @param targets counts, of the parameters' shape; a missing one (NaN) gives NaN, and no gradient where its loss is not used
 * @returns of the same shape; {@link meanOverSteps} makes a loss of it
 * @throws ConfigError or ShapeError for what are no tensors of one shape; DataError for a target that is no count
 */
export function negativeBinomialNll(distribution: NegativeBinomial, targets: Tensor): Tensor {
  checkOptionNames('negativeBinomialNll', distribution, ['mean', 'dispersion']);
  const { mean, dispersion } = distribution;
  return pointwise('negativeBinomialNll', { mean, dispersion }, targets, nll, counts);
}

// --- internal ---

const counts = Object.assign((y: number) => Number.isInteger(y) && y >= 0, {
  wanted: 'counts, whole numbers of at least 0',
});

/** Above this 1/a the differences of Γ round more than their series leaves out. */
const nearlyPoisson = 1e7;

function nll([mu, a]: Float64Array, y: number, slopes: Float64Array): number {
  const r = 1 / a;
  const log = Math.log1p(a * mu);
  slopes[0] = (1 + a * y) / (1 + a * mu) - y / mu;
  const constant = logGamma(y + 1) - (y > 0 ? y * Math.log(a * mu) : 0) + (y + r) * log;
  if (r > nearlyPoisson) {
    // log Γ(y + r) - log Γ(r) = y log r + y (y - 1)/(2 r) + O(y³/r²), and (log(1 + aμ)(y + r))' by a = (2yμ - μ²)/2 + O(a).
    slopes[1] = y * mu - (mu * mu) / 2 - (y * (y - 1)) / 2;
    return constant + y * Math.log(a) - (a * y * (y - 1)) / 2;
  }
  slopes[1] = r * r * (digamma(y + r) - digamma(r) - log) + ((y + r) * mu) / (1 + a * mu) - y * r;
  return constant + logGamma(r) - logGamma(y + r);
}
