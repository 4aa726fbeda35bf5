/** The spectral radius of a matrix. */
import { eigenvalues } from './eigenvalues.ts';

/**
 * The largest absolute value of an eigenvalue: `rho(A) = max |lambda_i|`.
 * @param matrix [n, n], row-major, not changed
 * @throws ShapeError when it is not n times n; NumericsError when it is not finite
 */
export function spectralRadius(matrix: ArrayLike<number>, n: number): number {
  const { real, imaginary } = eigenvalues(matrix, n);
  return real.reduce((radius, value, i) => Math.max(radius, Math.hypot(value, imaginary[i])), 0);
}
