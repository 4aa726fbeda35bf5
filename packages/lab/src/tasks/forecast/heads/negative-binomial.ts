/** A negative binomial distribution, for counts: the mean is the base times a factor, the variance mean + a mean². */
import {
  addScalar,
  exp,
  meanOverSteps,
  mul,
  negativeBinomialNll,
  negativeBinomialQuantiles,
  softplus,
  tanh,
  scale as times,
  zeros,
} from 'lethe';
import { meanOf } from 'lethe/moments';
import { type Head, maskOf, type Steps } from './head.ts';
import { numberOf } from './residuals.ts';

export function negativeBinomialHead(): Head {
  return {
    outputs: 2,
    parameters: {},
    loss(output, target, at) {
      const values = meanOf(output);
      const start = zeros([at.steps, at.rows]);
      const counts = zeros([at.steps, at.rows]);
      for (let m = 0; m < target.length; m++) {
        start.data[m] = startOf(m, at);
        if (!Number.isNaN(target[m])) counts.data[m] = target[m];
      }
      const distribution = {
        mean: mul(start, exp(times(tanh(times(numberOf(values, 0, at), 1 / most)), most))),
        dispersion: addScalar(softplus(addScalar(numberOf(values, 1, at), shift)), smallest),
      };
      return meanOverSteps(negativeBinomialNll(distribution, counts), maskOf(target));
    },
    distribution(output, m, at) {
      const { data } = meanOf(output);
      const mean = startOf(m, at) * Math.exp(most * Math.tanh(data[2 * m] / most));
      const dispersion = Math.log1p(Math.exp(data[2 * m + 1] + shift)) + smallest;
      return {
        mean,
        spread: 0,
        quantiles: (levels) => negativeBinomialQuantiles(levels, mean, dispersion),
      };
    },
  };
}

// --- internal ---

/** Of a logarithm: a mean is at most exp(6) times what it departs from. */
const most = 6;
const smallest = 1e-4;
const shift = -1;

/** The base; where it is near 0, a tenth of the window's scale. */
const startOf = (m: number, { base, scale }: Steps): number => Math.max(base[m], 0.1 * scale[m]);
