/** The Student-t distribution as a head: heavy tails for what jumps now and then. */
import { digamma, logGamma } from '../../kernels/portable/gamma.ts';
import { checkOptionNames } from '../../options.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { pointwise } from './pointwise.ts';

/** Location, scale and degrees of freedom, all of one shape. */
export interface StudentT {
  location: Tensor;
  /** above 0, such as a softplus */
  scale: Tensor;
  /** above 0; above 2 the variance scale² dof / (dof - 2) is finite: 2 + softplus */
  dof: Tensor;
}

/**
 * -log p(y) of y = location + scale · t(dof), element by element, in nats:
 *
 *   log Γ(ν/2) - log Γ((ν+1)/2) + ½ log(ν π) + log s + (ν+1)/2 log(1 + z²/ν),  z = (y - location)/s
 *
 * @param targets of the parameters' shape; a missing one (NaN) gives NaN, and no gradient where its loss is not used
 * @returns of the same shape; {@link meanOverSteps} makes a loss of it
 * @throws ConfigError or ShapeError for what are no tensors of one shape; DataError for an infinite target
 */
export function studentTNll(distribution: StudentT, targets: Tensor): Tensor {
  checkOptionNames('studentTNll', distribution, ['location', 'scale', 'dof']);
  const { location, scale, dof } = distribution;
  return pointwise('studentTNll', { location, scale, dof }, targets, nll);
}

// --- internal ---

/** Above these degrees of freedom the two Γ are told apart by a series, for their difference rounds more than it leaves out. */
const nearlyNormal = 1e4;

function nll([location, s, v]: Float64Array, y: number, slopes: Float64Array): number {
  const z = (y - location) / s;
  const z2 = z * z;
  const log = Math.log1p(z2 / v);
  const weight = (v + 1) / (v + z2);
  slopes[0] = (-weight * z) / s;
  slopes[1] = (1 - weight * z2) / s;
  const rest = Math.log(s) + 0.5 * (v + 1) * log;
  if (v > nearlyNormal) {
    // log Γ((ν+1)/2) - log Γ(ν/2) = ½ log(ν/2) - 1/(4ν) + 1/(24ν³) - O(1/ν⁵)
    slopes[2] = -1 / (4 * v * v) + 1 / (8 * v ** 4) + 0.5 * (log - (weight * z2) / v);
    return 0.5 * Math.log(2 * Math.PI) + 1 / (4 * v) - 1 / (24 * v ** 3) + rest;
  }
  slopes[2] = 0.5 * (digamma(v / 2) - digamma((v + 1) / 2) + 1 / v + log - (weight * z2) / v);
  return logGamma(v / 2) - logGamma((v + 1) / 2) + 0.5 * Math.log(v * Math.PI) + rest;
}
