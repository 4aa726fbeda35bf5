/**
 * Clipping of the gradient by its global norm (Pascanu, Mikolov and Bengio, 2013). The factor goes to
 * `Optimizer.update` as `gradScale`, so that no gradient is written twice.
 */
import { usedPartsOf } from '../autograd/used-rows.ts';
import { checkArray } from '../checks.ts';
import { NumericsError } from '../errors.ts';
import { kernels } from '../kernels/engine.ts';
import { checkNumber } from '../options.ts';
import type { Real } from '../tensor/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { arraysOf } from './gradient-arrays.ts';

/**
 * Euclidean norm over all gradients together: `sqrt(sum_i sum_j g_ij^2)`, summed in float64.
 * @param names of the parameters, in the order of the gradients, for the error
 * @throws NumericsError when a gradient is not finite, naming the first such parameter
 */
export function globalNorm(gradients: readonly (Tensor | Real)[], names: readonly string[] = []): number {
  checkArray('globalNorm', 'names', names, 'texts');
  const arrays = arraysOf('globalNorm', gradients);
  const norm = Math.sqrt(kernels().sumSquares(usedPartsOf(arrays)));
  if (Number.isFinite(norm)) return norm;
  for (const [i, gradient] of arrays.entries()) {
    const place = gradient.findIndex((value) => !Number.isFinite(value));
    if (place < 0) continue;
    throw new NumericsError(
      `globalNorm: expected finite gradients, got ${gradient[place]} in the gradient of ${names[i] ?? `parameter ${i}`} at element ${place}; lower the step rate or clip to a smaller norm`,
    );
  }
  throw new NumericsError(
    'globalNorm: expected a finite norm, got one beyond the largest float64 although every gradient is finite; lower the step rate',
  );
}

/**
 * The factor that brings a gradient of norm `norm` to at most `maxNorm`: `min(1, maxNorm / norm)`.
 * @throws ConfigError when maxNorm is not above 0, or norm is no number of at least 0
 */
export function clipScale(norm: number, maxNorm: number): number {
  checkNumber('clipScale', 'norm', norm, { from: 0 });
  checkNumber('clipScale', 'maxNorm', maxNorm, { above: 0 });
  return norm > maxNorm ? maxNorm / norm : 1;
}

/** Takes the part of a step from `before` back that is longer than `largest`, by the norm over all arrays. */
export function shortenStep(parameters: readonly Real[], before: readonly Real[], largest: number): void {
  const squares = parameters.map((b, i) => kernels().squaredDistance({ n: b.length, a: before[i], b }));
  const norm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
  if (!(norm > largest)) return;
  const factor = 1 - largest / norm;
  for (const [i, target] of parameters.entries()) {
    kernels().addDifference({ n: target.length, a: before[i], b: target, factor, target });
  }
}
