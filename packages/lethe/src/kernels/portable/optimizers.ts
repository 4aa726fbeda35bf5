/** Optimiser updates over many tensors at once, and the sum of squares that clipping needs. */
import type { Real } from '../../tensor/dtype.ts';
import type { AdamUpdate, RmspropUpdate, SgdUpdate } from '../contract/optim.ts';

/** Sum of squares over all arrays, in float64, in order. */
export function sumSquares(arrays: readonly Real[]): number {
  let sum = 0;
  for (const array of arrays) {
    for (let i = 0; i < array.length; i++) sum += array[i] * array[i];
  }
  return sum;
}

/** Gradient descent, with classical momentum where velocities are given. */
export function sgd(p: SgdUpdate): void {
  for (let k = 0; k < p.parameters.length; k++) {
    const w = p.parameters[k];
    const g = p.gradients[k];
    const u = p.velocities?.[k];
    for (let i = 0; i < w.length; i++) {
      let step = p.gradScale * g[i] + p.weightDecay * w[i];
      if (u) {
        step = p.momentum * u[i] + step;
        u[i] = step;
      }
      w[i] -= p.lr * step;
    }
  }
}

/** rmsprop with Nesterov momentum at the look-ahead point (T. Tieleman, G. Hinton, 2012; J. Bayer et al., 2013). */
export function rmsprop(p: RmspropUpdate): void {
  const { stepRate, momentum, decay, epsilon, weightDecay, gradScale } = p;
  for (let k = 0; k < p.parameters.length; k++) {
    const point = p.parameters[k];
    const gradient = p.gradients[k];
    const r = p.meanSquares[k];
    const v = p.velocities[k];
    for (let i = 0; i < point.length; i++) {
      const g = gradScale * gradient[i] + weightDecay * point[i];
      const square = decay * r[i] + (1 - decay) * g * g;
      const s = (stepRate * g) / Math.sqrt(square + epsilon);
      const velocity = momentum * v[i] + s;
      r[i] = square;
      v[i] = velocity;
      point[i] -= s + momentum * velocity;
    }
  }
}

/** Adam and AdamW (D. Kingma, J. Ba, 2015; I. Loshchilov, F. Hutter, 2019). */
export function adam(p: AdamUpdate): void {
  const { lr, beta1, beta2, epsilon, weightDecay, decoupled, gradScale } = p;
  const correction1 = 1 - beta1 ** p.step;
  const correction2 = 1 - beta2 ** p.step;
  for (let k = 0; k < p.parameters.length; k++) {
    const w = p.parameters[k];
    const gradient = p.gradients[k];
    const m = p.firstMoments[k];
    const v = p.secondMoments[k];
    for (let i = 0; i < w.length; i++) {
      const g = gradScale * gradient[i] + (decoupled ? 0 : weightDecay * w[i]);
      const first = beta1 * m[i] + (1 - beta1) * g;
      const second = beta2 * v[i] + (1 - beta2) * g * g;
      m[i] = first;
      v[i] = second;
      const kept = decoupled ? w[i] - lr * weightDecay * w[i] : w[i];
      w[i] = kept - (lr * (first / correction1)) / (Math.sqrt(second / correction2) + epsilon);
    }
  }
}
