/** Moments of an activation over arrays, forward and backward. */
import type { MomentsActivation, MomentsActivationBackward } from '../contract/moments.ts';
import { momentsOf } from './moments-functions.ts';

const out = new Float64Array(4);

/** (outMean, outVariance) = moments of f(N(mean, variance)), element by element. */
export function momentsActivationForward(p: MomentsActivation): void {
  const { value } = momentsOf(p);
  for (let i = 0; i < p.n; i++) {
    value(p.mean[i], p.variance[i], out);
    p.outMean[i] = out[0];
    p.outVariance[i] = out[1];
  }
}

/** Adds the gradients of mean and variance. */
export function momentsActivationBackward(p: MomentsActivationBackward): void {
  const { gradient } = momentsOf(p);
  for (let i = 0; i < p.n; i++) {
    gradient(p.mean[i], p.variance[i], out);
    p.dMean[i] += out[0] * p.dOutMean[i] + out[2] * p.dOutVariance[i];
    p.dVariance[i] += out[1] * p.dOutMean[i] + out[3] * p.dOutVariance[i];
  }
}
