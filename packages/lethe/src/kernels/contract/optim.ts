/** Updates of parameters. Conventions: kernels.ts. */
import type { Real } from '../../tensor/dtype.ts';

/** One update over many tensors at once; arrays at the same place belong together. `gradScale` multiplies every gradient first (clipping). */
interface Update {
  parameters: readonly Real[];
  gradients: readonly Real[];
  gradScale: number;
}

/** w -= lr * (scaled g + weightDecay * w); with momentum: u = momentum*u + (g + weightDecay w), w -= lr*u. */
export interface SgdUpdate extends Update {
  lr: number;
  weightDecay: number;
  momentum: number;
  /** present when momentum > 0 */
  velocities?: readonly Real[];
}

/**
 * rmsprop with Nesterov momentum; `parameters` hold the look-ahead point:
 *   r = decay r + (1-decay) g^2;  s = stepRate g / sqrt(r + epsilon);  v = momentum v + s;  point -= s + momentum v
 * (g scaled, plus weightDecay * point).
 */
export interface RmspropUpdate extends Update {
  stepRate: number;
  momentum: number;
  decay: number;
  epsilon: number;
  weightDecay: number;
  meanSquares: readonly Real[];
  velocities: readonly Real[];
}

/**
 * Adam with bias correction at step `step` (from 1): m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2;
 * w -= lr * mHat / (sqrt(vHat) + epsilon). weightDecay is added to the gradient, or, when `decoupled`
 * (AdamW), w -= lr*weightDecay*w first.
 */
export interface AdamUpdate extends Update {
  lr: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  decoupled: boolean;
  step: number;
  firstMoments: readonly Real[];
  secondMoments: readonly Real[];
}
