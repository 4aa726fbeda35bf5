/** The product of independent Gaussians, on the tape. */
import { add, mul } from '../autograd/ops/arithmetic.ts';
import { square } from '../autograd/ops/elementwise.ts';
import type { Gaussian } from './gaussian.ts';
import { checkGaussian } from './gaussian.ts';

/**
 * Moments of a b, a and b independent, element by element: mean m1 m2, variance m1² v2 + v1 m2² + v1 v2.
 * @param a any shape
 * @param b as a
 * @throws ShapeError
 */
export function productMoments(a: Gaussian, b: Gaussian): Gaussian {
  checkGaussian('productMoments', 'a', a);
  checkGaussian('productMoments', 'b', b);
  const ofSecond = mul(square(a.mean), b.variance);
  const ofFirst = mul(a.variance, add(square(b.mean), b.variance));
  return { mean: mul(a.mean, b.mean), variance: add(ofSecond, ofFirst) };
}
