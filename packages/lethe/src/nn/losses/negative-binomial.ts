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

/** Above this 1/a the differences of Γ round more than Stirling's series leaves out. */
const nearlyPoisson = 1e4;

function nll([mu, a]: Float64Array, y: number, slopes: Float64Array): number {
  // (1 + a y)/(1 + a μ) - y/μ, whose two parts are nearly one where a is large; of y = 0 also at a mean that was rounded to 0
  slopes[0] = y === 0 ? 1 / (1 + a * mu) : (mu - y) / (mu * (1 + a * mu));
  const r = 1 / a;
  if (r > nearlyPoisson) return nearPoisson(mu, a, y, slopes);
  const log = Math.log1p(a * mu);
  slopes[1] = r * r * (digamma(y + r) - digamma(r) - log) + ((y + r) * mu) / (1 + a * mu) - y * r;
  const likely = y > 0 ? y * Math.log(a * mu) : 0;
  return logGamma(y + 1) - likely + (y + r) * log + logGamma(r) - logGamma(y + r);
}

/**
 * The same with log Γ(y + r) - log Γ(r) by Stirling's series, up to O(a³), in differences that stay small where y is near μ:
 *
 *   log y! - (y log y - y) - y log(1 + (μ - y)/y) + (y + r) log(1 + u) + ½ log(1 + a y) + a² y / (12 (1 + a y)),
 *   u = a w,  w = (μ - y)/(1 + a y)
 */
function nearPoisson(mu: number, a: number, y: number, slopes: Float64Array): number {
  const spread = 1 + a * y;
  const w = (mu - y) / spread;
  const u = a * w;
  const log = Math.log1p(u);
  // (u/(1 + u) - log(1 + u)) / a², where u is small by its series
  const bend =
    Math.abs(u) < 1e-3
      ? -w * w * (1 / 2 - u * (2 / 3 - u * (3 / 4 - u * (4 / 5 - u * (5 / 6)))))
      : (u / (1 + u) - log) / (a * a);
  slopes[1] = bend + y / (2 * spread) + (a * y * (2 + a * y)) / (12 * spread * spread);
  // (y + r) log(1 + u) = w (1 + a y) log(1 + u) / u
  const carried = w * spread * (u === 0 ? 1 : log / u);
  const rest = carried + 0.5 * Math.log1p(a * y) + (a * a * y) / (12 * spread);
  if (y === 0) return rest;
  // Far below y the quotient rounds to -1, of which there is no logarithm.
  const ratio = mu < 0.5 * y ? Math.log(mu / y) : Math.log1p((mu - y) / y);
  return logFactorialRest(y) - y * ratio + rest;
}

/** log y! - (y log y - y). */
function logFactorialRest(y: number): number {
  if (y < 1000) return logGamma(y + 1) - y * Math.log(y) + y;
  return 0.5 * Math.log(2 * Math.PI * y) + 1 / (12 * y) - 1 / (360 * y ** 3);
}
