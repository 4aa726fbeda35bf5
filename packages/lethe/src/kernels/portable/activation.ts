/** Scalar activations of the portable engine and their derivatives from the activated value. */
import type { Activation } from '../contract/fields.ts';

/** Logistic function, without overflow for large |x|. */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1 + e^x) */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** The function f of an activation. */
export function activationOf(activation: Activation): (x: number) => number {
  switch (activation) {
    case 'tanh':
      return Math.tanh;
    case 'sigmoid':
      return logistic;
    case 'relu':
      return (x) => Math.max(x, 0); // keeps NaN, so that a diverged net is noticed
    case 'identity':
      return (x) => x;
  }
}

/** f'(x) as a function of y = f(x); relu has 0 at 0. */
export function slopeOf(activation: Activation): (y: number) => number {
  switch (activation) {
    case 'tanh':
      return (y) => 1 - y * y;
    case 'sigmoid':
      return (y) => y * (1 - y);
    case 'relu':
      return (y) => (y > 0 ? 1 : 0);
    case 'identity':
      return () => 1;
  }
}

/** f''(x) as a function of y = f(x). */
export function curvatureOf(activation: Activation): (y: number) => number {
  switch (activation) {
    case 'tanh':
      return (y) => -2 * y * (1 - y * y);
    case 'sigmoid':
      return (y) => y * (1 - y) * (1 - 2 * y);
    default:
      return () => 0;
  }
}
