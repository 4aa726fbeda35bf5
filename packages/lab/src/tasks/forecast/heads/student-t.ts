/** A Student-t distribution, for what jumps now and then: location, scale and degrees of freedom above 2 of every step. */
import { addScalar, meanOverSteps, softplus, studentTNll, studentTQuantile } from 'lethe';
import { meanOf } from 'lethe/moments';
import { type Head, maskOf } from './head.ts';
import { numberOf, residuals } from './residuals.ts';

export function studentTHead(): Head {
  return {
    outputs: 3,
    parameters: {},
    loss(output, target, at) {
      const values = meanOf(output);
      const distribution = {
        location: numberOf(values, 0, at),
        scale: addScalar(softplus(addScalar(numberOf(values, 1, at), shift)), smallest),
        dof: addScalar(softplus(addScalar(numberOf(values, 2, at), dofShift)), 2),
      };
      return meanOverSteps(studentTNll(distribution, residuals(target, at)), maskOf(target));
    },
    distribution(output, m, { base, scale }) {
      const { data } = meanOf(output);
      const mean = base[m] + scale[m] * data[3 * m];
      const unit = scale[m] * (plus(data[3 * m + 1] + shift) + smallest);
      const dof = 2 + plus(data[3 * m + 2] + dofShift);
      return {
        mean,
        spread: 0,
        quantiles: (levels) => levels.map((p) => mean + unit * studentTQuantile(p, dof)),
      };
    },
  };
}

// --- internal ---

/** In units of the window's scale. */
const smallest = 1e-3;
const shift = -1;
/** Begins with about 6 degrees of freedom. */
const dofShift = 4;

const plus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));
