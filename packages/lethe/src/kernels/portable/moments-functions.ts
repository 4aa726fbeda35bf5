/**
 * Moments of f(X), X ~ N(mu, nu), as scalar functions: value (mean, variance) and gradient
 * (dMean/dMu, dMean/dNu, dVariance/dMu, dVariance/dNu). relu and identity are exact in every form; for
 * sigmoid and tanh, tanh(x) = 2 s(2x) - 1 carries the sigmoid's closed forms over:
 *
 * - wang-manning: mean s(c mu), c = (1 + kappa nu)^(-1/2), kappa = pi/8; s(x)^2 replaced by s(a (x - b)), of which
 *   the mean is taken in the same way. The variance does not vanish with nu (S. Wang, C. Manning, 2013).
 * - probit: the same mean; variance of Phi(sqrt(kappa) X), exact for the probit and zero at nu = 0.
 * - daunizeau: mean s(c mu), c = (1 + .368 nu)^(-1/2), variance mean (1 - mean) (1 - c), fitted (J. Daunizeau 2017,
 *   Semi-analytical approximations to statistical moments of sigmoid and softmax mappings of normal variables).
 * - gauss-hermite: both moments by quadrature, gradients the exact derivatives of the quadrature.
 *
 * Variances are clamped at 0 and no gradient passes where they are.
 */
import type { Activation, MomentFunction } from '../contract/fields.ts';
import { activationOf, curvatureOf, logistic, slopeOf } from './activation.ts';
import { normalCdf, normalDensity, owenDifference } from './gaussian.ts';

const KAPPA = Math.PI / 8;
const ROOT_KAPPA = Math.sqrt(KAPPA);
const WM_A = 4 - 2 * Math.SQRT2;
const WM_B = -Math.log(Math.SQRT2 - 1);
/** of the daunizeau form */
const FITTED = 0.368;
/** Below this variance a quadrature's derivative by nu is taken by its limit, which has no division by s. */
const TINY_VARIANCE = 1e-10;

/** Moments of one activation in one form. */
export interface ActivationMoments {
  /** out = (mean, variance), variance >= 0 */
  value: (mu: number, nu: number, out: Float64Array) => void;
  /** out = (dMean/dMu, dMean/dNu, dVariance/dMu, dVariance/dNu) */
  gradient: (mu: number, nu: number, out: Float64Array) => void;
}

/** The moment functions for an activation and a form. A negative nu counts as 0. */
export function momentsOf(p: MomentFunction): ActivationMoments {
  const raw = rawMoments(p);
  return {
    value(mu, nu, out) {
      raw.value(mu, Math.max(nu, 0), out);
      if (out[1] < 0) out[1] = 0;
    },
    gradient(mu, nu, out) {
      raw.gradient(mu, Math.max(nu, 0), out);
      if (nu < 0) out[1] = out[3] = 0;
    },
  };
}

// --- internal ---

/** Moments for nu >= 0; the variance may come out below 0, where its gradient is 0. */
function rawMoments(p: MomentFunction): ActivationMoments {
  if (p.activation === 'identity') return IDENTITY;
  if (p.activation === 'relu') return RELU;
  if (p.form === 'gauss-hermite') return quadrature(p.activation, p.nodes!, p.weights!);
  const sigmoid = SIGMOIDS[p.form];
  return p.activation === 'sigmoid' ? sigmoid : tanhFrom(sigmoid);
}

const IDENTITY: ActivationMoments = {
  value(mu, nu, out) {
    out[0] = mu;
    out[1] = nu;
  },
  gradient(_mu, _nu, out) {
    out[0] = 1;
    out[1] = 0;
    out[2] = 0;
    out[3] = 1;
  },
};

const RELU: ActivationMoments = {
  value(mu, nu, out) {
    if (nu === 0) {
      out[0] = Math.max(mu, 0);
      out[1] = 0;
      return;
    }
    const s = Math.sqrt(nu);
    const above = normalCdf(mu / s);
    const density = normalDensity(mu / s);
    out[0] = above * mu + density * s;
    out[1] = rectifiedVariance(mu, nu);
  },
  gradient(mu, nu, out) {
    // At nu = 0 the derivatives are those of the plain relu (and of nu through its slope), 0 at the kink.
    const s = Math.sqrt(nu);
    const above = s === 0 ? (mu > 0 ? 1 : 0) : normalCdf(mu / s);
    const density = s === 0 ? 0 : normalDensity(mu / s);
    const mean = above * mu + density * s;
    const densityByS = s === 0 ? 0 : density / s;
    out[0] = above;
    out[1] = 0.5 * densityByS;
    out[2] = 2 * mean * (s === 0 ? 1 - above : normalCdf(-mu / s));
    out[3] = above - mean * densityByS;
    if (s > 0 && rectifiedVariance(mu, nu) < 0) out[2] = out[3] = 0;
  },
};

/** E[relu(X)^2] - E[relu(X)]^2 with the squares of the mean taken out, which hide a variance that is tiny beside them. */
function rectifiedVariance(mu: number, nu: number): number {
  const s = Math.sqrt(nu);
  const [above, below] = [normalCdf(mu / s), normalCdf(-mu / s)];
  const density = normalDensity(mu / s);
  return mu * mu * above * below + nu * (above - density * density) + mu * s * density * (below - above);
}

const WANG_MANNING_SIGMOID: ActivationMoments = {
  value(mu, nu, out) {
    const mean = logistic(mu / Math.sqrt(1 + KAPPA * nu));
    out[0] = mean;
    out[1] = logistic((WM_A * (mu - WM_B)) / Math.sqrt(1 + KAPPA * WM_A * WM_A * nu)) - mean * mean;
  },
  gradient(mu, nu, out) {
    const c = 1 / Math.sqrt(1 + KAPPA * nu);
    const mean = logistic(c * mu);
    const meanSlope = mean * (1 - mean);
    const d = 1 / Math.sqrt(1 + KAPPA * WM_A * WM_A * nu);
    const inner = WM_A * (mu - WM_B);
    const square = logistic(d * inner);
    const squareSlope = square * (1 - square);
    out[0] = c * meanSlope;
    out[1] = -0.5 * KAPPA * c * c * c * mu * meanSlope;
    out[2] = WM_A * d * squareSlope - 2 * mean * out[0];
    out[3] = -0.5 * KAPPA * WM_A * WM_A * d * d * d * inner * squareSlope - 2 * mean * out[1];
    if (square < mean * mean) out[2] = out[3] = 0;
  },
};

/**
 * Var Phi(sqrt(kappa) X) = Phi(h) - 2 T(h, a) - Phi(h)^2 = 2 (T(h, 1) - T(h, a)),
 * h = sqrt(kappa) mu c, a = (1 + 2 kappa nu)^(-1/2).
 */
const PROBIT_SIGMOID: ActivationMoments = {
  value(mu, nu, out) {
    const c = 1 / Math.sqrt(1 + KAPPA * nu);
    out[0] = logistic(c * mu);
    out[1] = 2 * owenDifference(ROOT_KAPPA * c * mu, 1 / Math.sqrt(1 + 2 * KAPPA * nu));
  },
  gradient(mu, nu, out) {
    const c = 1 / Math.sqrt(1 + KAPPA * nu);
    const a = 1 / Math.sqrt(1 + 2 * KAPPA * nu);
    const mean = logistic(c * mu);
    const meanSlope = mean * (1 - mean);
    const h = ROOT_KAPPA * c * mu;
    const byH = -2 * normalDensity(h) * (normalCdf(h) - normalCdf(a * h));
    const byA = -Math.exp(-0.5 * h * h * (1 + a * a)) / (Math.PI * (1 + a * a));
    out[0] = c * meanSlope;
    out[1] = -0.5 * KAPPA * c * c * c * mu * meanSlope;
    out[2] = byH * ROOT_KAPPA * c;
    out[3] = -0.5 * KAPPA * c * c * h * byH - KAPPA * a * a * a * byA;
  },
};

const DAUNIZEAU_SIGMOID: ActivationMoments = {
  value(mu, nu, out) {
    const c = 1 / Math.sqrt(1 + FITTED * nu);
    const mean = logistic(c * mu);
    out[0] = mean;
    out[1] = mean * (1 - mean) * lostSlope(nu, c);
  },
  gradient(mu, nu, out) {
    const c = 1 / Math.sqrt(1 + FITTED * nu);
    const mean = logistic(c * mu);
    const slope = mean * (1 - mean);
    const bySlope = lostSlope(nu, c) * (1 - 2 * mean);
    out[0] = c * slope;
    out[1] = -0.5 * FITTED * c * c * c * mu * slope;
    out[2] = bySlope * out[0];
    out[3] = bySlope * out[1] + 0.5 * FITTED * c * c * c * slope;
  },
};

/** 1 - c without cancellation. */
const lostSlope = (nu: number, c: number): number => (FITTED * nu * c * c) / (1 + c);

const SIGMOIDS = {
  'wang-manning': WANG_MANNING_SIGMOID,
  probit: PROBIT_SIGMOID,
  daunizeau: DAUNIZEAU_SIGMOID,
};

/** tanh(X) = 2 s(2X) - 1: mean 2 e(2 mu, 4 nu) - 1, variance 4 v(2 mu, 4 nu). */
function tanhFrom(sigmoid: ActivationMoments): ActivationMoments {
  return {
    value(mu, nu, out) {
      sigmoid.value(2 * mu, 4 * nu, out);
      out[0] = 2 * out[0] - 1;
      out[1] *= 4;
    },
    gradient(mu, nu, out) {
      sigmoid.gradient(2 * mu, 4 * nu, out);
      out[0] *= 4;
      out[1] *= 8;
      out[2] *= 8;
      out[3] *= 16;
    },
  };
}

function quadrature(activation: Activation, nodes: Float64Array, weights: Float64Array): ActivationMoments {
  const f = activationOf(activation);
  const slope = slopeOf(activation);
  const curvature = curvatureOf(activation);
  const values = new Float64Array(nodes.length);
  const meanAt = (mu: number, s: number) => {
    let mean = 0;
    for (let i = 0; i < nodes.length; i++) {
      values[i] = f(mu + s * nodes[i]);
      mean += weights[i] * values[i];
    }
    return mean;
  };
  return {
    value(mu, nu, out) {
      const mean = meanAt(mu, Math.sqrt(nu));
      let variance = 0;
      for (let i = 0; i < nodes.length; i++) variance += weights[i] * (values[i] - mean) ** 2;
      out[0] = mean;
      out[1] = variance;
    },
    gradient(mu, nu, out) {
      const s = Math.sqrt(nu);
      const mean = meanAt(mu, s);
      const tiny = nu < TINY_VARIANCE;
      let meanByMu = 0;
      let meanByNu = 0;
      let varianceByMu = 0;
      let varianceByNu = 0;
      for (let i = 0; i < nodes.length; i++) {
        const w = weights[i];
        const y = values[i];
        const d = slope(y);
        meanByMu += w * d;
        varianceByMu += 2 * w * (y - mean) * d;
        if (tiny) {
          // dE[g]/dnu = E[g'']/2 for g = f and g = (f - mean)^2.
          meanByNu += 0.5 * w * curvature(y);
          varianceByNu += w * (d * d + (y - mean) * curvature(y));
        } else {
          meanByNu += (w * d * nodes[i]) / (2 * s);
          varianceByNu += (w * (y - mean) * d * nodes[i]) / s;
        }
      }
      out[0] = meanByMu;
      out[1] = meanByNu;
      out[2] = varianceByMu;
      out[3] = varianceByNu;
    },
  };
}
