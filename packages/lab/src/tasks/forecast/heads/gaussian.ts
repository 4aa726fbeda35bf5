/**
 * A normal distribution. Where noise is drawn, or there is none, the network gives mean and deviation of every step. Where noise is integrated
 * (fast dropout) it gives a mean whose variance the moments know; the observations add a variance of their own, learned for each step of the
 * horizon: y ~ N(mean, variance + s²) (J. Bayer et al. 2013, "Training neural networks with implicit variance").
 */
import {
  addScalar,
  gaussianNll,
  normalQuantile,
  reshape,
  softplus,
  square,
  type Tensor,
  transpose,
  withObservationNoise,
  zeros,
} from 'lethe';
import { isGaussian, meanOf } from 'lethe/moments';
import { type Distribution, type Head, maskOf, type Steps } from './head.ts';
import { numberOf, residuals } from './residuals.ts';

/**
 * @param horizon steps with an observation variance of their own; 1 of autoregressive forecasts
 * @param integrated whether training integrates its noise
 */
export function gaussianHead(horizon: number, integrated: boolean): Head {
  return integrated ? withMoments(horizon) : withDeviations();
}

// --- internal ---

/** A deviation is never smaller, in units of the scale. */
const smallest = 1e-3;

function withDeviations(): Head {
  return {
    outputs: 2,
    parameters: {},
    loss(output, target, at) {
      const values = meanOf(output);
      const deviation = addScalar(softplus(addScalar(numberOf(values, 1, at), shift)), smallest);
      const flat = (x: Tensor): Tensor => reshape(x, [target.length, 1]);
      return gaussianNll(
        flat(numberOf(values, 0, at)),
        flat(square(deviation)),
        flat(residuals(target, at)),
        maskOf(target),
      );
    },
    distribution(output, m, at) {
      const { data } = meanOf(output);
      return normal(data[2 * m], Math.log1p(Math.exp(data[2 * m + 1] + shift)) + smallest, 0, m, at);
    },
  };
}

/** softplus(shift) is about .3: residuals of a scaled series are that large at the beginning. */
const shift = -1;

function withMoments(horizon: number): Head {
  const logDeviation = zeros([horizon]);
  logDeviation.data.fill(-1);
  const noiseOf = (m: number, { rows }: Steps): number =>
    Math.exp(2 * logDeviation.data[horizon === 1 ? 0 : Math.floor(m / rows)]);
  return {
    outputs: 1,
    parameters: { logDeviation },
    loss(output, target, at) {
      const { steps, rows } = at;
      // A column a step, so that each has its noise.
      const perStep = horizon > 1;
      const shaped = (x: Tensor): Tensor =>
        perStep ? transpose(reshape(x, [steps, rows])) : reshape(x, [steps * rows, 1]);
      const value = isGaussian(output)
        ? { mean: shaped(output.mean), variance: shaped(output.variance) }
        : shaped(output);
      const observed = withObservationNoise(value, logDeviation);
      const flat = (x: Tensor): Tensor => reshape(x, [target.length, 1]);
      const mask = maskOf(target);
      const turned = perStep
        ? Float32Array.from(mask, (_, i) => mask[(i % steps) * rows + Math.floor(i / steps)])
        : mask;
      return gaussianNll(
        flat(observed.mean),
        flat(observed.variance),
        flat(shaped(residuals(target, at))),
        turned,
      );
    },
    distribution(output, m, at) {
      const variance = isGaussian(output) ? output.variance.data[m] : 0;
      const deviation = Math.sqrt(variance + noiseOf(m, at));
      return normal(meanOf(output).data[m], deviation, Math.sqrt(variance), m, at);
    },
  };
}

function normal(
  location: number,
  deviation: number,
  spread: number,
  m: number,
  { base, scale }: Steps,
): Distribution {
  const mean = base[m] + scale[m] * location;
  return {
    mean,
    spread: spread * scale[m],
    quantiles: (levels) => levels.map((p) => mean + scale[m] * deviation * normalQuantile(p)),
  };
}
